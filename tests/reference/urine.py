"""Urine by the hour and by the shift (criteria.md 3.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from .clock import DAY, HOUR, MINUTE
from .facts import Fact
from .knowledge import Knowledge, timeless
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, ids, kept, unknown
from .units import rounded
from .windows import (
    INTAKE,
    SHIFT,
    STALE_URINE,
    completed,
    counted,
    intensive,
    shift_ending,
    stale,
    union,
)

NEVER = -(1 << 62)


@dataclass(frozen=True)
class Collection:
    """Urine collected on (start, end]; without a start its rate is unknown and its volume counts at
    its end.
    """

    start: int | None
    end: int
    volume: Fraction
    fact: Fact
    since: int  # irrigation after this is its own

    @property
    def id(self) -> str:
        """The id of its record."""
        return self.fact.id

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


def records(k: Knowledge) -> list[Fact]:
    """Every record of urine in order of `at`, those that cannot be read among them."""
    return [f for f in k.of_type("io") if (f.event["direction"], f.event["kind"]) == ("out", "urine")]


@timeless
def usable(k: Knowledge) -> list[Fact]:
    """Collections that can be read."""
    return [f for f in records(k) if f.record.volume is not None]


def collections(known: list[Fact], washes: list[Fact]) -> list[Collection]:
    """Urine collections in order of their ends, irrigation taken off."""
    found = [_collection(fact, known) for fact in known]
    found.sort(key=lambda c: c.fact.rank)
    for wash in washes:
        left = wash.record.volume or Fraction(0)
        for i, c in enumerate(found):
            if c.since < wash.at <= c.end:
                taken = min(left, c.volume)
                found[i] = replace(c, volume=c.volume - taken)
                left -= taken
    return found


def _collection(fact: Fact, known: list[Fact]) -> Collection:
    ends = [f.at for f in known if f.at < fact.at]
    before = max(ends, default=NEVER)
    start = fact.record.start
    if start is None:
        start = before if before > fact.at - DAY else None
    volume = fact.record.volume or Fraction(0)
    return Collection(start, fact.at, volume, fact, before if start is None else start)


@timeless
def all_collections(k: Knowledge) -> list[Collection]:
    """Every collection, for shifts."""
    return collections(usable(k), k.volumes("in", "irrigation"))


def pieces(parts: list[Collection], start: int, end: int) -> list[tuple[int, int]]:
    """What of (start, end] collections cover."""
    return union(
        [
            (max(start, c.start), min(end, c.end))
            for c in parts
            if c.start is not None and c.reaches(start, end)
        ]
    )


def covered(parts: list[Collection], start: int, end: int) -> int:
    """How much of (start, end] collections cover."""
    return sum(b - a for a, b in pieces(parts, start, end))


def volume(parts: list[Collection], start: int, end: int) -> Fraction:
    """The urine of (start, end] in mL."""
    return sum((c.share(start, end) for c in parts), Fraction(0))


# ---- by the hour


@dataclass(frozen=True)
class Stretch:
    """A stretch that urine-hour is judged on; no rate if it is a day or longer."""

    start: int
    end: int
    rate: Fraction | None
    parts: tuple[Collection, ...]


def stretch(k: Knowledge, parts: list[Collection], end: int, least: int) -> Stretch | None:
    """The shortest stretch from a collection's start to `end` that covers at least `least`."""
    starts = {c.start for c in parts if c.start is not None and c.start < end}
    for start in sorted(starts, reverse=True):
        if _broken(k, pieces(parts, start, end), end):
            return None
        time = covered(parts, start, end)
        if time >= least:
            rate = rounded(volume(parts, start, end) * HOUR / time) if end - start < DAY else None
            return Stretch(start, end, rate, tuple(c for c in parts if c.reaches(start, end)))
    return None


def _broken(k: Knowledge, covers: list[tuple[int, int]], end: int) -> bool:
    """Whether a hole in a stretch is longer than the intake-output interval in force at its start."""
    holes = zip([b for _, b in covers], [a for a, _ in covers[1:]] + [end], strict=True)
    return any(b - a > INTAKE[intensive(k, a)] for a, b in holes)


@timeless
def stretches(k: Knowledge) -> list[tuple[Row, int]]:
    """The row after each collection's end, with that end."""
    found: list[tuple[Row, int]] = []
    row = unknown("urine")
    for end in sorted({f.at for f in usable(k)}):
        parts = _taking_part(k, end)
        known = any(c.start is not None for c in parts if c.end == end)
        if parts and parts[-1].end == end and (known or not row.tripped):
            row = _next(k, row, parts, end)
            found.append((row, end))
    return found


def _taking_part(k: Knowledge, end: int) -> list[Collection]:
    """The collections of the stretch that ends at `end`: those known before it was stale."""
    known = [f for f in usable(k) if f.at <= end and not stale(k, end, STALE_URINE, f.first)]
    washes = [f for f in k.volumes("in", "irrigation") if not stale(k, end, STALE_URINE, f.first)]
    return collections(known, washes)


def _next(k: Knowledge, was: Row, parts: list[Collection], end: int) -> Row:
    hour = stretch(k, parts, end, 60 * MINUTE)
    if hour is None or hour.rate is None:
        return kept(was, "urine") if was.tripped else unknown("urine")
    state = ABSOLUTE if hour.rate < 10 else RELATIVE if hour.rate <= 20 else CLEAR
    if state == CLEAR and was.tripped:
        two = stretch(k, parts, end, 120 * MINUTE)
        state = CLEAR if two and two.rate is not None and two.rate > 20 else RELATIVE
    return Row(state, hour.rate, "mL/h", evidence=ids(hour.parts), at=end)


def unread(k: Knowledge) -> bool:
    """Whether the newest collection could not be read; one stale when it became known tells nothing."""
    charted = counted(k, records(k), STALE_URINE)
    return bool(charted) and charted[-1].record.volume is None


def hour(k: Knowledge, at: int) -> Row:
    """The average rate over the latest stretch."""
    found = stretches(k)
    row, end = found[-1] if found else (unknown("urine"), NEVER)
    if unread(k):
        return kept(row, "urine.unreadable")
    if not found or not stale(k, end, STALE_URINE, at):
        return row
    return kept(row, "urine")


# ---- by the shift

LATEST = 60 * MINUTE
COVERED = SHIFT * 7 // 8


def shift(k: Knowledge, at: int) -> Row:
    """The last completed shift; until it is decided, as the shift before left it."""
    parts, last = all_collections(k), completed(at)
    marks = [f.at if f.record.start is None else f.record.start for f in records(k)]
    row, end = unknown("urine"), shift_ending(min(marks)) if marks else last + SHIFT
    while end <= last:
        row = _running(row, parts, end - SHIFT, end)
        if end < last or any(_reaches(c, end) for c in parts) or at >= end + LATEST:
            row = _decided(k, row, parts, end)
        end += SHIFT
    return _running(row, parts, last, last + SHIFT)


def _reaches(c: Collection, end: int) -> bool:
    return c.start is not None and c.start < end <= c.end


def _decided(k: Knowledge, was: Row, parts: list[Collection], end: int) -> Row:
    start = end - SHIFT
    total, time = rounded(volume(parts, start, end)), covered(parts, start, end)
    evidence = ids(c for c in parts if c.reaches(start, end))
    unread = any(start < f.at <= end for f in records(k) if f.record.volume is None)
    if total <= 160 and unread:
        return kept(was, "urine.unreadable")
    if total <= 160 and time < COVERED:
        return kept(was, "urine")
    spread = volume([c for c in parts if c.start is not None], start, end)
    rest = volume([c for c in parts if c.start is None], start, end)
    scaled = total if time < COVERED else rounded(spread * SHIFT / time + rest)
    state = CLEAR if total > 160 else _band(scaled)
    return Row(state, scaled, "mL", evidence=evidence, at=end)


def _band(total: Fraction) -> str:
    return ABSOLUTE if total < 80 else RELATIVE if total <= 160 else CLEAR


def _running(was: Row, parts: list[Collection], start: int, end: int) -> Row:
    """A tripped row, improved by what the shift that ends at `end` has collected as it ran."""
    row, mine = was, [c for c in parts if c.end <= end and c.reaches(start, end)]
    for until in sorted({c.end for c in mine}):
        done = [c for c in mine if c.end <= until]
        total = rounded(volume(done, start, until))
        state = CLEAR if total > 160 else RELATIVE if total >= 80 else row.state
        if row.tripped and state != row.state:
            row = Row(state, total, "mL", evidence=ids(done), at=until)
    return row


def rate_is_fresh(row: Row) -> bool:
    """Whether a value of urine-hour may be used."""
    return row.state != INDETERMINATE and not row.stale and row.value is not None
