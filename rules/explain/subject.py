"""Explain one subject of one settled patient, in words.

States come from `assessment.judged` and from memory, never from here.
"""

from collections.abc import Callable

from rules.decide import alert_texts
from rules.decide.overlays import PREFIX
from rules.decide.state import Patient
from rules.decide.subjects import ADVICE, CRITERION, PRESSURE, RECOMMENDATION, plan_for
from rules.decide.subjects import MONITORING as MONITORING_KIND
from rules.decide.what_to_do import todo
from rules.evaluate.result import TRIPPED, Result
from rules.explain.advice import advised
from rules.explain.asked_for import asked_for
from rules.explain.citations import unseen
from rules.explain.criterion import criterion
from rules.explain.dose import asked_dose, dose
from rules.explain.explanation import Answer, Explanation, headline, since, span, when
from rules.explain.observation_schedule import observation
from rules.explain.of_packs import (
    NOT_OPEN,
    OVERLAY,
    asked_beside,
    asked_unread,
    not_open,
    stands_beside,
)
from rules.explain.question import DOSE, MONITORING, Asked, ask, check, own_subjects, unread_of
from rules.explain.recommendation import asked_recommendation, recommendation
from rules.explain.stop_rule import asked_rule, stop_rule
from rules.wire.assessments import STOP_RULE

CORRECTIVE = "corrective"


def explain(patient: Patient, subject: str) -> Explanation:
    """Return why `subject` has its state at the patient's clock, which must be settled (`engine.settle`).

    Raises `UnknownSubject`. Source: wire.md, `il2watch explain`.
    """
    check(subject, patient.guideline, own_subjects(patient))
    kind, asked, moment = _asked(patient, subject)
    answer = _answer(kind, asked)
    result = asked.result
    return Explanation(
        patient=patient.id,
        subject=subject,
        kind=kind,
        at=asked.t,
        headline=headline(subject, result, moment),
        state=result.state,
        since=moment,
        value=result.value,
        unit=result.unit,
        limit=result.limit,
        stale=result.stale,
        evaluates_at=result.evaluates_at,
        missing=result.missing,
        correctable=result.correctable,
        rule=answer.rule,
        facts=tuple(answer.facts),
        window=answer.window,
        look=answer.look,
        why=(*_common(asked, answer), *answer.why),
        clears=tuple(answer.clears),
        measures=_measures(kind, asked),
        guideline=patient.guideline.reference,
    )


def _asked(patient: Patient, subject: str) -> tuple[str, Asked, int | None]:
    """Return the kind of a subject, the question with its result, and since when."""
    if subject == RECOMMENDATION:
        return (RECOMMENDATION, *asked_recommendation(patient))
    if subject == DOSE:
        return (DOSE, *asked_dose(patient))
    if subject.startswith(STOP_RULE):
        return (STOP_RULE.removesuffix(":"), *asked_rule(patient, subject))
    if subject in unread_of(patient.guideline):
        return (NOT_OPEN, *asked_unread(patient, subject))
    if subject.startswith(PREFIX):
        return (OVERLAY, *asked_beside(patient, subject))
    found = plan_for(patient.guideline).find(subject)
    if found is None:
        return ADVICE, _without_state(patient, subject), None
    return found.kind, ask(patient, subject), since(patient, subject)


def _without_state(patient: Patient, subject: str) -> Asked:
    """Return the question about an advice without a state of its own: open while any criterion is tripped."""
    tripped = any(patient.memory(row.code).state in TRIPPED for row in patient.guideline.rows)
    return Asked(patient, subject, Result("advisory" if tripped else "clear"))


def _answer(kind: str, asked: Asked) -> Answer:
    if kind == MONITORING_KIND:
        observed = asked.name.removeprefix(MONITORING) in asked.guideline.observes
        return observation(asked) if observed else asked_for(asked)
    return ANSWERS.get(kind, criterion)(asked)


ANSWERS: dict[str, Callable[[Asked], Answer]] = {
    RECOMMENDATION: recommendation,
    DOSE: dose,
    "stop-rule": stop_rule,
    ADVICE: advised,
    NOT_OPEN: not_open,
    OVERLAY: stands_beside,
}


def _common(asked: Asked, answer: Answer) -> list[str]:
    """Write what is common to all subjects: indeterminate, kept, missing, excused, decided later."""
    result, look, t = asked.result, answer.look, asked.t
    found = ["Cannot be told, which is not the same as normal."] if result.state == "indeterminate" else []
    if result.stale:
        seen = "" if look.seen is None else f": last seen at {when(look.seen)}"
        stale = "" if look.stale_at is None else f", stale since {when(look.stale_at)}"
        found.append(f"Kept{seen}{stale}; data loss never clears, only new data do.")
    found.extend(unseen(asked.chart, code) for code in result.missing)
    if result.correctable:
        found.append(
            "It would be absolute, but first correct what is known to be there: "
            f"{', '.join(result.correctable)}."
        )
    if result.evaluates_at is not None:
        found.append(f"It will be judged at {when(result.evaluates_at)}, in {span(result.evaluates_at - t)}.")
    if asked.patient.discharged is not None:
        found.append(f"Discharged at {when(asked.patient.discharged)}: told as it stood then.")
    return found


def _measures(kind: str, asked: Asked) -> tuple[dict[str, str], ...]:
    """Return what to do: the measure and its Table 6 medicines when tripped; to chart what is missing."""
    chart = tuple(
        {"text": f"Chart {code}", "source": "Table 1"} for code in asked.result.missing if kind != NOT_OPEN
    )
    plan = plan_for(asked.guideline)
    if not asked.tripped or asked.name not in plan.index:
        return chart
    subject = plan.subjects[plan.index[asked.name]]
    if subject.kind in (CRITERION, PRESSURE):
        return (*todo(asked.patient, asked.name)[1], *chart)
    return (*alert_texts.measures(subject, asked.result, asked.guideline), *chart)
