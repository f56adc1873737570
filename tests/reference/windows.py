"""Time cut up: mode and its intervals, staleness, sustained runs, shifts, rates in force, urine collections
(criteria.md 1, 3, 6).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from .clock import DAY, HOUR, MINUTE
from .facts import Knowledge, Record, Value, agent, timeless

VASOPRESSORS = ("phenylephrine", "dopamine", "norepinephrine", "vasopressin", "epinephrine")
WEANED = 4 * HOUR
VITAL = (4 * HOUR, 1 * HOUR)  # interval in ward, in intensive
INTAKE = (4 * HOUR, 1 * HOUR)
DAILY, LAB = (24 * HOUR, 24 * HOUR), (24 * HOUR, 12 * HOUR)
BEHIND = 8 * HOUR
FOREVER = 1 << 62
Seen = TypeVar("Seen", Value, Record)


# ---- rates in force


@dataclass(frozen=True)
class Segment:
    """A rate in force on [start, end)."""

    start: int
    end: int
    rate: float
    fact: Record
    usable: bool = True


@timeless
def segments(k: Knowledge, drug: str, with_unusable: bool = True) -> list[list[Segment]]:
    """The rates of a drug, a list a line; a rate that needs a weight is in force too (rate nan), unless left
    out.
    """
    lines: dict[str, list[Record]] = {}
    rates = [f for f in k.of_type("infusion") if f.rate is not None] + (
        list(k.unusable) if with_unusable else []
    )
    for fact in sorted(rates, key=lambda f: f.rank):
        if agent(fact) == drug:
            lines.setdefault(str(fact.event.get("line") or ""), []).append(fact)
    return [_line(line) for line in lines.values()]


def _line(rates: list[Record]) -> list[Segment]:
    ends = [f.at for f in rates[1:]] + [FOREVER]
    return [
        Segment(f.at, e, float("nan") if f.rate is None else f.rate, f, f.rate is not None)
        for f, e in zip(rates, ends, strict=True)
        if f.at < e
    ]


@timeless
def flowing(k: Knowledge, drugs: tuple[str, ...]) -> list[tuple[int, int]]:
    """When any of the drugs ran, as [start, end) pieces."""
    return [
        (s.start, s.end) for d in drugs for line in segments(k, d) for s in line if not s.usable or s.rate > 0
    ]


def runs_at(k: Knowledge, at: int, *drugs: str) -> bool:
    """Whether any of the drugs runs at an instant."""
    return any(a <= at < b for a, b in flowing(k, drugs))


def ran_since(k: Knowledge, since: int, at: int) -> bool:
    """Whether a vasopressor ran at some moment of (since, at]."""
    return any(a <= at and b > since for a, b in flowing(k, VASOPRESSORS))


# ---- mode


@timeless
def periods(k: Knowledge) -> list[tuple[int, int]]:
    """Intensive periods [start, end): in the ICU, or from a vasopressor's start to 4 h after its stop."""
    return _union([(a, min(b + WEANED, FOREVER)) for a, b in flowing(k, VASOPRESSORS)] + _icu(k))


def _icu(k: Knowledge) -> list[tuple[int, int]]:
    moves = [f for f in k.of_type("encounter") if f.event.get("location")]
    ends = [f.at for f in moves[1:]] + [FOREVER]
    return [(f.at, e) for f, e in zip(moves, ends, strict=False) if f.event["location"] == "icu" and f.at < e]


def _union(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
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


def limit(k: Knowledge, seen: int, pair: tuple[int, int], share: Fraction | int, at: int) -> int:
    """When something seen at `seen` reaches `share` times its interval, by the mode at `at` (a shorter
    interval counts from the switch).
    """
    long, short = (int(share * interval) for interval in pair)
    period = period_at(k, at)
    return seen + long if period is None else min(seen + long, max(seen, period[0]) + short)


Limit = Callable[
    [Knowledge, int, int], int
]  # (knowledge, seen, clock) -> the instant after which it is stale


def after(pair: tuple[int, int], share: Fraction | int) -> Limit:
    """The staleness limit of `share` times an interval of Table 1."""
    return lambda k, seen, at: limit(k, seen, pair, share, at)


STALE_VITAL = after(VITAL, 2)
STALE_URINE = after(INTAKE, 2)
STALE_LAB, STALE_DAILY_LAB = after(LAB, Fraction(3, 2)), after(DAILY, Fraction(3, 2))
STALE_WEIGHT = after((36 * HOUR, 36 * HOUR), 1)
STALE_MENTAL = after((16 * HOUR, 16 * HOUR), 1)


def stale(k: Knowledge, seen: int, when: Limit, at: int) -> bool:
    """Older than the limit: strict."""
    return at > when(k, seen, at)


def last_fresh(k: Knowledge, seen: int, when: Limit, at: int) -> int:
    """The last instant up to `at` at which something seen at `seen` was not stale."""
    marks = {at, seen} | {p for start, end in periods(k) for p in (start, end)} | {when(k, seen, FOREVER - 1)}
    marks |= {when(k, seen, start) for start, _ in periods(k)} | {m - 1 for m in marks}
    return max((m for m in marks if seen <= m <= at and not stale(k, seen, when, m)), default=seen)


def counted(k: Knowledge, values: list[Seen], when: Limit) -> list[Seen]:
    """Values up to the latest (by `at`) that was fresh when it became known: later ones neither trip nor
    clear anything.
    """
    fresh = [i for i, v in enumerate(values) if not stale(k, v.at, when, v.first)]
    return values[: fresh[-1] + 1] if fresh else []


# ---- sustained runs


def run_to(k: Knowledge, values: list[Value], last: int, holds: Callable[[Value], bool]) -> list[Value]:
    """The unbroken run of readings up to index `last` that all hold, no two neighbours further apart than the
    vital-sign interval.
    """
    run: list[Value] = []
    for value in reversed(values[: last + 1]):
        if not holds(value) or (run and run[-1].at - value.at > VITAL[intensive(k, value.at)]):
            break
        run.append(value)
    return run[::-1]


def sustained(run: list[Value], span: int) -> bool:
    """At least two readings, spanning at least `span`."""
    return len(run) >= 2 and run[-1].at - run[0].at >= span


@dataclass(frozen=True)
class Latch:
    """Whether a condition with hysteresis holds, since which reading, and the run that made it so."""

    on: bool
    since: Value | None = None
    run: tuple[Value, ...] = ()


def latch(
    k: Knowledge,
    values: list[Value],
    span: int,
    trips: Callable[[Value], bool],
    clears: Callable[[Value], bool],
) -> Latch:
    """Trips on a sustained run of `trips`, clears on a sustained run of `clears`, folded in order of `at`."""
    state = Latch(False)
    for i, value in enumerate(values):
        run = run_to(k, values, i, clears if state.on else trips)
        if sustained(run, span):
            state = Latch(not state.on, value, tuple(run))
    return state


@timeless
def vitals(k: Knowledge, code: str) -> list[Value]:
    """Readings that may take part in runs: those not more than 8 h behind the clock when they became known,
    and counted.
    """
    return counted(k, [v for v in k.series(code) if v.first - v.at <= BEHIND], STALE_VITAL)


# ---- shifts (UTC)

SHIFT = 8 * HOUR
FIRST_SHIFT = 7 * HOUR


def shift_ending(at: int) -> int:
    """The end of the shift (start, end] an instant belongs to."""
    return at + (FIRST_SHIFT - at) % SHIFT


def completed(at: int) -> int:
    """The end of the last shift completed at an instant: its end itself completes it."""
    return at - (at - FIRST_SHIFT) % SHIFT


# ---- urine


@dataclass(frozen=True)
class Collection:
    """Urine collected on (start, end]; without a start its rate is unknown and its volume counts at
    its end.
    """

    start: int | None
    end: int
    volume: Fraction
    fact: Record

    def share(self, start: int, end: int) -> Fraction:
        """The volume that falls into (start, end]."""
        if self.start is None:
            return self.volume if start < self.end <= end else Fraction(0)
        inside = min(end, self.end) - max(start, self.start)
        return self.volume * inside / (self.end - self.start) if inside > 0 else Fraction(0)

    def reaches(self, start: int, end: int) -> bool:
        """Whether it takes part in (start, end]."""
        if self.start is None:
            return start < self.end <= end
        return min(end, self.end) > max(start, self.start)


def collections(facts: list[Record]) -> list[Collection]:
    """Urine collections in order of their ends."""
    return [Collection(_start(fact, facts), fact.at, Fraction(str(fact.volume)), fact) for fact in facts]


def _start(fact: Record, facts: list[Record]) -> int | None:
    if fact.start is not None:
        return fact.start if fact.start < fact.at else None
    ends = [f.at for f in facts if fact.at - DAY < f.at < fact.at]
    return max(ends, default=None)


def covered(parts: list[Collection], start: int, end: int) -> int:
    """How much of (start, end] collections cover."""
    pieces = _union(
        [
            (max(start, c.start), min(end, c.end))
            for c in parts
            if c.start is not None and min(end, c.end) > max(start, c.start)
        ]
    )
    return sum(b - a for a, b in pieces)


def volume(parts: list[Collection], start: int, end: int) -> Fraction:
    """The urine of (start, end] in mL."""
    return sum((c.share(start, end) for c in parts), Fraction(0))


@dataclass(frozen=True)
class Stretch:
    """The stretch urine-hour is judged on."""

    start: int
    end: int
    rate: Fraction
    parts: tuple[Collection, ...]


def latest_stretch(parts: list[Collection]) -> Stretch | None:
    """The shortest stretch from a collection's start to the latest end that covers at least 60 min, unless
    longer than 24 h.
    """
    end = max((c.end for c in parts), default=0)
    for start in sorted({c.start for c in parts if c.start is not None and c.start < end}, reverse=True):
        time = covered(parts, start, end)
        if time >= 60 * MINUTE:
            rate = volume(parts, start, end) * HOUR / time
            return (
                Stretch(start, end, rate, tuple(c for c in parts if c.reaches(start, end)))
                if end - start <= DAY
                else None
            )
    return None
