"""Keep the readings of the vital signs in order of `at`, and tell what they show: sustained, confirmed.

Source: criteria.md section 3.1. The readings kept reach back behind the records of the tail as far as a run
that ends in the tail can.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
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


class History:
    """The readings of one signal in order of `at`; `ats`, `values`: those of each."""

    __slots__ = ("ats", "readings", "values")

    def __init__(self, readings: Iterable[Reading] = ()) -> None:
        self.readings = list(readings)
        self.ats = [reading.at for reading in self.readings]
        self.values = [reading.value for reading in self.readings]

    def __len__(self) -> int:
        return len(self.readings)

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.readings)

    @overload
    def __getitem__(self, i: int) -> Reading: ...

    @overload
    def __getitem__(self, i: slice) -> list[Reading]: ...

    def __getitem__(self, i: int | slice) -> Reading | list[Reading]:
        return self.readings[i]

    def append(self, reading: Reading) -> None:
        """Add the next reading."""
        self.readings.append(reading)
        self.ats.append(reading.at)
        self.values.append(reading.value)

    def insert(self, reading: Reading) -> None:
        """Add a reading at its place; only to a signal that has no runs."""
        i = bisect_right(self.ats, reading.at)
        self.readings.insert(i, reading)
        self.ats.insert(i, reading.at)
        self.values.insert(i, reading.value)

    def drop(self, start: int, end: int) -> None:
        """Drop the readings from one index up to another."""
        del self.readings[start:end], self.ats[start:end], self.values[start:end]

    def at_or_before(self, t: int) -> Reading | None:
        """Return the latest reading up to moment `t` (inclusive); None when there is none."""
        i = bisect_right(self.ats, t)
        return self.readings[i - 1] if i else None

    def index(self, start: int) -> int:
        """Return the index of the first reading from moment `start` on (inclusive)."""
        return bisect_left(self.ats, start)


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


def run_start(history: History, limit: Limit, span: int, share: float, after: int = BEFORE_ALL) -> int | None:
    """Return the index of the first reading of the run by which a limit is sustained at the last reading.

    The run begins at the latest reading at or before `span` (ms) ago that meets the limit; no two neighbours
    in it lie further apart than the grace in force at the earlier, and at least `share` of its readings meet
    the limit. None: it is not sustained.

    `after`: the moment (ms) that the run must begin after.
    """
    values, ats, test = history.values, history.ats, test_of(limit)
    if not test(values[-1]):
        return None
    i, unbroken = bisect_right(ats, ats[-1] - span) - 1, max(history[-1].begins, after + 1)
    good, total = sum(map(test, values[i + 1 :])), len(values) - 1 - i
    while i >= 0 and ats[i] >= unbroken and _enough(good + 1, total + 1, share):
        if test(values[i]):
            return i
        total += 1
        i -= 1
    return None


def run_so_far(history: History, limit: Limit, share: float) -> list[Reading]:
    """Return the readings of the longest run up to the last reading; none if that one does not meet it."""
    test = test_of(limit)
    if not history or not test(history.values[-1]):
        return []
    start, good = len(history) - 1, 1
    for i in range(len(history) - 2, bisect_left(history.ats, history[-1].begins) - 1, -1):
        if test(history.values[i]):
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
    if not limit.met(history.values[i]):
        return False
    return not history[i].close or (i > 0 and limit.met(history.values[i - 1]))


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
