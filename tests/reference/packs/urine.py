"""Urine as packs read it: rolling over 8 h, per kilogram, and what boluses have not mended (editions.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from .. import urine
from ..clock import HOUR, MINUTE
from ..facts import Fact
from ..knowledge import Knowledge
from ..row import ABSOLUTE, CLEAR, RELATIVE, Row, kept, unknown
from ..units import rounded
from ..windows import STALE_URINE, stale, weight_at
from . import holds

WINDOW, LEAST = 8 * HOUR, 4 * HOUR
PER_HOUR = Fraction(1, 2)
PER_KG = Fraction(4)


@dataclass(frozen=True)
class Rolling:
    """The 8 h up to the end of a collection: what was measured, and that scaled to the whole if enough of
    them is covered.
    """

    end: int
    measured: Fraction
    scaled: Fraction | None
    parts: list[urine.Collection]
    known: bool  # the collection that ends there has a rate


def rolling(k: Knowledge) -> list[Rolling]:
    """The window at the end of each collection."""
    found = []
    for end in sorted({f.at for f in urine.usable(k)}):
        parts = urine._taking_part(k, end)
        if parts and parts[-1].end == end:
            known = any(c.start is not None for c in parts if c.end == end)
            found.append(_window(parts, end, known))
    return found


def _window(parts: list[urine.Collection], end: int, known: bool) -> Rolling:
    start = end - WINDOW
    measured, time = urine.volume(parts, start, end), urine.covered(parts, start, end)
    if time < LEAST:
        return Rolling(end, rounded(measured), None, parts, known)
    spread = urine.volume([c for c in parts if c.start is not None], start, end)
    rest = urine.volume([c for c in parts if c.start is None], start, end)
    return Rolling(end, rounded(measured), rounded(spread * WINDOW / time + rest), parts, known)


def _seen(k: Knowledge, at: int, row: Row, end: int | None) -> Row:
    if urine.unread(k):
        return kept(row, "urine.unreadable")
    if end is None or stale(k, end, STALE_URINE, at):
        return kept(row, "urine")
    return row


def shift(k: Knowledge, at: int) -> Row:
    """80-160 mL relative, less absolute, over the rolling 8 h."""
    row, end = unknown("urine"), None
    for window in rolling(k):
        end = window.end
        row = kept(row, "urine") if not window.known and row.tripped else _shift(row, window)
    return _seen(k, at, row, end)


def _shift(was: Row, window: Rolling) -> Row:
    if window.measured > 160:
        return Row(CLEAR)
    if window.scaled is None:
        return kept(was, "urine")
    v = window.scaled
    return Row(ABSOLUTE if v < 80 else RELATIVE if v <= 160 else CLEAR)


# ---- per kilogram


def weight(k: Knowledge) -> Fraction | None:
    """The baseline weight; none: the latest."""
    baseline = k.baseline("weight")
    if baseline is not None:
        return baseline
    latest = k.latest("weight")
    return None if latest is None else Fraction(latest.value)


@dataclass(frozen=True)
class PerKg:
    """What a window says: below 4 mL/kg, and what gives again; None where it says nothing."""

    end: int
    trips: bool
    resumes: bool
    judged: bool
    known: bool


def per_kg(k: Knowledge, kg: Fraction) -> list[PerKg]:
    """Each window, per kilogram."""
    found = []
    for w in rolling(k):
        enough = rounded(w.measured / kg) >= PER_KG
        low = not enough and w.scaled is not None and rounded(w.scaled / kg) < PER_KG
        two = urine.stretch(k, w.parts, w.end, 120 * MINUTE)
        rate = None if two is None or two.rate is None else rounded(two.rate / kg)
        well = enough or (w.scaled is not None and not low) or (rate is not None and rate >= PER_HOUR)
        found.append(PerKg(w.end, low, well, well or w.scaled is not None, w.known))
    return found


def kg_steps(k: Knowledge) -> list[holds.Step]:
    """The steps of `urine-kg`."""
    kg = weight(k)
    if kg is None:
        return []
    steps: list[holds.Step] = []
    for w in per_kg(k, kg):
        if w.known or holds.fold(steps).since is None:
            steps.append(holds.Step(w.end, w.end if w.trips else None, w.end if w.resumes else None))
    return steps


def urine_kg(k: Knowledge, at: int) -> Row:
    """Less than 4 mL/kg in 8 h holds, until 4, or two hours of 0.5 mL/kg/h."""
    kg = weight(k)
    if kg is None:
        return unknown("weight")
    windows = per_kg(k, kg)
    held = holds.fold(kg_steps(k))
    row = Row(ABSOLUTE) if held.since is not None else Row(CLEAR)
    silent = windows and held.since is not None and not windows[-1].known
    if not windows or silent or not windows[-1].judged:
        row = kept(row, "urine")
    return _seen(k, at, row, windows[-1].end if windows else None)


# ---- not mended by boluses


def since_tripped(steps: list[holds.Step]) -> list[tuple[int, int]]:
    """The stretches [tripped, resumed) of a hold."""
    found, held = list[tuple[int, int]](), holds.Held()
    for i, step in enumerate(steps):
        now = holds.fold(steps[: i + 1])
        if held.since is not None and now.since is None:
            found.append((held.since, step.at))
        held = now
    return [*found, (held.since, 1 << 62)] if held.since is not None else found


def failed(k: Knowledge, since: int, until: int, volume: int) -> list[int]:
    """When two boluses of a volume together had been given in a stretch: every last one from there on."""
    given: list[Fact] = [f for f in k.volumes("in", "iv-bolus") if since <= f.at < until]
    total, found = Fraction(0), list[int]()
    for i, fact in enumerate(given):
        total += fact.record.volume or 0
        if i >= 1 and total >= volume:
            found.append(fact.at)
    return found


def sbp_refractory(k: Knowledge, at: int) -> Row:
    """Below the patient's target though two boluses of 500 mL together were given 30 min before."""
    goal = holds.target(k)
    if goal is None:
        return Row(CLEAR)
    limit = holds.systolic(goal, False)(k)
    begins = k.charted.start if k.charted else None
    for since, until in since_tripped(holds.target_steps(k)):
        last = failed(k, since, until, 500)[:1]
        again = [
            r.at for r in limit.readings if last and last[0] + 30 * MINUTE <= r.at < until and limit.low(r)
        ]
        lasting = until > at or (begins is not None and bool(again) and again[0] >= begins)
        if again and lasting:
            return Row(ABSOLUTE, at=again[0])
    return Row(CLEAR)


def urine_refractory(k: Knowledge, at: int) -> Row:
    """Less than 0.5 mL/kg/h for an hour after two boluses of 1000 mL together."""
    kg = weight(k)
    if kg is None:
        return Row(CLEAR)
    for since, until in since_tripped(kg_steps(k)):
        last = failed(k, since, until, 1000)[:1]
        if last and until > at and _still(k, kg, last[0], until):
            return Row(ABSOLUTE)
    return Row(CLEAR)


def _still(k: Knowledge, kg: Fraction, last: int, until: int) -> bool:
    """Whether a stretch of an hour begun at or after the last bolus is still below."""
    for end in sorted({f.at for f in urine.usable(k) if f.at < until}):
        parts = [c for c in urine._taking_part(k, end) if c.start is not None and c.start >= last]
        found = urine.stretch(k, parts, end, 60 * MINUTE)
        if found is not None and found.rate is not None and rounded(found.rate / kg) < PER_HOUR:
            return True
    return False


Evaluate = Callable[[Knowledge, int], Row]
__all__ = ["rolling", "sbp_refractory", "shift", "urine_kg", "urine_refractory", "weight_at"]
