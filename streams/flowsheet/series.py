"""Shape charted values into what a panel draws: steps, and what lies within the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rules.guideline import Guideline

T = TypeVar("T")
Point = tuple[int, float]


def within(series: Iterable[tuple[int, T]], start: int, end: int) -> list[tuple[int, T]]:
    """Return the entries from `start` to `end`, both included."""
    return [(at, value) for at, value in series if start <= at <= end]


def steps(rates: Iterable[Point], start: int, end: int) -> list[Point]:
    """Return values that are in force until they change, from `start` to `end`.

    The value running at the left edge, each change, and the last value carried to the right edge.
    """
    rates = list(rates)
    before = [(start, rate) for at, rate in rates if at < start][-1:]
    shown = before + within(rates, start, end)
    return [*shown, (end, shown[-1][1])] if shown else []


def changes(series: Sequence[tuple[int, T]]) -> list[tuple[int, T]]:
    """Return the entries that differ from the previous one."""
    return [
        (at, value)
        for number, (at, value) in enumerate(series)
        if not number or series[number - 1][1] != value
    ]


def flows(changed: Iterable[int], flow: Iterable[Point]) -> list[Point]:
    """Return the flow of oxygen over time: charting another device resets the flow to 0.

    `changed`: when another device was charted.
    """
    dropped = dict.fromkeys(changed, 0.0)
    return sorted((dropped | dict(flow)).items())


def peaks(guideline: Guideline, doses: Iterable[tuple[int, bool]]) -> list[tuple[int, int]]:
    """Return the peak window after each given dose, in which the pressure is lowest."""
    return [guideline.pressure.peak(at) for at, given in doses if given]
