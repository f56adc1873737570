"""Diarrhea (criteria.md 3.2): stool by the shift, measured or not."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .facts import Fact
from .knowledge import Knowledge
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, ids, worse
from .windows import SHIFT, completed, shift_ending

LIMIT = 1000


@dataclass(frozen=True)
class Seen:
    """What the shifts say at an instant: the state measured, and the worst that unmeasured stools allow."""

    state: str
    worst: str
    value: Fraction
    evidence: tuple[str, ...]


def diarrhea(k: Knowledge, at: int) -> Row:
    """Stool of the last two completed shifts and the running one; none charted is 0."""
    stools = [f for f in k.of_type("io") if (f.event["direction"], f.event["kind"]) == ("out", "stool")]
    ends = {shift_ending(f.at) for f in stools}
    last = completed(at)
    marks = {f.at for f in stools if f.at <= at} | {e + n * SHIFT for e in ends for n in range(3)}
    row = Row(CLEAR)
    for mark in sorted(m for m in marks if m <= int(at)):
        row = _judged(row, _seen([f for f in stools if f.at <= mark], completed(mark)), mark)
    ahead = _seen(stools, last)
    return _judged(row, ahead, max((f.at for f in stools), default=None))


def _judged(was: Row, seen: Seen, mark: int | None) -> Row:
    unsure = seen.worst != seen.state
    state = seen.state
    if unsure:
        state = worse(seen.state, was.state) if was.tripped else state
        state = INDETERMINATE if state == CLEAR else state
    missing = ("stool-volume",) if unsure else ()
    since = was.at if state == was.state else mark
    since = None if unsure and state != seen.state else since  # kept by what nobody measured
    stale = unsure and state != INDETERMINATE
    return Row(state, seen.value, "mL", stale, missing, evidence=seen.evidence, at=since)


def _seen(stools: list[Fact], last: int) -> Seen:
    shifts = {e: [f for f in stools if shift_ending(f.at) == e] for e in (last - SHIFT, last, last + SHIFT)}
    total = {e: sum((f.record.volume or Fraction(0) for f in fs), Fraction(0)) for e, fs in shifts.items()}
    full = {e: total[e] >= LIMIT for e in shifts}
    maybe = {e: full[e] or any(f.record.volume is None for f in fs) for e, fs in shifts.items()}
    state = _state(full, last)
    shown = next(
        (e for e in (last + SHIFT, last) if full[e]), max(last, last + SHIFT, key=lambda e: total[e])
    )
    decisive = [shown - SHIFT, shown] if state == ABSOLUTE else [shown]
    return Seen(state, _state(maybe, last), total[shown], ids(f for e in decisive for f in shifts[e]))


def _state(full: dict[int, bool], last: int) -> str:
    if full[last] and (full[last - SHIFT] or full[last + SHIFT]):
        return ABSOLUTE
    return RELATIVE if full[last] or full[last + SHIFT] else CLEAR
