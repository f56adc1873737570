"""Open, change and end the episode of a subject, and make the alert of each transition.

A worsening always gives an alert (criteria.md section 9).
"""

from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from rules.decide.alert_texts import Words, actions, measures, message
from rules.decide.state import Episode, Patient
from rules.decide.subjects import PRESSURE, Subject
from rules.evaluate.result import ABSOLUTE, INDETERMINATE, Result, in_full
from rules.evaluate.vital_signs import phase
from rules.wire.alerts import CLEAR, RANK, Alert, Context, episode_id
from rules.wire.written import written

UNNUMBERED = 0
ORDER = attrgetter("order")


class PendingAlert(msgspec.Struct, frozen=True):
    """An alert that has no number yet, and its place in the order of its instant."""

    order: int
    alert: Alert


class Change(NamedTuple):
    """A transition by name, the level it leads to, and when it became true (ms).

    `reason`: why an episode ended other than by data; `acknowledged`: the value that an acknowledged episode
    had, on a step; `unacknowledged`: the subjects, on a reminder.
    """

    name: str
    level: str
    at: int
    reason: str | UnsetType = UNSET
    acknowledged: float | UnsetType = UNSET
    unacknowledged: tuple[str, ...] | UnsetType = UNSET


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
    start = patient.chart.cycle.since
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
    in_full(result)
    at = moment(patient, result.at, episode)
    if episode is None:
        episode = _opened(patient, step, at, result)
        at = episode.opened
    ends = rank == 0 or result.state == INDETERMINATE
    level = CLEAR if ends else level
    alert = pending_alert(patient, step, episode, result, Change(name, level, at), words(ends))
    _move(episode, name, level, 0 if ends else rank, at)
    episode.evidence = result.evidence
    if ends:
        patient.ended[step.name] = patient.episodes.pop(step.name).first
    return [alert]


def _opened(patient: Patient, step: Step, at: int, result: Result) -> Episode:
    """Return a new episode, opened at `at`.

    One that was open before a discharge that is taken back opens now, and counts from its first opening.
    """
    first = patient.reopen.get(step.name)
    at = at if first is None else patient.now
    facts = [patient.chart.seen[id].at for id, _ in result.evidence if id in patient.chart.seen]
    episode = Episode(
        _new_id(patient, step, at),
        CLEAR,
        0,
        at,
        at,
        at if first is None else first,
        min(facts, default=at if result.at is None else result.at),
    )
    patient.episodes[step.name] = episode
    return episode


def _new_id(patient: Patient, step: Step, opened: int) -> str:
    """Return the id of an episode: no two of a patient share one."""
    given = patient.given.setdefault(step.name, [])
    decided = patient.now if opened in given else None
    given.append(opened)
    return episode_id(patient.id, step.kind, step.name, opened, decided)


def _move(episode: Episode, name: str, level: str, rank: int, at: int) -> None:
    if level != ABSOLUTE:
        episode.absolute = None
    elif episode.level != ABSOLUTE:
        episode.absolute = at
    if name in ("worsened", "opened"):
        unacknowledge(episode)
    episode.level, episode.rank, episode.last = level, rank, at


def unacknowledge(episode: Episode) -> None:
    """Take the acknowledgement away: a rise in level or a step does, and the next one lasts as the first."""
    episode.acked = episode.acked_at = episode.acked_until = None
    episode.ran_out, episode.bars = 0, {}


def step_up(
    patient: Patient, step: Step, episode: Episode, result: Result, words: Words, before: float | UnsetType
) -> PendingAlert:
    """Return the `worsened` of an acknowledged episode whose value is worse by a step than `before`."""
    at = moment(patient, result.at, episode)
    change = Change("worsened", episode.level, at, acknowledged=before)
    if before is not UNSET:
        was = f"; {written(before, result.unit)} when acknowledged"
        words = words._replace(message=f"{words.message}{was}")
    alert = pending_alert(patient, step, episode, result, change, words)
    _move(episode, "worsened", episode.level, episode.rank, at)
    episode.evidence = result.evidence
    return alert


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
        context=Context(
            phase(patient.chart, change.at),
            len(patient.chart.cycle_doses),
            reason=change.reason,
            acknowledged=change.acknowledged,
            unacknowledged=change.unacknowledged,
        ),
        guideline=patient.guideline.reference,
    )
    return PendingAlert(step.order, alert)


def words_of(patient: Patient, subject: Subject, result: Result, level: str) -> Words:
    """Return the texts of an alert about a subject at a level; of one that ends, nothing to do."""
    guideline, result = patient.guideline, in_full(result)
    line = message(subject, result, level, guideline, patient.now, old_at(patient, subject, result))
    if level == CLEAR:
        return Words(line, (), ())
    return Words(line, actions(subject), measures(subject, result, guideline))


def old_at(patient: Patient, subject: Subject, result: Result) -> int | None:
    """Return when a value is as old as the interval of what observes it, ms; None: it has no interval."""
    guideline, chart = patient.guideline, patient.chart
    observed_by = guideline.pressure if subject.kind == PRESSURE else guideline.row.get(subject.name)
    what = getattr(observed_by, "monitored_by", None)
    if what is None or result.latest is None:
        return None
    ended = chart.cycle.end is not None and patient.now >= chart.cycle.end
    ward, intensive = guideline.observes[what].intervals(ended)
    return chart.mode.limit(result.latest, patient.now, ward, intensive)


def level_of(result: Result) -> tuple[str, int]:
    """Return the level of a state and its rank within an episode."""
    state = result.state
    return (state, RANK[state]) if state in RANK else (CLEAR, 0)


def numbered(patient: Patient, alerts: list[PendingAlert]) -> list[Alert]:
    """Sort one instant's alerts and give each its number (per patient, +1 each).

    In its place: half of the events of a ward charted by hand make an alert, and nobody has it yet.
    """
    out = [one.alert for one in sorted(alerts, key=ORDER)]
    for seq, alert in enumerate(out, patient.seq + 1):
        msgspec.structs.force_setattr(alert, "seq", seq)
    patient.seq += len(out)
    return out
