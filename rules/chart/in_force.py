"""Return what is in force of one patient's events up to a moment: readings of vital signs, and a chart.

For sheets that look back over hours: the chart of the engine keeps vital signs only as long as it decides by
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.chart.chart import Chart
from rules.chart.identity import FINAL, LAST_WORD, RANK, outranks
from rules.chart.record import record
from rules.guideline.edition import Guideline
from rules.wire.events import Ack, Event, Resume, Silence, Tick, Vitals, Withdrawal

COMMANDS = (Ack, Silence, Resume, Tick)
"""What is no fact of a chart."""


class Reading(NamedTuple):
    """A reading in its canonical unit, or the name of a device. `at`: ms; `id`: of its record."""

    at: int
    value: float | str
    id: str


class Charted(NamedTuple):
    """What is charted of one patient. `readings`: of vital signs by code, in order of `at`."""

    chart: Chart
    readings: dict[str, list[Reading]]

    def numbers(self, code: str, start: int, end: int) -> list[tuple[float, Reading]]:
        """Return the readings of a sign in (start, end], each with its number."""
        return [
            (one.value, one)
            for one in self.readings.get(code, ())
            if start < one.at <= end and not isinstance(one.value, str)
        ]


def charted(events: Iterable[Event], guideline: Guideline) -> Charted:
    """Return what is in force of one patient's events, which come in order of `known`."""
    known = list(events)
    return Charted(chart_of(known, guideline), readings(known, guideline))


def chart_of(events: Iterable[Event], guideline: Guideline) -> Chart:
    """Return the chart of one patient's events; of the vital signs it has the weights alone."""
    chart = Chart(guideline)
    for event in events:
        if not isinstance(event, COMMANDS) and not (isinstance(event, Vitals) and not _weighs(event)):
            record(chart, event)
    return chart


def _weighs(event: Vitals) -> bool:
    return any(code == "weight" for code, _ in event.readings) or "weight" in event.withdrawn


class _Version(NamedTuple):
    rank: int
    at: int
    value: float | str | None


def readings(events: Iterable[Event], guideline: Guideline) -> dict[str, list[Reading]]:
    """Return the plausible readings of vital signs by code, in order of `at`.

    Corrections and withdrawals apply code by code, whatever the order they come in (criteria.md section 1).
    """
    kept: dict[tuple[str, str], _Version] = {}
    seen: dict[str, set[int]] = {}
    for event in events:
        if isinstance(event, Vitals) and _is_new(seen.setdefault(event.id, set()), RANK[event.status]):
            for code, version in _versions(event):
                if (event.id, code) not in kept or outranks(version.rank, kept[event.id, code].rank):
                    kept[event.id, code] = version
        elif isinstance(event, Withdrawal) and event.type == "vitals":
            seen.setdefault(event.id, set()).update((FINAL, LAST_WORD))
            kept |= {key: _Version(LAST_WORD, event.at, None) for key in kept if key[0] == event.id}
    return _by_code(kept, guideline)


def _is_new(seen: set[int], rank: int) -> bool:
    """Return whether a record of an id adds to it: no duplicate of a rank below a correction's."""
    fresh = rank == LAST_WORD or all(before < rank or before == LAST_WORD for before in seen)
    if rank < LAST_WORD and {FINAL, LAST_WORD} <= seen:
        fresh = False
    seen.add(rank)
    return fresh


def _versions(event: Vitals) -> Iterator[tuple[str, _Version]]:
    rank = RANK[event.status]
    yield from ((code, _Version(rank, event.at, value)) for code, value in event.readings)
    yield from ((code, _Version(LAST_WORD, event.at, None)) for code in event.withdrawn)


def _by_code(kept: dict[tuple[str, str], _Version], guideline: Guideline) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for (id, code), (_, at, value) in kept.items():
        if isinstance(value, str) or (value is not None and guideline.usable(code, value)):
            found.setdefault(code, []).append(Reading(at, value, id))
    for series in found.values():
        series.sort(key=lambda one: one.at)
    return found
