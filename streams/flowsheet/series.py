"""Shape what was charted into what a panel draws: steps that hold until the next, what lies on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from rules.guideline import Guideline

T = TypeVar("T")
Point = tuple[int, float]


def within(series: Iterable[tuple[int, T]], start: int, end: int) -> list[tuple[int, T]]:
    """Return the entries from `start` to `end`, both included."""
    return [(at, value) for at, value in series if start <= at <= end]


def steps(rates: Iterable[Point], start: int, end: int) -> list[Point]:
    """Return what is in force until it changes: what was running at the left edge, each change, and the last
    one carried to the right edge.
    """
    rates = list(rates)
    before = [(start, rate) for at, rate in rates if at < start][-1:]
    drawn = before + within(rates, start, end)
    return [*drawn, (end, drawn[-1][1])] if drawn else []


def flows(changed: Iterable[int], flow: Iterable[Point]) -> list[Point]:
    """Return the flow of oxygen over time: charting another device drops the flow of the one before.

    `changed`: when another device was charted.
    """
    dropped = dict.fromkeys(changed, 0.0)
    return sorted((dropped | dict(flow)).items())


def peaks(guideline: Guideline, doses: Iterable[tuple[int, bool]]) -> list[tuple[int, int]]:
    """Return the windows in which each given dose presses the pressure most."""
    return [guideline.pressure.peak(at) for at, given in doses if given]
