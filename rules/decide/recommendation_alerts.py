"""Give the recommendation's own alerts, and let their causes tell them (criteria.md section 9)."""

from collections.abc import Iterable

import msgspec

from rules.decide.alert_texts import Words, name
from rules.decide.episodes import Change, PendingAlert, Step, pending_alert, update_episode
from rules.decide.recommendation import (
    REGIMEN,
    UNREAD,
    Recommendation,
    level_of_reasons,
    reason_evidence,
    recommend,
)
from rules.decide.state import Patient
from rules.decide.subjects import LAST, RECOMMENDATION, plan_for
from rules.evaluate.result import Result
from rules.guideline.nurse_names import subject_name
from rules.wire.alerts import CLEAR, RANK, RECOMMENDATIONS
from rules.wire.assessments import STOP_RULE

STEP = Step(LAST, RECOMMENDATION, RECOMMENDATION, None, False)
CAUSES = ("opened", "worsened")
THERAPY_END = "therapy-end"


def update_recommendation(patient: Patient, alerts: list[PendingAlert]) -> None:
    """Update the episode of the recommendation, and add its alert, if there is one.

    A correction improves or resolves that episode; it is never amended. From the therapy's end on it has
    none.
    """
    recommendation = recommend(patient)
    word = recommendation.word
    patient.memories[RECOMMENDATION] = msgspec.structs.replace(patient.memory(RECOMMENDATION), state=word)
    if not patient.alerting:
        return
    silent = _silent(patient, word)
    if patient.over:
        alerts.extend(_ended(patient, recommendation))
    elif not silent:
        own = _changed(patient, recommendation)
        alerts[:] = carried(alerts, own, recommendation)


def _silent(patient: Patient, word: str) -> bool:
    """Return whether nothing is said: a cycle that starts with cannot-tell is silent until it leaves it."""
    quiet = patient.quiet and word == "cannot-tell"
    left = patient.quiet and not quiet
    patient.quiet = quiet
    return quiet or (left and word == "proceed")


def _ended(patient: Patient, recommendation: Recommendation) -> Iterable[PendingAlert]:
    """Resolve the episode at the therapy's end."""
    episode = patient.episodes.pop(RECOMMENDATION, None)
    if episode is not None:
        change = Change("resolved", CLEAR, max(patient.now, episode.last), reason=THERAPY_END)
        words = Words("Recommendation closed: therapy ended", (), ())
        yield pending_alert(patient, STEP, episode, _result(patient, recommendation), change, words)


def _changed(patient: Patient, recommendation: Recommendation) -> list[PendingAlert]:
    word = recommendation.word
    rank = RECOMMENDATIONS.index(word)
    episode = patient.episodes.get(RECOMMENDATION)
    if rank == (0 if episode is None else episode.rank):
        return []
    return update_episode(
        patient,
        STEP,
        _result(patient, recommendation),
        level_of_reasons(patient, recommendation),
        rank,
        lambda _: recommendation_words(patient, recommendation),
    )


def _result(patient: Patient, recommendation: Recommendation) -> Result:
    word = recommendation.word
    return Result(word, value=word, evidence=reason_evidence(patient, recommendation))


def carried(
    alerts: list[PendingAlert], own: list[PendingAlert], recommendation: Recommendation
) -> list[PendingAlert]:
    """Return an instant's alerts with the recommendation's own: its causes say the word.

    Where one of them is at or above its level, they carry it: the pager sends them alone.
    """
    if not own:
        return alerts
    causes = {
        one.alert.subject
        for one in alerts
        if one.alert.transition in CAUSES and one.alert.subject in recommendation.reasons
    }
    highest = max((RANK[one.alert.level] for one in alerts if one.alert.subject in causes), default=-1)
    alerted = [
        _with_context(one, recommendation=recommendation.word)
        if one.alert.subject in causes and one.alert.transition in CAUSES
        else one
        for one in alerts
    ]
    carries = highest >= RANK[own[0].alert.level]
    return [*alerted, *(_with_context(one, carried=True) if carries else one for one in own)]


def _with_context(pending: PendingAlert, **more: str | bool) -> PendingAlert:
    assert pending.alert.context is not None
    context = msgspec.structs.replace(pending.alert.context, **more)
    return PendingAlert(pending.order, msgspec.structs.replace(pending.alert, context=context))


HEADS = {
    "proceed": "Recommendation to proceed",
    "cannot-tell": "Recommendation cannot be told, not seen",
    "correct": "Recommendation to correct first",
    "delay": "Recommendation to delay",
    "stop": "Recommendation to stop",
}
"""The word of Table 4 as a message begins: `Recommendation correct` would read as praise."""


def recommendation_words(patient: Patient, recommendation: Recommendation) -> Words:
    """Return the texts of an alert about the recommendation."""
    texts = {
        "proceed": "Proceed when the dose is due",
        "cannot-tell": "Cannot tell: chart what is missing before dosing",
        "correct": "Correct the criteria named; delay if need be",
        "delay": "Correct and delay the dose; stop IL-2 if not easily reversible",
        "stop": "Stop IL-2",
    }
    named = "; ".join(_named(reason, recommendation.word, patient) for reason in recommendation.reasons)
    because = f": {named}" if named else ""
    measures = ({"text": texts[recommendation.word], "source": "Table 4"},)
    return Words(f"{HEADS[recommendation.word]}{because}", (recommendation.word,), measures)


def _named(reason: str, word: str, patient: Patient) -> str:
    """Return a reason by its name: of a criterion as its own alert has it, the finding that is present."""
    if reason.startswith(STOP_RULE):
        return f"stop rule {reason.removeprefix(STOP_RULE).replace('-', ' ')}"
    if reason.startswith(REGIMEN):
        return f"regimen, {reason.removeprefix(REGIMEN).replace('_', ' ')}"
    if reason.endswith(UNREAD):
        return f"{reason.removesuffix(UNREAD)} of {patient.guideline.name} not read"
    if word == "cannot-tell" or reason not in patient.guideline.row:
        return subject_name(reason, patient.guideline)
    plan = plan_for(patient.guideline)
    subject = plan.subjects[plan.index[reason]]
    return name(subject, subject.judge(patient, patient.now, patient.memory(reason)), patient.guideline)
