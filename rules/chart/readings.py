"""Keep the readings of the vital signs in order of `at`, and tell what they show: sustained, confirmed.

Source: criteria.md section 3.1. The readings kept reach back behind the records of the tail as far as a run
that ends in the tail can.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import overload

import msgspec

from rules.guideline.declarations import Limit
from rules.wire.events import Reference
from rules.wire.instants import BEFORE_ALL


class Reading(msgspec.Struct, array_like=True, gc=False):
    """One reading of one vital sign.

    `value`: what it counts as; `joins`: up to when (ms) the next reading is its neighbour; `begins`: the `at`
    of the first reading that it is joined to without a break; `first`: when its id first became known;
    `mean`: the mean pressure that stands in for a systolic one; `oxygen`: the flags of the oxygen in force
    (rules.chart.oxygen); `close`: another reading lies less than 5 min before it, or at its own moment; `on`:
    the flags of the conditions that hold after it; `asks`: what it asks (rules.chart.series).
    """

    at: int
    value: float
    id: str
    offset: int
    first: int
    joins: int = 0
    begins: int = 0
    mean: float | None = None
    oxygen: int = 0
    close: bool = False
    on: int = 0
    asks: int = 0

    @property
    def reference(self) -> Reference:
        """The reference to the record: its id and source offset."""
        return (self.id, self.offset)

    @property
    def charted(self) -> float:
        """The value as it was charted."""
        return self.value if self.mean is None else self.mean


LATEST = 2
"""The latest readings, which are always at hand: one is confirmed by the one before it."""


class History:
    """The readings of one signal in order of `at`; those before the recent ones may be held elsewhere.

    `recent`: the readings from number `packed` on; `ats`, `values`: those of each from number `skipped` on:
    a run can be followed where its readings are not here. `fetch` puts all of them back. `edits`: how often
    something changed otherwise than by a later reading.

    A reading is added to `recent` alone: `ats` and `values` follow once somebody asks, for most never do.
    """

    __slots__ = ("_ats", "_packed_known", "_values", "edits", "fetch", "packed", "recent", "skipped")

    def __init__(self, readings: Iterable[Reading] = ()) -> None:
        self.recent = list(readings)
        self._ats, self._values = array("q"), array("d")
        self.packed = self.skipped = 0
        self.edits, self._packed_known = 0, BEFORE_ALL
        self.fetch: Callable[[], None] | None = None

    def __len__(self) -> int:
        return self.packed + len(self.recent)

    @property
    def ats(self) -> "array[int]":
        """The moment of each reading from number `skipped` on, ms."""
        self._follow()
        return self._ats

    @property
    def values(self) -> "array[float]":
        """The value of each reading from number `skipped` on."""
        self._follow()
        return self._values

    def _follow(self) -> None:
        """Add the moments and values of the readings that came since somebody asked."""
        known = self.skipped + len(self._ats) - self.packed
        more = len(self.recent) - known
        if more == 1:
            reading = self.recent[-1]
            self._ats.append(reading.at)
            self._values.append(reading.value)
        elif more:
            new = self.recent[known:]
            self._ats.extend([reading.at for reading in new])
            self._values.extend([reading.value for reading in new])

    def columns(self) -> "tuple[array[int], array[float]]":
        """Return `ats` and `values`."""
        self._follow()
        return self._ats, self._values

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.readings)

    @overload
    def __getitem__(self, i: int) -> Reading: ...

    @overload
    def __getitem__(self, i: slice) -> list[Reading]: ...

    def __getitem__(self, i: int | slice) -> Reading | list[Reading]:
        if not self.packed:
            return self.recent[i]
        if isinstance(i, slice):
            start, end, step = i.indices(len(self))
            self.need(start if start < end else len(self))
            return self.recent[max(start - self.packed, 0) : max(end - self.packed, 0) : step]
        if i < 0:
            i += len(self)
        self.need(i)
        return self.recent[i - self.packed]

    @property
    def readings(self) -> list[Reading]:
        """All readings."""
        self.need(0)
        return self.recent

    def need(self, start: int) -> None:
        """Put the readings back if those from a number on are not all here."""
        if start < self.packed and self.fetch is not None:
            self.fetch()

    def need_values(self) -> None:
        """Put the readings back if not all values are here."""
        if self.skipped and self.fetch is not None:
            self.fetch()

    def append(self, reading: Reading) -> None:
        """Add the next reading."""
        self.recent.append(reading)

    def insert(self, reading: Reading) -> None:
        """Add a reading at its place; only to a signal that has no runs, and of which all is here."""
        self.edits += 1
        i = bisect_right(self.ats, reading.at)
        self.recent.insert(i, reading)
        self._ats.insert(i, reading.at)
        self._values.insert(i, reading.value)

    def drop(self, start: int, end: int) -> None:
        """Drop the readings, which are here, from one index up to another."""
        self.edits += 1
        self._follow()
        del self.recent[start - self.packed : end - self.packed]
        del self._ats[start - self.skipped : end - self.skipped]
        del self._values[start - self.skipped : end - self.skipped]

    def pack(self, count: int, since: int, more: int) -> None:
        """Leave out the first readings, which are held elsewhere, and the values before moment `since`.

        `more`: so many values before it stay. The latest readings stay, however old.
        """
        self._follow()
        count = max(self.packed, min(count, len(self) - LATEST))
        gone = self.recent[: count - self.packed]
        self._packed_known = max(self._packed_known, *(one.first for one in gone), BEFORE_ALL)
        del self.recent[: len(gone)]
        self.packed = count
        reached = self.skipped + bisect_left(self._ats, since) - more
        spared = max(0, min(reached, count) - self.skipped)
        del self._ats[:spared], self._values[:spared]
        self.skipped += spared

    def put_back(self, readings: list[Reading], start: int) -> None:
        """Put readings back, from a number on, as far as they were left out."""
        if self.packed <= start:
            return
        self._follow()
        older = readings[: max(0, self.skipped - start)]
        self._ats = array("q", [reading.at for reading in older]) + self._ats
        self._values = array("d", [reading.value for reading in older]) + self._values
        self.recent[:0] = readings[: self.packed - start]
        self.packed, self.skipped = start, min(start, self.skipped)
        if not start:
            self._packed_known = BEFORE_ALL

    def known_after(self, known: int) -> Iterable[Reading]:
        """Return the readings that became known after an instant."""
        if self._packed_known > known:
            self.need(0)
        return (reading for reading in self.recent if reading.first > known)

    def forget(self, count: int, kept: Sequence[Reading]) -> None:
        """Drop so many of the first readings, as they were dropped elsewhere; `kept`: what is there now."""
        self.edits += 1
        self._follow()
        here = max(0, count - self.packed)
        del self.recent[:here]
        self.packed = max(0, self.packed - count)
        both = max(0, len(kept) - self.packed)
        self.recent[:both] = kept[self.packed :]
        here = max(0, count - self.skipped)
        del self._ats[:here], self._values[:here]
        self.skipped = max(0, self.skipped - count)

    def at_or_before(self, t: int) -> Reading | None:
        """Return the latest reading up to moment `t` (inclusive); None when there is none."""
        if self.recent and self.recent[-1].at <= t:
            return self.recent[-1]
        ats = self.ats
        if not ats or t < ats[0]:
            self.need_values()
        i = self.skipped + bisect_right(self.ats, t)
        return self[i - 1] if i else None

    def index(self, start: int) -> int:
        """Return the index of the first reading from moment `start` on (inclusive)."""
        ats = self.ats
        if not ats or start <= ats[0]:
            self.need_values()
        return self.skipped + bisect_left(self.ats, start)


REFLECTED = {"<": "__gt__", "<=": "__ge__", ">": "__lt__", ">=": "__le__"}
"""A comparison -> the method of the limit's number that tells whether a value meets it."""
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@lru_cache(maxsize=256)
def test_of(limit: Limit) -> Callable[[float], bool]:
    """Return whether a value meets a limit as one call into C: runs are counted with each reading."""
    test: Callable[[float], bool] = getattr(float(limit.value), REFLECTED[limit.op])
    return test


@lru_cache(maxsize=256)
def opposite(limit: Limit) -> Limit:
    """Return the limit that exactly the values meet that do not meet this one."""
    return Limit(OPPOSITE[limit.op], limit.value)


def run_start(history: History, limit: Limit, span: int, share: float) -> int | None:
    """Return the index of the first reading of the run by which a limit is sustained at the last reading.

    The run begins at the latest reading at or before `span` (ms) ago that meets the limit; no two neighbours
    in it lie further apart than the grace in force at the earlier, and at least `share` of its readings meet
    the limit. None: it is not sustained.
    """
    test = test_of(limit)
    if not test(history.recent[-1].value):
        return None
    ats, values = history.columns()
    i, unbroken = bisect_right(ats, ats[-1] - span) - 1, history[-1].begins
    good, total = sum(map(test, values[i + 1 :])), len(values) - 1 - i
    while i >= 0 and ats[i] >= unbroken and _enough(good + 1, total + 1, share):
        if test(values[i]):
            return history.skipped + i
        total += 1
        i -= 1
    if i < 0 and history.skipped:
        history.need_values()
        return run_start(history, limit, span, share)
    return None


def run_so_far(history: History, limit: Limit, share: float) -> list[Reading]:
    """Return the readings of the longest run up to the last reading; none if that one does not meet it."""
    test = test_of(limit)
    if not history or not test(history[-1].value):
        return []
    start, good = len(history) - 1, 1
    first = history.index(history[-1].begins)
    values, skipped = history.values, history.skipped
    for i in range(len(history) - 2, first - 1, -1):
        if test(values[i - skipped]):
            good += 1
            start = i if _enough(good, len(history) - i, share) else start
    return history[start:]


def _enough(good: int, total: int, share: float) -> bool:
    return round(good / total, 4) >= share


def is_confirmed(history: History, limit: Limit, i: int = -1) -> bool:
    """Return whether a limit is confirmed at a reading: it is a single look, or the one before agrees.

    A reading charted by hand counts at once; one of a monitor may be an artefact.
    """
    i %= len(history)
    reading = history[i]
    if not limit.met(reading.value):
        return False
    return not reading.close or (i > 0 and limit.met(history[i - 1].value))


class Readings:
    """The readings that count, by signal."""

    __slots__ = ("breathing", "hr", "sbp", "spo2", "temp")

    def __init__(self, before: Iterable[Iterable[Reading]] = ((), (), (), (), ())) -> None:
        self.hr, self.sbp, self.spo2, self.temp, self.breathing = map(History, before)

    def all(self) -> Iterator[History]:
        """Yield the histories, in a fixed order."""
        yield self.hr
        yield self.sbp
        yield self.spo2
        yield self.temp
        yield self.breathing

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many readings each history has."""
        return len(self.hr), len(self.sbp), len(self.spo2), len(self.temp), len(self.breathing)

    def cut(self, lengths: tuple[int, ...]) -> None:
        """Drop the readings behind these lengths."""
        for history, length in zip(self.all(), lengths, strict=True):
            history.drop(length, len(history))

    def trim(self, dropped: tuple[int, ...]) -> None:
        """Drop that many of the oldest readings of each history."""
        for history, count in zip(self.all(), dropped, strict=True):
            history.drop(0, count)
