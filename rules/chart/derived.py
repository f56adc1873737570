"""Derive from a list of events what a chart derives as it records them, by the same functions.

For plots, which have events and no chart.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.chart.facts import Baseline, Rate, Volume, Weight, insert
from rules.chart.identity import RANK, outranks
from rules.chart.infusions import Lines, in_force, line_key
from rules.chart.pressor_loads import pressor_loads
from rules.chart.volumes import Collection, resolved
from rules.chart.weighing import Weighing
from rules.guideline import Guideline
from rules.guideline.roles import URINE_RATE
from rules.wire.events import IO, Encounter, Event, Infusion, Withdrawal

Series = list[tuple[int, float]]


def pressor_load(
    events: Iterable[Event], weights: Series, baseline: float | None, guideline: Guideline
) -> Series:
    """Return each moment (ms) at which the pressor load changes, with the new one in ug/kg/min.

    `weights`: (ms, kg) in order; a load that is unknown for want of a weight changes nothing.
    """
    lines: Lines = {}
    for n, event in enumerate(events):
        if isinstance(event, Infusion):
            rate = Rate(*heading(event, n), event.rate, event.per_kg)
            insert(lines.setdefault(line_key(event), []), rate)
    known = [Weight(at, at, n, "", at, 1, 0, kg) for n, (at, kg) in enumerate(weights)]
    readings = {} if baseline is None else {"weight": baseline}
    before = Baseline(0, 0, 0, "", 0, 1, 0, None, readings, {})
    loads = pressor_loads(in_force(lines), guideline, Weighing(known, [before]))
    return [(load.at, load.load) for load in loads if not load.missing]


def urine_collections(events: Iterable[Event], guideline: Guideline) -> list[Collection]:
    """Return the collections of urine in order of their end, what went into the bladder taken off."""
    volumes: dict[str, list[Volume]] = {"urine": [], "irrigation": []}
    for n, event in enumerate(events):
        if isinstance(event, IO) and event.kind in volumes:
            insert(volumes[event.kind], Volume(*heading(event, n), event.volume, event.start))
    longest = guideline.row[URINE_RATE].longest  # type: ignore[union-attr]
    return resolved(volumes["urine"], longest, volumes["irrigation"])


def baseline(events: Iterable[Event]) -> dict[str, float]:
    """Return the readings before therapy by code; of several the latest."""
    items = (event.vitals for event in events if isinstance(event, Encounter) and event.event == "baseline")
    return {code: value for vitals in items for code, value in vitals if not isinstance(value, str)}


def heading(event: Event, n: int) -> tuple[int, int, int, str, int, int, int]:
    """Return the common fields of a fact."""
    return event.at, event.known, n, event.id, event.known, RANK[event.status], event.offset


def settled(events: Iterable[Event]) -> list[Event]:
    """Return the records in force at the end, in order of `at`.

    Takes one patient's events in order of `known`.
    """
    kept: dict[str, Event] = {}
    for event in events:
        if event.id not in kept or outranks(RANK[event.status], RANK[kept[event.id].status]):
            kept[event.id] = event
    in_force = (event for event in kept.values() if not isinstance(event, Withdrawal))
    return sorted(in_force, key=lambda event: event.at)
