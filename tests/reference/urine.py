"""Urine by the hour and by the shift (criteria.md 3)."""

from fractions import Fraction

from .clock import HOUR
from .facts import Knowledge, Record, timeless
from .row import ABSOLUTE, CLEAR, RELATIVE, Row, ids, unknown
from .windows import (
    SHIFT,
    STALE_URINE,
    Stretch,
    collections,
    completed,
    counted,
    covered,
    latest_stretch,
    stale,
    volume,
)


def hour(k: Knowledge, at: int) -> Row:
    """The average rate over the latest stretch."""
    facts = _counted(k)
    if not facts:
        return unknown("urine")
    stretch = _stretch(k)
    old = stale(k, facts[-1].at, STALE_URINE, at)
    if stretch is None:
        return unknown("urine")
    state = ABSOLUTE if stretch.rate < 10 else RELATIVE if stretch.rate <= 20 else CLEAR
    evidence, value = ids(c.fact for c in stretch.parts), float(stretch.rate)
    if old and state == CLEAR:
        return unknown("urine", value=value, unit="mL/h", evidence=evidence)
    return Row(state, value, "mL/h", old, evidence=evidence, at=stretch.end)


@timeless
def _counted(k: Knowledge) -> list[Record]:
    return counted(k, k.volumes("out", "urine"), STALE_URINE)


@timeless
def _stretch(k: Knowledge) -> Stretch | None:
    return latest_stretch(collections(_counted(k)))


def shift(k: Knowledge, at: int) -> Row:
    """The last completed shift; undecidable, the latest decidable one is kept if it tripped."""
    facts, end = k.volumes("out", "urine"), completed(at)
    judged = _judge(facts, end)
    if judged is not None:
        return judged
    first = min((f.at if f.start is None else f.start for f in facts), default=end)
    while end > first:
        end -= SHIFT
        before = _judge(facts, end)
        if before is not None:
            return (
                Row(before.state, before.value, "mL", True, evidence=before.evidence, at=before.at)
                if before.tripped
                else unknown("urine")
            )
    return unknown("urine")


def _judge(facts: list[Record], end: int) -> Row | None:
    """The shift that ended at `end`; None when it cannot be decided."""
    parts, start = collections(facts), end - SHIFT
    total = volume(parts, start, end)
    evidence = ids(c.fact for c in parts if c.reaches(start, end))
    if total > 160:
        return Row(CLEAR, float(total), "mL", evidence=evidence, at=end)
    if covered(parts, start, end) < end - start - HOUR:
        return None
    state = ABSOLUTE if total < Fraction(80) else RELATIVE
    return Row(state, float(total), "mL", evidence=evidence, at=end)
