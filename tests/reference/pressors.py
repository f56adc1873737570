"""Pressors (criteria.md 3.3): the load, its highest of the dose interval, and what patients are weaned to."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from . import names
from .clock import FOREVER, HOUR, MINUTE
from .facts import Fact
from .knowledge import Knowledge, clocked, known, timeless
from .row import ABSOLUTE, CLEAR, RELATIVE, Row, ids, unknown, worse
from .units import rounded
from .windows import Segment, segments

UNIT = "ug/kg/min"
DOSING, LOOK_BACK, PEAK = 8 * HOUR, 30 * MINUTE, 8 * HOUR
FACTOR = {
    "phenylephrine": Fraction(1),
    "norepinephrine": Fraction(10),
    "epinephrine": Fraction(10),
    "dopamine": Fraction(1, 10),
    "vasopressin": Fraction(25),
}
RENAL = Fraction("2.5")


@dataclass(frozen=True)
class Load:
    """The load of what can be read on [start, end), and the infusions that run, or that have stopped."""

    start: int
    end: int
    load: Fraction
    facts: tuple[Fact, ...]


@timeless
def all_segments(k: Knowledge) -> list[tuple[str, Segment]]:
    """Every rate of every pressor, those without equivalent too."""
    return [(drug, s) for drug in (*names.PRESSORS, *names.NO_EQUIVALENT) for s in segments(k, drug)]


@timeless
def loads(k: Knowledge) -> list[Load]:
    """The load, piece by piece over all time."""
    charted = all_segments(k)
    cuts = sorted({s.start for _, s in charted} | {s.end for _, s in charted} - {FOREVER})
    return [_load(charted, a, b) for a, b in itertools.pairwise([-FOREVER, *cuts, FOREVER])]


def _load(charted: list[tuple[str, Segment]], start: int, end: int) -> Load:
    there = [(d, s) for d, s in charted if s.start <= start < s.end]
    running = [s for _, s in there if s.rate is None or s.rate > 0]
    rates: dict[str, Fraction] = {}
    for drug, s in there:
        if drug in FACTOR:
            rates[drug] = rates.get(drug, Fraction(0)) + (s.rate or 0)
    if rates.get("dopamine", Fraction(0)) <= RENAL:
        rates.pop("dopamine", None)
    total = rounded(sum((FACTOR[d] * rate for d, rate in rates.items()), Fraction(0)))
    return Load(start, end, total, tuple(s.fact for s in running or (s for _, s in there)))


def load_at(k: Knowledge, at: int) -> Fraction:
    """The load in force at an instant."""
    return next(piece.load for piece in loads(k) if piece.start <= at < piece.end)


@timeless
def blind(k: Knowledge) -> list[tuple[int, int, str]]:
    """When a rate ran that has no number here, as [start, end) with what is missing."""
    return [
        (s.start, s.end, s.missing if drug in FACTOR else f"{drug}.equivalent")
        for drug, s in all_segments(k)
        if (s.rate is None) or (drug not in FACTOR and s.rate > 0)
    ]


@clocked
def missing_at(k: Knowledge, at: int) -> tuple[str, ...]:
    """What is missing of the rates that run at an instant."""
    return tuple(dict.fromkeys(what for a, b, what in blind(k) if a <= at < b))


def blind_since(k: Knowledge, at: int) -> int:
    """Since when, without a break up to an instant, some rate has had no number."""
    since = int(at)
    while earlier := [a for a, b, _ in blind(k) if a < since <= b]:
        since = min(earlier)
    return min([since, *(a for a, b, _ in blind(k) if a <= at < b)])


def open_interval(k: Knowledge) -> int | None:
    """The start of the dose interval; None outside [cycle-start, therapy-end]."""
    if k.cycle is None or k.therapy_end is not None:
        return None
    return k.doses[-1].at if k.doses else k.cycle.start


def maximum(k: Knowledge, at: int) -> Row:
    """The highest load of the part of the dose interval that lies in the last 8 h."""
    return _or_kept(k, at, _maximum)


def minimum(k: Knowledge, at: int) -> Row:
    """The highest load of the last 30 min, from 8 h after the dose until the next."""
    return _or_kept(k, at, _minimum)


def _or_kept(k: Knowledge, at: int, judge: Callable[[Knowledge, int], Row]) -> Row:
    row, missing = judge(k, at), missing_at(k, at)
    if not missing or open_interval(k) is None:
        return row
    assert k.cycle is not None
    begin = max(blind_since(k, at), k.cycle.start)
    rows = [judge(_until(k, mark), mark) for mark in _marks(k, begin, at)]
    worst = functools.reduce(lambda a, b: b if _heavier(b, a) else a, [*rows, row])
    if worst.tripped:
        return replace(worst, stale=True, missing=missing, at=None)
    return unknown(*missing, value=row.value, unit=UNIT, evaluates_at=row.evaluates_at)


def _heavier(row: Row, than: Row) -> bool:
    if row.state != than.state:
        return worse(row.state, than.state) == row.state
    return (row.value or 0) > (than.value or 0)


def _marks(k: Knowledge, begin: int, at: int) -> list[int]:
    """Instants up to the clock at which a row may have stood otherwise."""
    edges = {p.start for p in loads(k)} | {p.end for p in loads(k)} | {d.at for d in k.doses}
    spans = {e + d for e in edges for d in (0, LOOK_BACK, PEAK)}
    marks = {begin, begin - 1} | spans | {m - 1 for m in spans}
    assert k.cycle is not None
    return sorted(m for m in marks if max(begin - 1, k.cycle.start) <= m <= int(at))


@timeless
def _until(k: Knowledge, at: int) -> Knowledge:
    """The doses and rates up to an instant, as they were in force then."""
    return known(f for f in k.facts if f.at <= at or f.type != "dose")


def _maximum(k: Knowledge, at: int) -> Row:
    begin = open_interval(k)
    if begin is None:
        return Row(CLEAR)
    inside = [p for p in loads(k) if _reaches(p, begin, at)]
    top = max(inside, key=lambda p: p.load)
    state = ABSOLUTE if top.load >= Fraction(3, 2) else RELATIVE if top.load >= 1 else CLEAR
    return Row(state, top.load, UNIT, evidence=ids(top.facts))


def _reaches(piece: Load, begin: int, at: int) -> bool:
    """Whether a load was in force at some moment of the interval's last 8 h."""
    started = piece.start <= at or piece.start <= begin
    return started and piece.end > begin and piece.end > at - PEAK


def _minimum(k: Knowledge, at: int) -> Row:
    if open_interval(k) is None or not k.doses:
        return Row(CLEAR)
    judged = k.doses[-1].at + DOSING
    if at < judged:
        return Row(CLEAR, evaluates_at=judged)
    top = lately(k, at)
    limits = Fraction("0.8"), Fraction("0.5")
    state = ABSOLUTE if top.load > limits[0] else RELATIVE if top.load > limits[1] else CLEAR
    return Row(state, top.load, UNIT, evidence=ids(top.facts))


@clocked
def lately(k: Knowledge, at: int) -> Load:
    """The highest load in force during the 30 min up to the clock."""
    inside = [p for p in loads(k) if p.start <= at and p.end > at - LOOK_BACK]
    return max(inside, key=lambda p: p.load)


def held(k: Knowledge, at: int) -> bool:
    """Whether pressors hold the next dose."""
    return bool(missing_at(k, at)) or lately(k, at).load > Fraction("0.5")


def pressor_runs(k: Knowledge, at: int) -> bool:
    """Whether phenylephrine or another pressor runs; dopamine only above its dose for the kidneys."""
    running = [(d, s) for d, s in all_segments(k) if d in FACTOR and s.start <= at < s.end]
    if any(d != "dopamine" and (s.rate is None or s.rate > 0) for d, s in running):
        return True
    dopamine = sum((s.rate or Fraction(0) for d, s in running if d == "dopamine"), Fraction(0))
    return dopamine > RENAL
