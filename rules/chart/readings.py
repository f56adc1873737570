"""Keep the readings of the vital signs in order of `at`, and tell what they show: sustained, confirmed.

Source: criteria.md section 3.1. The readings kept reach back behind the records of the tail as far as a run
that ends in the tail can.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

import msgspec

from rules.chart.oxygen import VitalsRow
from rules.wire.events import Reference

Met = Callable[[float], bool]


class Reading(msgspec.Struct, array_like=True, gc=False):
    """One reading of one vital sign.

    `value`: what it counts as; `joins`: up to when (ms) the next reading is its neighbour; `first`: when its
    id first became known; `mean`: the mean pressure that stands in for a systolic one; `oxygen`: the flags of
    the oxygen in force (rules.chart.oxygen); `close`: another reading lies less than 5 min before it, or at
    its own moment; `on`: the flags of the conditions that hold after it.
    """

    at: int
    value: float
    id: str
    offset: int
    first: int
    joins: int = 0
    mean: float | None = None
    oxygen: int = 0
    close: bool = False
    on: int = 0

    @property
    def reference(self) -> Reference:
        """The reference to the record: its id and source offset."""
        return (self.id, self.offset)

    @property
    def charted(self) -> float:
        """The value as it was charted."""
        return self.value if self.mean is None else self.mean


def reading_of(row: VitalsRow, value: float, joins: int = 0) -> Reading:
    """Return the reading of a record that has this value."""
    return Reading(row.at, value, row.id, row.offset, row.first, joins)


History = list[Reading]


def at_or_before(history: History, t: int) -> Reading | None:
    """Return the latest reading up to moment `t` (inclusive); None when there is none."""
    if not history or history[-1].at <= t:
        return history[-1] if history else None
    i = bisect_right(history, t, key=lambda reading: reading.at)
    return history[i - 1] if i else None


def since(history: History, start: int) -> History:
    """Return the readings from moment `start` on (inclusive)."""
    return history[bisect_left(history, start, key=lambda reading: reading.at) :]


def run_start(history: History, met: Met, span: int, share: float) -> int | None:
    """Return the index of the first reading of the run by which a condition is sustained at the last reading.

    The run begins at the latest reading at or before `span` (ms) ago that meets the condition; no two
    neighbours in it lie further apart than the grace in force at the earlier, and at least `share` of its
    readings meet the condition. None: it is not sustained.
    """
    last = history[-1]
    if not met(last.value):
        return None
    edge, later = last.at - span, last.at
    good, total = 1, 1
    for i in range(len(history) - 2, -1, -1):
        reading = history[i]
        if later > reading.joins:
            return None
        later = reading.at
        total += 1
        if met(reading.value):
            good += 1
            if later <= edge:
                return i if _enough(good, total, share) else None
        elif later <= edge and not _enough(good + 1, total + 1, share):
            return None
    return None


def run_so_far(history: History, met: Met, share: float) -> History:
    """Return the readings of the longest run up to the last reading; none if that one does not meet it."""
    if not history or not met(history[-1].value):
        return []
    start, good = len(history) - 1, 1
    for i in range(len(history) - 2, -1, -1):
        if history[i + 1].at > history[i].joins:
            break
        if met(history[i].value):
            good += 1
            start = i if _enough(good, len(history) - i, share) else start
    return history[start:]


def _enough(good: int, total: int, share: float) -> bool:
    return round(good / total, 4) >= share


def is_confirmed(history: History, met: Met) -> bool:
    """Return whether a limit is confirmed at the last reading: it is a single look, or the one before agrees.

    A reading charted by hand counts at once; one of a monitor may be an artefact.
    """
    last = history[-1]
    if not met(last.value):
        return False
    return not last.close or (len(history) > 1 and met(history[-2].value))


class Readings:
    """The readings that count, by signal, each list in order of `at`."""

    __slots__ = ("breaths", "hr", "sbp", "spo2", "temp")

    def __init__(
        self,
        hr: History | None = None,
        sbp: History | None = None,
        spo2: History | None = None,
        temp: History | None = None,
        breaths: History | None = None,
    ) -> None:
        self.hr: History = hr or []
        self.sbp: History = sbp or []
        self.spo2: History = spo2 or []
        self.temp: History = temp or []
        self.breaths: History = breaths or []

    def all(self) -> Iterator[History]:
        """Yield the lists, in a fixed order."""
        yield self.hr
        yield self.sbp
        yield self.spo2
        yield self.temp
        yield self.breaths

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many readings each list has."""
        return len(self.hr), len(self.sbp), len(self.spo2), len(self.temp), len(self.breaths)

    def cut(self, lengths: tuple[int, ...]) -> None:
        """Drop the readings behind these lengths."""
        for history, length in zip(self.all(), lengths, strict=True):
            del history[length:]

    def trim(self, dropped: tuple[int, ...]) -> None:
        """Drop that many of the oldest readings of each list."""
        for history, count in zip(self.all(), dropped, strict=True):
            del history[:count]
