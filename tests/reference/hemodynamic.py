"""Phenylephrine: the highest rate of the dose interval and the lowest at the time of dosing
(criteria.md 3).
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from .clock import HOUR, MINUTE
from .facts import Knowledge, Record, agent, timeless
from .row import ABSOLUTE, CLEAR, RELATIVE, Row, ids, unknown
from .windows import FOREVER, Segment, segments

DRUG, UNIT = "phenylephrine", "ug/kg/min"
DOSING, LOOK_BACK = 8 * HOUR, 30 * MINUTE


@dataclass(frozen=True)
class Total:
    """The rate of all lines together on [start, end)."""

    start: int
    end: int
    rate: float
    facts: tuple[Record, ...]


@timeless
def totals(k: Knowledge) -> list[Total]:
    """The total usable rate, piece by piece over all time; lines add up."""
    lines = segments(k, DRUG, with_unusable=False)
    marks = [-FOREVER, *sorted({s.start for line in lines for s in line}), FOREVER]
    return [_total(lines, a, b) for a, b in itertools.pairwise(marks)]


def _total(lines: list[list[Segment]], start: int, end: int) -> Total:
    running = [s for line in lines for s in line if s.start <= start < s.end]
    return Total(start, end, round(sum(s.rate for s in running), 6), tuple(s.fact for s in running))


def rate_at(k: Knowledge, at: int) -> float:
    """The total usable rate in force at an instant."""
    return next(t.rate for t in totals(k) if t.start <= at < t.end)


def unusable_since(k: Knowledge, at: int) -> int | None:
    """Since when a rate that needs a weight has been in force on some line and counted; None if none is."""
    open_ = [
        max(s.start, s.fact.known)
        for line in segments(k, DRUG)
        for s in line
        if not s.usable and s.start <= at < s.end
    ]
    return min(open_, default=None)


def interval(k: Knowledge) -> int | None:
    """The start of the dose interval; None outside [cycle-start, therapy-end]."""
    if k.cycle is None or k.therapy_end is not None:
        return None
    return k.doses[-1].at if k.doses else k.cycle.at


def maximum(k: Knowledge, at: int) -> Row:
    """The highest rate in force at any moment of [dose, clock]."""
    return _or_kept(k, at, _maximum)


def minimum(k: Knowledge, at: int) -> Row:
    """The lowest rate in force during the 30 min up to the clock, from 8 h after the dose until the next."""
    return _or_kept(k, at, _minimum)


def _or_kept(k: Knowledge, at: int, judge: Callable[[Knowledge, int], Row]) -> Row:
    since = unusable_since(k, at)
    if since is None or interval(k) is None:
        return judge(k, at)
    row = judge(Knowledge([f for f in k.facts if agent(f) != DRUG or f.at <= since]), since)
    if not row.tripped:
        return unknown("weight")
    return Row(row.state, row.value, row.unit, True, evidence=row.evidence, at=row.at)


def _maximum(k: Knowledge, at: int) -> Row:
    start = interval(k)
    if start is None:
        return Row(CLEAR, at=None)
    inside = [t for t in totals(k) if t.end > start and t.start <= max(at, start)]
    top = max(inside, key=lambda t: t.rate)
    state = ABSOLUTE if top.rate >= 1.5 else RELATIVE if top.rate >= 1.0 else CLEAR
    return Row(state, top.rate, UNIT, evidence=ids(top.facts))


def _minimum(k: Knowledge, at: int) -> Row:
    if interval(k) is None or not k.doses:
        return Row(CLEAR)
    judged = k.doses[-1].at + DOSING
    if at < judged:
        return Row(CLEAR, evaluates_at=judged)
    inside = [t for t in totals(k) if t.end > at - LOOK_BACK and t.start <= at]
    low = min(inside, key=lambda t: t.rate)
    state = ABSOLUTE if low.rate > 0.8 else RELATIVE if low.rate > 0.5 else CLEAR
    return Row(state, low.rate, UNIT, evidence=ids(low.facts))
