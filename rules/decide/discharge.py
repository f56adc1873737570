"""Follow the stays of a patient: discharges go by `at`, come late, move, and are taken back.

`chart` has the facts of the present stay; `whole` has all, as long as a discharge can be taken back
(criteria.md section 1).
"""

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.fact_lists import part
from rules.chart.record import Recorded, record
from rules.chart.stays import Stay, expired, stay_of
from rules.decide import course_memory
from rules.decide.after_discharge import charted, left, went_on
from rules.decide.endings import DISCHARGED, apply_cycle, end_episodes, forget_lapses
from rules.decide.episodes import PendingAlert
from rules.decide.state import AfterDischarge, FormerStay, Patient, Reminders
from rules.decide.subjects import CRITERION, PRESSURE, Plan
from rules.evaluate.result import CLEAR, INDETERMINATE, Memory
from rules.wire import events
from rules.wire.instants import AFTER_ALL, Instant

BOUNDS = dirty_flags.ENCOUNTER | dirty_flags.DOSES
"""The flags of what begins and ends stays."""

COMMANDS = (events.Resume, events.Accept, events.Ack, events.Silence)


def enter(patient: Patient, event: events.Event) -> Recorded:
    """Record an event of a patient who was discharged once: in the present stay, if it belongs to it."""
    seal(patient, event.known)
    at = event.known if isinstance(event, COMMANDS) else event.at
    if patient.whole is None:
        outside = patient.stay.closed is not None and not patient.stay.holds(at)
        if outside and event.id not in patient.chart.seen:
            return Recorded()
        return record(patient.chart, event)
    outcome = record(patient.whole, event)
    if outcome.changed and charted(patient, patient.whole, event):
        patient.pending, patient.dirty = True, patient.dirty | dirty_flags.ENCOUNTER
    if not outcome.changed or patient.stay.closed is None:
        return outcome
    return _in_stay(patient, event, at, outcome)


def _in_stay(patient: Patient, event: events.Event, at: int, outcome: Recorded) -> Recorded:
    """Return what an event recorded among all facts does to the present stay."""
    if patient.stay.over:
        return _bounds(outcome)
    if outcome.dirty_replaced | outcome.dirty_amended:
        assert patient.whole is not None
        patient.chart = part(patient.whole, patient.stay.start, patient.chart.tail)
        course_memory.remember(patient)
        return outcome
    if not patient.stay.holds(at):
        course_memory.charted_late(patient)
        return _bounds(outcome)
    inside = record(patient.chart, event)
    outcome.dirty = inside.dirty
    return outcome


def _bounds(outcome: Recorded) -> Recorded:
    """Return the outcome of a fact of no stay: it can only begin or end one."""
    outcome.dirty &= BOUNDS
    outcome.dirty_amended &= BOUNDS
    outcome.dirty_replaced &= BOUNDS
    return outcome


def seal(patient: Patient, before: Instant) -> None:
    """Drop the facts before a discharge that can no longer be taken back at an instant."""
    if patient.whole is None:
        return
    kept = patient.guideline.choices.kept_after_discharge
    sealed = expired(patient.whole.places, kept, before)
    if sealed <= patient.sealed:
        return
    patient.sealed = sealed
    course_memory.sealed(patient, sealed)
    revocable = any(place.event == "discharge" and place.at > sealed for place in patient.whole.places)
    keeps = revocable or patient.stay.over
    patient.whole = part(patient.whole, sealed + 1) if keeps else None
    if not revocable:
        patient.former = None
        patient.given = {} if patient.stay.over else patient.given
    course_memory.remember(patient)


def follow_stays(patient: Patient, plan: Plan) -> list[PendingAlert]:
    """Begin and end stays by what became known at this instant, and return the alerts of what ends."""
    if not (patient.dirty | patient.dirty_amended | patient.dirty_replaced) & BOUNDS:
        return []
    every = patient.chart if patient.whole is None else patient.whole
    before, stay = patient.stay, stay_of(every.places, every.doses, patient.sealed)
    patient.stay = stay
    if (stay.closed, stay.begin) == (before.closed, before.begin):
        return []
    if stay.closed != before.closed:
        patient.undischarged = _is_taken_back(patient, before, every)
        patient.after = _left(patient, every)
    if before.over and stay.over:
        return []
    if stay.over:
        return _discharge(patient, plan, before, every)
    if before.over:
        _stay_again(patient, plan, every)
        return []
    return _move(patient, plan, before, every)


def _is_taken_back(patient: Patient, before: Stay, every: Chart) -> bool:
    """Return whether charting would go on after a discharge but for a correction of it at this instant."""
    amended = before.discharge is not None and before.discharge[0] in patient.amendments
    return amended and patient.after is not None and went_on(patient, patient.after, every)


def _left(patient: Patient, every: Chart) -> AfterDischarge | None:
    """Return what was charted after the discharge before the present stay, or after the present one."""
    stay = patient.stay
    if stay.closed is None:
        return None
    known = patient.now if stay.discharge is None else every.seen[stay.discharge[0]].first
    return left(patient, stay.closed, every, known)


def _discharge(patient: Patient, plan: Plan, before: Stay, every: Chart) -> list[PendingAlert]:
    patient.former = _former(patient, before)
    alerts = end_episodes(patient, plan, DISCHARGED, patient.stay.closed)
    patient.whole, patient.chart = every, Chart(patient.chart.guideline)
    _blank(patient)
    patient.discharged = patient.now
    return alerts


def _former(patient: Patient, stay: Stay) -> FormerStay:
    return FormerStay(
        stay,
        patient.memories,
        dict(patient.episodes),
        patient.rules,
        patient.cycles,
        patient.cycle_start,
        patient.cycle_since,
        patient.quiet,
    )


def _blank(patient: Patient) -> None:
    patient.memories, patient.rules, patient.episodes = {}, {}, dict(patient.episodes)
    patient.cycles, patient.cycle_start, patient.cycle_since, patient.quiet = 0, None, None, False
    patient.reminders, patient.rules_due = Reminders(), AFTER_ALL
    patient.intensive_since, patient.accepted = None, frozenset()


def _stay_again(patient: Patient, plan: Plan, every: Chart) -> None:
    """Begin a stay after a discharge, or go on with the one that a discharge taken back had ended."""
    patient.discharged = None
    _use_chart(patient, every)
    former = patient.former
    if former is None or (former.stay.closed, former.stay.begin) != (patient.stay.closed, patient.stay.begin):
        return
    patient.memories, patient.rules, patient.quiet = former.memories, former.rules, former.quiet
    patient.cycles, patient.cycle_start, patient.cycle_since = (
        former.cycles,
        former.cycle_start,
        former.cycle_since,
    )
    patient.reopen = {name: episode.first for name, episode in former.episodes.items()}
    patient.former = None
    forget_lapses(patient, plan)


def _use_chart(patient: Patient, every: Chart) -> None:
    """Let the chart have the facts of the present stay, and everything be decided again over them."""
    stay = patient.stay
    revocable = any(place.event == "discharge" for place in every.places)
    patient.chart = every if stay.closed is None and not revocable else part(every, stay.start)
    patient.whole = None if patient.chart is every else every
    course_memory.remember(patient)
    patient.dirty |= dirty_flags.EVERYTHING
    patient.dirty_replaced |= dirty_flags.EVERYTHING


def _move(patient: Patient, plan: Plan, before: Stay, every: Chart) -> list[PendingAlert]:
    """Move the beginning of the present stay: a discharge behind it became known, moved or was taken back."""
    start = patient.stay.start
    alerts: list[PendingAlert] = []
    if start > before.start and patient.stay.closed is not None:
        former = _former(patient, before)
        former.episodes = {name: one for name, one in former.episodes.items() if one.opened < start}
        alerts = end_episodes(
            patient, plan, DISCHARGED, patient.stay.closed, lambda episode: episode.opened < start
        )
        patient.former = former
        patient.memories = {
            name: _without_stay_before(memory, every, start)
            for name, memory in patient.memories.items()
            if memory.since is not None and memory.since >= start
        }
        patient.rules = {}
    elif start < before.start and before.closed != patient.stay.closed:
        _join_former(patient, plan)
    _use_chart(patient, every)
    if before.closed != patient.stay.closed and patient.chart.cycle.start is not None:
        apply_cycle(patient)
    return alerts


def _without_stay_before(memory: Memory, every: Chart, start: int) -> Memory:
    """Return a memory without what rested, in part too, on facts of the stay before."""
    gone = {mark for id, mark in memory.held if (fact := every.seen.get(id)) is not None and fact.at < start}
    held = tuple(pair for pair in memory.held if pair[1] not in gone)
    return msgspec.structs.replace(memory, held=held) if gone else memory


def _join_former(patient: Patient, plan: Plan) -> None:
    """Go on with the stay before, too: what was open then and still holds opens again."""
    former = patient.former
    if former is None or (former.stay.closed, former.stay.begin) != (patient.stay.closed, patient.stay.begin):
        return
    patient.memories = {**former.memories, **_alerted_since(patient, plan)}
    patient.reopen = {
        name: episode.first for name, episode in former.episodes.items() if name not in patient.episodes
    }
    patient.quiet = patient.quiet if patient.cycle_start is not None else former.quiet
    patient.former = None


def _alerted_since(patient: Patient, plan: Plan) -> dict[str, Memory]:
    """Return what is remembered of the stay that is joined to the one before, where it says something.

    A row that was clear or could not be told in it alone is as it was in the stay before: `since` counts from
    its first opening.
    """
    rows = {subject.name for subject in plan.subjects if subject.kind in (CRITERION, PRESSURE)}
    return {
        name: memory
        for name, memory in patient.memories.items()
        if memory.state != INDETERMINATE and (memory.state != CLEAR or name not in rows)
    }


def sealing(patient: Patient) -> Instant | None:
    """Return the instant after which nothing of a discharged patient's stay is kept."""
    if patient.whole is None or patient.discharged is None or patient.stay.closed is None:
        return None
    first = [place.first for place in patient.whole.places if place.event == "discharge"]
    return max(first) + patient.guideline.choices.kept_after_discharge if first else None
