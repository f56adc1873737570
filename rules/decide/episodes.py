"""Open, change and end episodes, also at a new cycle, a discharge or a withdrawn cycle-start.

A worsening always gives an alert (criteria.md sections 4 and 9).
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from rules.chart import dirty_flags
from rules.chart.course import next_cycle_began
from rules.decide.alert_texts import Words, actions, measures, message
from rules.decide.state import Episode, Patient
from rules.decide.subjects import LAST, RECOMMENDATION, Plan, Subject
from rules.evaluate.pressure import phase
from rules.evaluate.result import INDETERMINATE, Result
from rules.evaluate.stop_rule import before_cycle
from rules.wire.alerts import CLEAR, RANK, Alert, Context, episode_id
from rules.wire.events import Reference

REMINDED = ("criterion", "blood-pressure", "recommendation")


UNNUMBERED = 0


class PendingAlert(msgspec.Struct, frozen=True):
    """An alert that has no number yet, and its place in the order of its instant."""

    order: int
    alert: Alert


class Change(NamedTuple):
    """A transition by name, the level it leads to, and when it became true (ms).

    `reason`: why an episode ended other than by data.
    """

    name: str
    level: str
    at: int
    reason: str | None = None


class Step(msgspec.Struct, frozen=True):
    """One subject at one decision.

    `order`: its place in the print order; `amended`: whether the change comes from a correction.
    """

    order: int
    name: str
    kind: str
    system: str | None
    amended: bool


def moment(patient: Patient, at: int | None, episode: Episode | None) -> int:
    """Return when it became true (ms): never before cycle-start, nor before the episode's last transition."""
    at = patient.now if at is None else at
    start = patient.chart.cycle.start
    if start is not None:
        at = max(at, start)
    return at if episode is None else max(at, episode.last)


def transition(step: Step, rank: int, state: str, episode: Episode | None) -> str | None:
    """Return the name of the transition to `state`; None when there is none to publish."""
    if state == INDETERMINATE:
        return "amended" if episode is not None and step.amended else None
    if episode is None:
        return "opened" if rank else None
    if rank > episode.rank:
        return "worsened"
    if rank == episode.rank:
        return None
    if step.amended:
        return "amended"
    return "improved" if rank else "resolved"


def update_episode(
    patient: Patient,
    step: Step,
    result: Result,
    level: str,
    rank: int,
    words: Callable[[bool], Words],
) -> list[PendingAlert]:
    """Open, change or end the episode of a subject, and return its alert, if there is one.

    `words(ends)` is called only when there is one.
    """
    episode = patient.episodes.get(step.name)
    name = transition(step, rank, result.state, episode)
    if name is None:
        return []
    at = moment(patient, result.at, episode)
    if episode is None:
        episode = Episode(episode_id(patient.id, step.kind, step.name, at), CLEAR, 0, at, at)
        patient.episodes[step.name] = episode
    ends = rank == 0 or result.state == INDETERMINATE
    level = CLEAR if ends else level
    alert = pending_alert(patient, step, episode, result, Change(name, level, at), words(ends))
    _move(patient, step, episode, name, level, 0 if ends else rank, at, result.evidence)
    if ends:
        del patient.episodes[step.name]
    return [alert]


def _move(
    patient: Patient,
    step: Step,
    episode: Episode,
    name: str,
    level: str,
    rank: int,
    at: int,
    evidence: tuple[Reference, ...],
) -> None:
    choices = patient.guideline.choices
    became_absolute = level == "absolute" and episode.level != "absolute"
    if became_absolute and step.kind in REMINDED:
        episode.remind = patient.now + choices.reminder_first
    elif level != "absolute":
        episode.remind = None
    if name in ("worsened", "opened"):
        episode.acked = None
    episode.level, episode.rank, episode.last, episode.evidence = level, rank, at, evidence


def pending_alert(
    patient: Patient,
    step: Step,
    episode: Episode,
    result: Result,
    change: Change,
    words: Words,
) -> PendingAlert:
    """Return the alert of a transition, not yet numbered."""
    alert = Alert(
        id=episode.id,
        seq=UNNUMBERED,
        patient=patient.id,
        subject=step.name,
        kind=step.kind,
        system=step.system,
        level=change.level,
        transition=change.name,
        at=change.at,
        decided=patient.now,
        value=result.value,
        unit=result.unit,
        limit=result.limit,
        evidence=result.evidence,
        message=words.message,
        action=words.action,
        measures=words.measures,
        context=Context(phase(patient.chart, change.at), len(patient.chart.cycle_doses)),
        guideline=patient.guideline.reference,
        reason=change.reason,
    )
    return PendingAlert(step.order, alert)


def words_of(patient: Patient, subject: Subject, result: Result, level: str) -> Words:
    """Return the texts of an alert about a subject at a level."""
    guideline = patient.guideline
    return Words(
        message(subject, result, level, guideline),
        actions(subject),
        measures(subject, result, guideline),
    )


def level_of(subject: Subject, result: Result) -> tuple[str, int]:
    """Return the level of a state and its rank within an episode."""
    state = result.state
    return (state, RANK[state]) if state in RANK else (CLEAR, 0)


def numbered(patient: Patient, alerts: list[PendingAlert]) -> list[Alert]:
    """Sort one instant's alerts and give each its number (per patient, +1 each)."""
    out = []
    for one in sorted(alerts, key=lambda s: s.order):
        patient.seq += 1
        out.append(msgspec.structs.replace(one.alert, seq=patient.seq))
    return out


def start_cycle(patient: Patient, plan: Plan) -> list[PendingAlert]:
    """Apply a cycle-start or its withdrawal, and return the alerts of the episodes that end by it.

    At a second or later cycle-start open episodes resolve, stop rules are reset and everything is decided
    again.
    """
    cycle = patient.chart.cycle
    began = cycle.start is not None and patient.cycle_start is None
    another = next_cycle_began(patient.cycles, patient.cycle_start, cycle)
    alerts = end_episodes(patient, plan, "new-cycle", cycle.start) if another else []
    if another:
        patient.rules = {}
    if began:
        patient.rules = {rule: before_cycle(rule_state) for rule, rule_state in patient.rules.items()}
    if began or another:
        patient.dirty |= dirty_flags.EVERYTHING
        patient.quiet = True
    if cycle.start is None and patient.cycle_start is not None:
        alerts = end_episodes(patient, plan, None, None)
        patient.quiet = False
    patient.cycles, patient.cycle_start = cycle.number, cycle.start
    return alerts


def end_episodes(patient: Patient, plan: Plan, reason: str | None, at: int | None) -> list[PendingAlert]:
    """Resolve every open episode.

    Without a reason the cycle-start itself was withdrawn, which is an amendment.
    """
    alerts = [_ended(patient, plan, name, reason, at) for name in list(patient.episodes)]
    patient.episodes.clear()
    if reason == "discharged":
        patient.discharged = patient.now
    return alerts


def end_accepted(patient: Patient, plan: Plan, name: str) -> list[PendingAlert]:
    """Resolve the episode of a criterion that is accepted from now on."""
    if name not in patient.episodes:
        return []
    ended = _ended(patient, plan, name, "accepted", patient.now)
    del patient.episodes[name]
    return [ended]


def _ended(patient: Patient, plan: Plan, name: str, reason: str | None, at: int | None) -> PendingAlert:
    order, episode = plan.index.get(name, LAST), patient.episodes[name]
    if order == LAST:
        kind, system, result = RECOMMENDATION, None, Result()
    else:
        subject = plan.subjects[order]
        kind, system, result = (
            subject.kind,
            subject.system,
            subject.judge(patient, patient.now, patient.memory(name)),
        )
    words = Words(f"Closed: {(reason or 'cycle-start withdrawn').replace('-', ' ')}", (), ())
    transition = "amended" if reason is None and kind != RECOMMENDATION else "resolved"
    ended = max(episode.last, patient.now if at is None else at)
    return pending_alert(
        patient,
        Step(order, name, kind, system, reason is None),
        episode,
        result,
        Change(transition, CLEAR, ended, reason),
        words,
    )
