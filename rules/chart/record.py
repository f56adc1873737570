"""Record an event: turn it into facts of the chart.

Handles identity, and returns the dirty flags of what the event touches.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import EDITED, FACTS, Chart
from rules.chart.corrected_codes import (
    UNIT,
    Merged,
    by_code,
    moments_of,
    moves_place,
    note_moment,
    only,
    oxygen_beside,
    remaining,
    undo,
    versions,
    winning,
    with_oxygen,
)
from rules.chart.facts import Fact, Ghost, charted_at, drop, of_record
from rules.chart.identity import (
    FINAL,
    LAST_WORD,
    PRELIMINARY,
    RANK,
    beats,
    digest_of,
    first_final,
    keep_digest,
    supersedes,
)
from rules.chart.oxygen import VitalsRow
from rules.chart.record_outcome import CONFLICT, DUPLICATE, Heading, Recorded
from rules.chart.write_facts import accept, encounter, finding, name_unit, resume, volume
from rules.chart.write_readings import labs, vitals, withdrawal
from rules.chart.write_treatments import dose, infusion, medication, other_infusion, unreadable
from rules.wire import events

__all__ = ["CONFLICT", "Recorded", "record"]


def record(chart: Chart, event: events.Event) -> Recorded:
    """Record an event in the chart (criteria.md sections 1 and 8). The chart passed in is updated."""
    old = chart.seen.get(event.id)
    rank = RANK[event.status]
    digest = digest_of(event) if rank == FINAL and event.id else 0
    if old is None:
        outcome, _ = _write(chart, event, event.known)
    else:
        before = first_final(chart, event.id)
        if digest and before:
            return DUPLICATE if digest == before else CONFLICT
        if rank == PRELIMINARY and (before or old.rank in (PRELIMINARY, FINAL)):
            return DUPLICATE
        outcome = _again(chart, event, old)
        digest = digest or before
    if digest:
        keep_digest(chart, event.id, digest)
    return outcome


def _again(chart: Chart, event: events.Event, old: Fact) -> Recorded:
    """Record what replaces an earlier record of its id: code by code, or as a whole."""
    if not by_code(event, old):
        return _replace(chart, event, old) if supersedes(event, old) else DUPLICATE
    if isinstance(event, events.Withdrawal):
        return _withdraw(chart, event, old)
    assert isinstance(event, Merged)
    return _merge(chart, event, old)


def _replace(chart: Chart, event: events.Event, old: Fact) -> Recorded:
    note_moment(chart, event)
    removed = chart.withdraw(old)
    outcome, written = _write(chart, event, min(old.first, event.known), removed)
    return _amended(outcome, event, removed, written)


def _withdraw(chart: Chart, event: events.Withdrawal, old: Fact) -> Recorded:
    """Take back every code of a record that no later correction names."""
    gone = {code for code, version in versions(chart, event.id).items() if beats(event, version)}
    removed, moments = undo(chart, event.id, gone), moments_of(chart, event.id)
    places = of_record(chart.places, event.id, moments)
    if any(beats(event, (place.rank, place.tie)) for place in places):
        drop(chart.places, event.id, moments)
        chart.unsaved |= EDITED
        removed |= dirty_flags.ENCOUNTER
    elif UNIT in gone:
        name_unit(chart, event.id, moments)
        removed |= dirty_flags.ENCOUNTER
    note_moment(chart, event)
    outcome, written = _write(chart, event, min(old.first, event.known), removed)
    chart.seen[event.id] = remaining(chart, event.id) or chart.seen[event.id]
    return _amended(outcome, event, removed, written)


def _merge(chart: Chart, event: Merged, old: Fact) -> Recorded:
    codes = winning(chart, event)
    moves = isinstance(event, events.Encounter) and moves_place(chart, event)
    if not codes and not moves:
        return DUPLICATE
    event = only(event, codes)
    older = oxygen_beside(chart, event) if isinstance(event, events.Vitals) else {}
    if older and isinstance(event, events.Vitals):
        event = with_oxygen(chart, event, older)
    removed = undo(chart, event.id, codes | older.keys())
    if moves and isinstance(event, events.Encounter):
        removed |= dirty_flags.ENCOUNTER if drop(chart.places, event.id, moments_of(chart, event.id)) else 0
        chart.unsaved |= EDITED
    note_moment(chart, event)
    del chart.seen[event.id]
    outcome, written = _write(chart, event, min(old.first, event.known), removed)
    row = chart.seen.get(event.id)
    if older and isinstance(row, VitalsRow):
        row.older = tuple((code, *version) for code, version in older.items())
    chart.seen[event.id] = remaining(chart, event.id) or chart.seen[event.id]
    return _amended(outcome, event, removed, written)


def _amended(outcome: Recorded, event: events.Event, removed: int, written: int) -> Recorded:
    """Return the outcome of a record that replaces what was charted: what is removed is not new.

    A `final` that only replaces its `preliminary` amends nothing. What is added counts as known since the id
    first was: a stop rule that it would have made hold is replayed too.
    """
    if RANK[event.status] != LAST_WORD or not removed:
        return replace(outcome, dirty_replaced=outcome.dirty)
    fresh = written & ~removed
    amended = outcome.dirty & ~fresh
    return replace(outcome, dirty=fresh, dirty_amended=amended, dirty_replaced=outcome.dirty)


def _write(chart: Chart, event: events.Event, first: int, before: int = 0) -> tuple[Recorded, int]:
    """Write an event, and return how, and the dirty flags of what it wrote itself.

    `before`: the dirty flags of what was removed for it.
    """
    chart.n += 1
    outcome = Recorded()
    heading = (event.at, event.known, chart.n, event.id, first, RANK[event.status], event.offset)
    write = WRITERS.get(type(event))
    dirty = written = write(chart, event, heading, outcome) if write is not None else 0
    if event.id and event.id not in chart.seen:
        if (ghost := chart.ghosts.pop(event.id, None)) is not None:
            chart.reworded.append(ghost)
        chart.seen[event.id] = chart.ghosts[event.id] = Ghost(*heading)
        chart.unsaved |= FACTS
    if (dirty | before) & ~dirty_flags.VITALS:
        chart.unsaved |= FACTS
        dirty = chart.refresh(dirty | before)
        _count_doubted(chart, event, outcome)
    outcome.dirty = dirty | before
    return outcome, written


def _count_doubted(chart: Chart, event: events.Event, outcome: Recorded) -> None:
    """Count a weight that is too far from the one before it; the next reading may still confirm it."""
    if (
        isinstance(event, events.Vitals)
        and any(weight.id == event.id for weight in charted_at(chart.raw_weights, event.at))
        and all(weight.id != event.id for weight in charted_at(chart.weights, event.at))
    ):
        outcome.implausible = (*outcome.implausible, "weight")


Writer = Callable[[Chart, Any, Heading, Recorded], int]

WRITERS: dict[type, Writer] = {
    events.Vitals: vitals,
    events.Labs: labs,
    events.IO: volume,
    events.Dose: dose,
    events.Infusion: infusion,
    events.Finding: finding,
    events.Medication: medication,
    events.Encounter: encounter,
    events.Resume: resume,
    events.Accept: accept,
    events.Withdrawal: withdrawal,
    events.Unreadable: unreadable,
    events.OtherInfusion: other_infusion,
}
