"""Keep the charted facts of one patient, as far as they are drawn (wire.md, Events).

Signals are bounded series; slower events are kept whole.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Set

from rules.chart.identity import FINAL, RANK, outranks
from rules.guideline import Guideline
from rules.wire.events import IO, Dose, Encounter, Event, Finding, Infusion, Labs, Vitals, Withdrawal
from rules.wire.instants import DAY, HOUR, MINUTE

FULL = 600


class Recent:
    """A bounded deduplication set: holds at least the last `FULL` marks, at most twice as many."""

    __slots__ = ("old", "young")

    def __init__(self) -> None:
        self.young: set[int] = set()
        self.old: set[int] = set()

    def again(self, mark: int) -> bool:
        """Return whether a mark was added before, and add it."""
        known = mark in self.young or mark in self.old
        self.young.add(mark)
        if len(self.young) >= FULL:
            self.young, self.old = set(), self.young
        return known


MOST = 1600
TIERS = ((8 * HOUR, 2 * MINUTE), (DAY, 10 * MINUTE), (3 * DAY, 30 * MINUTE), (10 * DAY, HOUR))
"""Pairs of age and interval width, ms.

Up to that age the lowest and the highest reading of each interval are kept; beyond the last age, nothing.
"""

Point = tuple[int, float]


def mark(id: str) -> int:
    """Return the hash that is kept of an event's id: enough to find it again within this process."""
    return hash(id)


class ReadingSeries:
    """Readings in order of `at` (ms), each with the mark of the event it came from."""

    __slots__ = ("at", "marks", "value")

    def __init__(self) -> None:
        self.at, self.value, self.marks = array("q"), array("d"), array("q")

    def __len__(self) -> int:
        return len(self.at)

    def add(self, at: int, value: float, mark: int) -> None:
        """Insert a reading; of two at the same instant the one added later comes second."""
        index = len(self.at) if not self.at or at >= self.at[-1] else bisect_right(self.at, at)
        self.at.insert(index, at)
        self.value.insert(index, value)
        self.marks.insert(index, mark)
        if len(self.at) > MOST:
            self._keep(kept(self.at, self.value))

    def drop(self, mark: int) -> None:
        """Remove the readings of an event that was corrected or withdrawn."""
        if mark in self.marks:
            self._keep([index for index, other in enumerate(self.marks) if other != mark])

    def between(self, start: int, end: int) -> list[Point]:
        """Return the readings from `start` to `end`, both included."""
        first, last = bisect_left(self.at, start), bisect_right(self.at, end)
        return list(zip(self.at[first:last], self.value[first:last], strict=True))

    def of(self, marks: Iterable[int]) -> Iterator[Point]:
        """Return the readings that came from the events of these marks."""
        wanted = set(marks)
        return (
            (at, value)
            for at, value, mark in zip(self.at, self.value, self.marks, strict=True)
            if mark in wanted
        )

    @property
    def last(self) -> Point | None:
        """The latest reading; None when there is none."""
        return (self.at[-1], self.value[-1]) if self.at else None

    def _keep(self, indices: list[int]) -> None:
        for name in self.__slots__:
            column: array[float] = getattr(self, name)
            setattr(self, name, array(column.typecode, [column[index] for index in indices]))


def kept(at: array[int], value: array[float]) -> list[int]:
    """Return the indices to keep when a series is thinned.

    The lowest and the highest reading of each interval stay, so that no trough is smoothed away.
    """
    low: dict[tuple[int, int], int] = {}
    high: dict[tuple[int, int], int] = {}
    for index, moment in enumerate(at):
        width = width_at(at[-1] - moment)
        if width is None:
            continue
        interval = (width, moment // width)
        if interval not in low or value[index] <= value[low[interval]]:
            low[interval] = index
        if interval not in high or value[index] >= value[high[interval]]:
            high[interval] = index
    return sorted({*low.values(), *high.values(), len(at) - 1})


def width_at(age: int) -> int | None:
    """Return the width of the interval at an age, ms; None: too old to be kept."""
    return next((width for until, width in TIERS if age <= until), None)


def thinned(points: list[Point], most: int) -> list[Point]:
    """Return about `most` points at most: the lowest and highest of equal intervals, and the last point."""
    if len(points) <= most:
        return points
    start, span = points[0][0], points[-1][0] - points[0][0] + 1
    intervals: dict[int, list[Point]] = {}
    for point in points:
        intervals.setdefault((point[0] - start) * (most // 2) // span, []).append(point)
    extremes = {
        extreme
        for group in intervals.values()
        for extreme in (min(group, key=_value), max(group, key=_value))
    }
    return sorted(extremes | {points[-1]})


def _value(point: Point) -> float:
    return point[1]


MOST_SLOW = 1200
MOST_UNSETTLED = 200
SLOW = (IO, Infusion, Dose, Encounter, Finding)


O2_DEVICE = "o2-device"


def named(event: Vitals | Labs) -> Set[str]:
    """Return the codes that a set of readings names: used, not usable, or taken back."""
    return {
        *(reading[0] for reading in event.readings),
        *(reading.code for reading in event.unusable),
        *event.withdrawn,
    }


class ChartedFacts:
    """The charted facts of one patient.

    `signals`: by code, vitals and labs. `slow`: the other events by id, with corrections applied. `limits`:
    by lab, the reference limits of the latest result. `newest`: the latest `at` of any fact, ms; `location`:
    where the patient is; `discharged`: whether the stay is over.
    """

    __slots__ = (
        "devices",
        "discharged",
        "limits",
        "location",
        "newest",
        "recent",
        "signals",
        "slow",
        "units",
        "unsettled",
    )

    def __init__(self) -> None:
        self.signals: dict[str, ReadingSeries] = {}
        self.devices: list[tuple[int, str, int]] = []
        self.slow: dict[str, Event] = {}
        self.limits: dict[str, tuple[float | None, float | None]] = {}
        self.units: dict[str, str] = {}
        self.unsettled: dict[int, int] = {}
        self.recent = Recent()
        self.newest: int | None = None
        self.location: str | None = None
        self.discharged = False

    def apply(self, event: Event, guideline: Guideline) -> None:
        """Apply one event: a repeat changes nothing, a correction replaces, a withdrawal removes."""
        if isinstance(event, Vitals | Labs):
            self._readings(event, guideline)
        elif isinstance(event, Withdrawal):
            self._withdraw(event)
        elif isinstance(event, SLOW):
            self._slow(event)
        self.newest = event.at if self.newest is None else max(self.newest, event.at)

    def _readings(self, event: Vitals | Labs, guideline: Guideline) -> None:
        event_mark = mark(event.id)
        if not self._settles(event, event_mark):
            return
        for code, value, *_ in event.readings:
            if isinstance(value, str):
                self._device(event.at, value, event_mark)
            elif guideline.usable(code, value):
                self.signals.setdefault(code, ReadingSeries()).add(event.at, value, event_mark)
        for code, _, low, high, unit, *_ in event.readings if isinstance(event, Labs) else ():
            self.limits[code], self.units[code] = (low, high), unit

    def _settles(self, event: Vitals | Labs, event_mark: int) -> bool:
        """Return whether a record applies; if it corrects an earlier one, remove what that one left.

        A correction replaces code by code: what it does not name stays (criteria.md section 1).
        """
        rank = RANK[event.status]
        before = self.unsettled.get(event_mark, FINAL if self.recent.again(event_mark) else None)
        if before is not None and not outranks(rank, before):
            return False
        if rank != FINAL or before is not None:
            self.unsettled[event_mark] = rank
            for old in list(self.unsettled)[:-MOST_UNSETTLED]:
                del self.unsettled[old]
        if before is not None or rank > FINAL:
            self._drop(event_mark, named(event))
        return True

    def _withdraw(self, event: Withdrawal) -> None:
        event_mark = mark(event.id)
        self._drop(event_mark, {*self.signals, O2_DEVICE})
        self.unsettled[event_mark] = RANK[event.status]
        self.slow.pop(event.id, None)

    def _drop(self, event_mark: int, codes: Set[str]) -> None:
        for code in codes & self.signals.keys():
            self.signals[code].drop(event_mark)
        if O2_DEVICE in codes:
            self.devices = [one for one in self.devices if one[2] != event_mark]

    def _device(self, at: int, device: str, event_mark: int) -> None:
        """Record a device if it differs from the previous one."""
        before = next((known for moment, known, _ in reversed(self.devices) if moment <= at), None)
        if device != before:
            self.devices.append((at, device, event_mark))
            self.devices.sort()

    def _slow(self, event: Event) -> None:
        before = self.slow.get(event.id)
        if mark(event.id) in self.unsettled:
            return
        if before is not None and not outranks(RANK[event.status], RANK[before.status]):
            return
        self.slow[event.id] = event
        if len(self.slow) > MOST_SLOW:
            del self.slow[next(iter(self.slow))]
        if isinstance(event, Encounter):
            self._encounter(event)

    def _encounter(self, event: Encounter) -> None:
        """Update location and `discharged` from the encounters."""
        encounters = sorted(
            (one for one in self.slow.values() if isinstance(one, Encounter)), key=lambda one: one.at
        )
        self.location = next(
            (encounter.location for encounter in reversed(encounters) if encounter.location), None
        )
        self.discharged = encounters[-1].event == "discharge"

    def settled(self) -> list[Event]:
        """Return the slower events in order of `at`."""
        return sorted(self.slow.values(), key=lambda event: event.at)

    def encounters(self, name: str) -> Iterator[int]:
        """Return the instants (ms) of the encounters of one kind, in order."""
        return (event.at for event in self.settled() if isinstance(event, Encounter) and event.event == name)
