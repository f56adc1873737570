"""Remind of what is absolute and unacknowledged: one stream a patient (criteria.md section 9)."""

from rules.advice.next_steps import SECOND_VOLUME
from rules.decide.acknowledging import acknowledged
from rules.decide.episodes import Change, PendingAlert, Step, moment, pending_alert, words_of
from rules.decide.recommendation import reason_evidence, recommend
from rules.decide.recommendation_alerts import recommendation_words
from rules.decide.state import Patient
from rules.decide.subjects import ADVICE, LAST, RECOMMENDATION, Plan, Subject
from rules.evaluate.result import ABSOLUTE, Result
from rules.guideline.roles import AFTER_THERAPY
from rules.wire.instants import Instant

KINDS = ("criterion", "blood-pressure", "recommendation")


def remind(patient: Patient, plan: Plan, alerts: list[PendingAlert], acked: set[str]) -> None:
    """Keep the count of the reminders, and add the one that is due.

    `acked`: ids of the episodes acknowledged at this instant. One that becomes absolute, or is unacknowledged
    again, begins the count again.
    """
    reminders = patient.reminders
    names = _unacknowledged(patient, plan)
    if not names:
        reminders.of = ()
        return
    ids = tuple(patient.episodes[name].id for name in names)
    before = [id for id in reminders.of if id not in acked]
    reminders.of = ids
    if any(id not in before for id in ids):
        reminders.since, reminders.given = patient.now, 0
        return
    due = _pass_by(patient)
    if due is None or due > patient.now:
        return
    reminders.given += 1
    if not any(one.alert.subject in names for one in alerts):
        alerts.append(_reminder(patient, plan, names))


def _pass_by(patient: Patient) -> Instant | None:
    """Count as given what fell due while an acknowledgement that is taken back stood; return what is next."""
    due = next_reminder(patient)
    while due is not None and due < patient.now:
        patient.reminders.given += 1
        due = next_reminder(patient)
    return due


def next_reminder(patient: Patient) -> Instant | None:
    """Return when the next reminder is due; None when nothing is unacknowledged."""
    since, given, choices = patient.reminders.since, patient.reminders.given, patient.guideline.choices
    if since is None or not patient.reminders.of:
        return None
    if given == 0:
        return since + choices.reminder_first
    return since + choices.reminder_first + choices.reminder_second + (given - 1) * choices.reminder_every


def _unacknowledged(patient: Patient, plan: Plan) -> list[str]:
    """Return the subjects that remind, the one that has been absolute longest first."""
    names = [
        name
        for name, episode in patient.episodes.items()
        if episode.level == ABSOLUTE and _reminds(patient, plan, name) and not acknowledged(patient, name)
    ]
    return sorted(names, key=lambda name: (patient.episodes[name].absolute or 0, plan.order(name)))


def _reminds(patient: Patient, plan: Plan, name: str) -> bool:
    subject = plan.find(name)
    kind, system = (RECOMMENDATION, None) if subject is None else (subject.kind, subject.system)
    if kind not in KINDS:
        return False
    return not patient.over or name in AFTER_THERAPY or system == "neurologic"


def _reminder(patient: Patient, plan: Plan, names: list[str]) -> PendingAlert:
    name = names[0]
    episode, subject = patient.episodes[name], plan.find(name)
    if subject is None:
        recommendation = recommend(patient)
        result = Result(
            recommendation.word, value=recommendation.word, evidence=reason_evidence(patient, recommendation)
        )
        step = Step(LAST, name, RECOMMENDATION, None, False)
        words = recommendation_words(patient, recommendation)
    else:
        result = subject.judge(patient, patient.now, patient.memory(name))
        step = Step(plan.order(name), name, subject.kind, subject.system, False)
        words = words_of(patient, subject, result, episode.level)
    episode.last = max(patient.now, episode.last)
    change = Change("reminder", episode.level, episode.last, unacknowledged=tuple(names))
    return pending_alert(patient, step, episode, result, change, words)


def remind_once(
    patient: Patient,
    step: Step,
    subject: Subject,
    result: Result,
    level: str,
    alerts: list[PendingAlert],
) -> list[PendingAlert]:
    """Return one reminder when an advice's second volume is reached, unless it opened at or above it."""
    episode = patient.episodes.get(step.name)
    if subject.kind != ADVICE or episode is None or level == "relative":
        return []
    if not result.flags & SECOND_VOLUME or patient.guideline.advises[step.name].second_volume is None:
        return []
    given, episode.alerted = episode.alerted or bool(alerts), True
    if given:
        return []
    at = episode.last = moment(patient, result.at, episode)
    words = words_of(patient, subject, result, level)
    return [pending_alert(patient, step, episode, result, Change("reminder", level, at), words)]
