"""Derive from a list of events what a chart derives as it records them, by the same functions.

For plots, which have events and no chart.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.chart.corrections import RANK
from rules.chart.facts import Rate, Volume, Weight, insert
from rules.chart.infusions import Lines, line_key, total
from rules.chart.volumes import Collection, resolved
from rules.guideline import Guideline
from rules.wire.events import IO, Encounter, Event, Infusion

PHENYLEPHRINE = "phenylephrine"
Series = list[tuple[int, float]]


def phenylephrine_rates(events: Iterable[Event], weights: Series, baseline: float | None) -> Series:
    """Return each moment (ms) at which the rate changes, with the new rate of all lines in ug/kg/min.

    `weights`: (ms, kg) in order; a rate that is unknown for want of a weight changes nothing.
    """
    lines: Lines = {}
    for n, event in enumerate(events):
        if isinstance(event, Infusion) and event.agent == PHENYLEPHRINE:
            rate = Rate(*heading(event, n), event.rate, event.per_kg)
            insert(lines.setdefault(line_key(event), []), rate)
    known = [Weight(at, at, n, "", at, 1, 0, kg) for n, (at, kg) in enumerate(weights)]
    segments = total(lines, PHENYLEPHRINE, known, baseline)
    return [(segment.at, segment.rate) for segment in segments if segment.rate is not None]


def urine_collections(events: Iterable[Event], guideline: Guideline) -> list[Collection]:
    """Return the collections of urine in order of their end."""
    volumes: list[Volume] = []
    for n, event in enumerate(events):
        if isinstance(event, IO) and event.kind == "urine" and event.direction == "out":
            insert(volumes, Volume(*heading(event, n), event.volume, event.start))
    return resolved(volumes, guideline.row["urine-hour"].longest)  # type: ignore[union-attr]


def baseline(events: Iterable[Event]) -> dict[str, float]:
    """Return the readings before therapy by code; of several the latest."""
    items = (event.vitals for event in events if isinstance(event, Encounter) and event.event == "baseline")
    return {code: value for vitals in items for code, value in vitals if not isinstance(value, str)}


def heading(event: Event, n: int) -> tuple[int, int, int, str, int, int, int]:
    """Return the common fields of a fact."""
    return event.at, event.known, n, event.id, event.known, RANK[event.status], event.offset
