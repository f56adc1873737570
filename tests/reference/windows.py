"""Rates in force, the mode and its intervals, staleness, sustained and confirmed readings, shifts
(criteria.md 1, 2, 3.1, 6).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from . import names
from .clock import FOREVER, HOUR, MINUTE, note
from .facts import Fact, Value
from .knowledge import Knowledge, timeless
from .units import RATE_LIMITS, rounded

WEANED = 4 * HOUR
VITAL = (4 * HOUR, 1 * HOUR)  # interval in ward, in intensive
INTAKE = (4 * HOUR, 1 * HOUR)
DAILY, LAB = (24 * HOUR, 24 * HOUR), (24 * HOUR, 12 * HOUR)
BEHIND = 8 * HOUR
GRACE = Fraction(5, 4)
Pair = tuple[int, int]


class Timed(Protocol):
    """What has an `at`, and an instant at which its id was first known."""

    @property
    def at(self) -> int:
        """When it was true."""

    @property
    def first(self) -> int:
        """When its id was first known."""


Seen = TypeVar("Seen", bound=Timed)


# ---- rates in force


@dataclass(frozen=True)
class Segment:
    """A rate in force on [start, end); `rate` is None where it cannot be read, `missing` says why."""

    start: int
    end: int
    rate: Fraction | None
    missing: str
    fact: Fact


@timeless
def segments(k: Knowledge, drug: str) -> list[Segment]:
    """The rates of a drug, line by line; a rate 0 without a line stops every line."""
    facts = [f for f in k.of_type("infusion") if _drug(f) == drug]
    lines = dict.fromkeys(_line(f) for f in facts)
    return [s for line in lines for s in _of_line(k, drug, facts, line)]


def _drug(fact: Fact) -> str | None:
    return names.ingredient(fact.event["agent"], (*names.PRESSORS, *names.NO_EQUIVALENT))


def _line(fact: Fact) -> str:
    return str(fact.event.get("line") or "")


def _of_line(k: Knowledge, drug: str, facts: list[Fact], line: str) -> list[Segment]:
    mine = [f for f in facts if _line(f) == line or (not _line(f) and f.record.rate == 0)]
    ends = [f.at for f in mine[1:]] + [FOREVER]
    read = [(f, e, _rate(k, drug, f)) for f, e in zip(mine, ends, strict=True) if f.at < e]
    return [Segment(f.at, e, rate, missing, f) for f, e, (rate, missing) in read]


def _rate(k: Knowledge, drug: str, fact: Fact) -> tuple[Fraction | None, str]:
    record = fact.record
    if record.problem is not None or record.rate is None:
        return None, f"{drug}.unreadable"
    if record.unit_of_rate is None:
        return record.rate, ""
    weight = weight_at(k, fact.at)
    if weight is None:
        return None, "weight"
    rate = rounded(record.rate / weight)
    return (rate, "") if rate <= RATE_LIMITS.get(drug, 50) else (None, f"{drug}.unreadable")


def weight_at(k: Knowledge, at: int) -> Fraction | None:
    """The latest weight not after an instant, else the baseline."""
    weights = [w for w in k.series("weight") if w.at <= at]
    weight: Fraction | None = weights[-1].value if weights else k.baseline("weight")
    return weight


@timeless
def flowing(k: Knowledge, drugs: tuple[str, ...]) -> list[tuple[int, int]]:
    """When any of the drugs ran, read or not, as [start, end) pieces."""
    return [(s.start, s.end) for d in drugs for s in segments(k, d) if s.rate is None or s.rate > 0]


def runs_at(k: Knowledge, at: int, *drugs: str) -> bool:
    """Whether any of the drugs runs at an instant."""
    return any(a <= at < b for a, b in flowing(k, drugs))


def ran_within(k: Knowledge, at: int, span: int) -> bool:
    """Whether a vasopressor ran at some moment of the last `span`."""
    return any(a <= at and b > at - span for a, b in flowing(k, names.PRESSORS))


# ---- mode


@timeless
def periods(k: Knowledge) -> list[tuple[int, int]]:
    """Intensive periods [start, end): in the ICU, or from a vasopressor's start to 4 h after its stop."""
    runs = flowing(k, (*names.PRESSORS, *names.NO_EQUIVALENT))
    return union([(a, min(b + WEANED, FOREVER)) for a, b in runs] + _icu(k))


def _icu(k: Knowledge) -> list[tuple[int, int]]:
    moves = [f for f in k.of_type("encounter") if f.event.get("location")]
    ends = [f.at for f in moves[1:]] + [FOREVER]
    pairs = zip(moves, ends, strict=False)
    return [(f.at, e) for f, e in pairs if f.event["location"] == "icu" and f.at < e]


def union(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces without overlaps, in order."""
    merged: list[tuple[int, int]] = []
    for a, b in sorted(pieces):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    return merged


def period_at(k: Knowledge, at: int) -> tuple[int, int] | None:
    """The intensive period an instant lies in."""
    return next((p for p in periods(k) if p[0] <= at < p[1]), None)


def intensive(k: Knowledge, at: int) -> bool:
    """Whether the mode at an instant is intensive."""
    return period_at(k, at) is not None


def interval(k: Knowledge, pair: Pair, at: int) -> int:
    """The interval in force at an instant; labs are daily after therapy-end."""
    daily = pair is LAB and k.therapy_end is not None and at >= k.therapy_end.at
    return pair[1] if intensive(k, at) and not daily else pair[0]


def limit(k: Knowledge, seen: int, pair: Pair, share: Fraction | int, at: int) -> int:
    """When something seen at `seen` reaches `share` times its interval, by the mode at `at`: a shorter
    interval counts from the switch, the longer one's own limit goes on.
    """
    long, short = (int(share * each) for each in pair)
    period = period_at(k, at)
    if period is None or interval(k, pair, at) == pair[0]:
        return seen + long
    return min(seen + long, max(seen, period[0]) + short)


Limit = Callable[[Knowledge, int, int], int]  # (knowledge, seen, clock) -> when it is stale


def after(pair: Pair, share: Fraction | int) -> Limit:
    """The staleness limit of `share` times an interval of Table 1."""
    return lambda k, seen, at: limit(k, seen, pair, share, at)


STALE_VITAL = after(VITAL, 2)
STALE_URINE = after(INTAKE, 2)
STALE_LAB, STALE_DAILY_LAB = after(LAB, Fraction(3, 2)), after(DAILY, Fraction(3, 2))
STALE_WEIGHT = after((36 * HOUR, 36 * HOUR), 1)
STALE_MENTAL = after((16 * HOUR, 16 * HOUR), 1)


def stale(k: Knowledge, seen: int, when: Limit, at: int) -> bool:
    """As old as the limit."""
    return at >= when(k, seen, at)


def last_fresh(k: Knowledge, seen: int, when: Limit, at: int) -> int:
    """The last instant up to `at` at which something seen at `seen` was not stale."""
    ends = {p for period in periods(k) for p in period}
    limits = {when(k, seen, m) for m in {seen, FOREVER - 1} | ends}
    marks = {m - d for m in limits | ends for d in (0, 1)} | {seen}
    past = [m for m in marks if seen <= m <= at and not stale(k, seen, when, m)]
    return max(past, default=seen)


def counted(k: Knowledge, values: Sequence[Seen], when: Limit) -> list[Seen]:
    """Without those already stale when they became known: they neither trip nor clear anything."""
    return [v for v in values if not stale(k, v.at, when, v.first)]


@timeless
def vitals(k: Knowledge, code: str) -> list[Value]:
    """Readings that trip and clear: fresh, and not more than 8 h behind the clock, when they became known."""
    return counted(k, [v for v in k.series(code) if v.first - v.at <= BEHIND], STALE_VITAL)


# ---- sustained and confirmed (3.1)


@dataclass(frozen=True)
class Reading:
    """A reading of a signal; `value` is what limits are held against."""

    value: Fraction
    at: int
    first: int
    id: str
    shown: Value


Holds = Callable[[Reading], bool]


def sustained(k: Knowledge, readings: list[Reading], i: int, span: int, holds: Holds) -> list[Reading]:
    """The run over which a condition is sustained at reading `i`; empty if it is not."""
    last = readings[i]
    if not holds(last):
        return []
    starts = [j for j in range(i + 1) if readings[j].at <= last.at - span and holds(readings[j])]
    if not starts:
        return []
    run = readings[starts[-1] : i + 1]
    gaps = itertools.pairwise(run)
    if any(b.at - a.at > GRACE * VITAL[intensive(k, a.at)] for a, b in gaps):
        return []
    return run if 5 * sum(map(holds, run)) >= 4 * len(run) else []


CONFIRMING = 5 * MINUTE


def lonely(readings: list[Reading], i: int) -> bool:
    """Whether no other reading lies in the 5 min up to reading `i`."""
    at = readings[i].at
    return not any(at - CONFIRMING < r.at <= at for j, r in enumerate(readings) if j != i)


def confirmed(readings: list[Reading], i: int, holds: Holds) -> bool:
    """Whether a single-reading limit is confirmed at reading `i`."""
    if not holds(readings[i]):
        return False
    return lonely(readings, i) or (i > 0 and holds(readings[i - 1]))


def confirming(readings: list[Reading], i: int) -> tuple[Reading, ...]:
    """The reading that is confirmed, with the one before it where that confirms it."""
    return tuple(readings[i : i + 1] if lonely(readings, i) else readings[i - 1 : i + 1])


@dataclass(frozen=True)
class Latch:
    """Whether a condition with hysteresis holds, since which reading, and the run that made it so."""

    on: bool
    since: Reading | None = None
    run: tuple[Reading, ...] = ()


RECOVERS = 2 * HOUR


def recovered(k: Knowledge, readings: list[Reading], i: int, holds: Holds, tripped: int) -> list[Reading]:
    """The run of 2 h over which a condition is not met, all of it after the instant that tripped it."""
    run = sustained(k, readings, i, RECOVERS, holds)
    return run if run and run[0].at > tripped else []


def latch(k: Knowledge, readings: list[Reading], span: int, trips: Holds, clears: Holds) -> list[Latch]:
    """The condition after each reading: tripped when sustained; cleared when its clearing condition is, or
    when it is not met over 2 h.
    """
    state, states = Latch(False), []
    for i, reading in enumerate(readings):
        if state.on:
            run = sustained(k, readings, i, span, clears) or recovered(
                k, readings, i, lambda r: not trips(r), state.since.at if state.since else 0
            )
        else:
            run = sustained(k, readings, i, span, trips)
        if run:
            state = Latch(not state.on, reading, tuple(run))
        states.append(state)
    return states


# ---- shifts (UTC)

SHIFT = 8 * HOUR
FIRST_SHIFT = 7 * HOUR


def shift_ending(at: int) -> int:
    """The end of the shift (start, end] an instant belongs to."""
    return int(at) + (FIRST_SHIFT - int(at)) % SHIFT


def completed(at: int) -> int:
    """The end of the last shift completed at an instant: its end itself completes it."""
    end = int(at) - (int(at) - FIRST_SHIFT) % SHIFT
    note(at, end + SHIFT)
    return end
