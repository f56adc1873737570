"""What was charted of one patient, as far as it is drawn: signals as bounded series, everything slower as
the events themselves (wire.md, Events).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from rules.chart.corrections import FINAL, RANK, outranks
from rules.guideline import Guideline
from rules.wire.events import IO, Dose, Encounter, Event, Finding, Infusion, Labs, Vitals, Withdrawal
from rules.wire.instants import DAY, HOUR, MINUTE

FULL = 600


class Recent:
    """Remembers at least the last `FULL` marks, at most twice as many."""

    __slots__ = ("old", "young")

    def __init__(self) -> None:
        self.young: set[int] = set()
        self.old: set[int] = set()

    def again(self, mark: int) -> bool:
        """Whether a mark was here before; it is remembered from now on."""
        known = mark in self.young or mark in self.old
        self.young.add(mark)
        if len(self.young) >= FULL:
            self.young, self.old = set(), self.young
        return known


MOST = 1600
TIERS = ((8 * HOUR, 2 * MINUTE), (DAY, 10 * MINUTE), (3 * DAY, 30 * MINUTE), (10 * DAY, HOUR))
"""Up to which age, of how wide a stretch the lowest and the highest reading are kept; nothing beyond the
last.
"""

Point = tuple[int, float]


def mark(id: str) -> int:
    """What is kept of an event's id: enough to find it again in this process."""
    return hash(id)


class ReadingSeries:
    """Readings in order of `at` (ms), each with the mark of the event it came from."""

    __slots__ = ("at", "marks", "value")

    def __init__(self) -> None:
        self.at, self.value, self.marks = array("q"), array("d"), array("q")

    def __len__(self) -> int:
        return len(self.at)

    def add(self, at: int, value: float, mark: int) -> None:
        """One reading more; of the same instant the later one stands behind."""
        place = len(self.at) if not self.at or at >= self.at[-1] else bisect_right(self.at, at)
        self.at.insert(place, at)
        self.value.insert(place, value)
        self.marks.insert(place, mark)
        if len(self.at) > MOST:
            self._keep(kept(self.at, self.value))

    def drop(self, mark: int) -> None:
        """Takes out what came from an event: it was corrected or withdrawn."""
        if mark in self.marks:
            self._keep([place for place, other in enumerate(self.marks) if other != mark])

    def between(self, start: int, end: int) -> list[Point]:
        """The readings from `start` to `end`, both included."""
        first, last = bisect_left(self.at, start), bisect_right(self.at, end)
        return list(zip(self.at[first:last], self.value[first:last], strict=True))

    def of(self, marks: Iterable[int]) -> Iterator[Point]:
        """The readings that came from these events."""
        wanted = set(marks)
        return (
            (at, value)
            for at, value, mark in zip(self.at, self.value, self.marks, strict=True)
            if mark in wanted
        )

    @property
    def last(self) -> Point | None:
        return (self.at[-1], self.value[-1]) if self.at else None

    def _keep(self, places: list[int]) -> None:
        for name in self.__slots__:
            column: array[float] = getattr(self, name)
            setattr(self, name, array(column.typecode, [column[place] for place in places]))


def kept(at: array[int], value: array[float]) -> list[int]:
    """Which places stay: of each stretch the lowest and the highest reading, so that no trough is smoothed
    away.
    """
    low: dict[tuple[int, int], int] = {}
    high: dict[tuple[int, int], int] = {}
    for place, moment in enumerate(at):
        width = width_at(at[-1] - moment)
        if width is None:
            continue
        stretch = (width, moment // width)
        if stretch not in low or value[place] <= value[low[stretch]]:
            low[stretch] = place
        if stretch not in high or value[place] >= value[high[stretch]]:
            high[stretch] = place
    return sorted({*low.values(), *high.values(), len(at) - 1})


def width_at(age: int) -> int | None:
    """How wide a stretch is at an age; None: too old to be kept."""
    return next((width for until, width in TIERS if age <= until), None)


def thinned(points: list[Point], most: int) -> list[Point]:
    """As many points as a picture of that many has room for: lows and highs of equal stretches of time."""
    if len(points) <= most:
        return points
    start, span = points[0][0], points[-1][0] - points[0][0] + 1
    stretches: dict[int, list[Point]] = {}
    for point in points:
        stretches.setdefault((point[0] - start) * (most // 2) // span, []).append(point)
    marks = {
        chosen for held in stretches.values() for chosen in (min(held, key=_value), max(held, key=_value))
    }
    return sorted(marks | {points[-1]})


def _value(point: Point) -> float:
    return point[1]


MOST_SLOW = 1200
MOST_UNSETTLED = 200
SLOW = (IO, Infusion, Dose, Encounter, Finding)


class ChartedFacts:
    """`signals`: by code, vitals and labs. `slow`: the other events by id, settled.

    `limits`: by lab, the latest result's own reference limits.

    `newest`: when the newest fact was true, ms; `location`: where the patient is; `discharged`: whether the
    stay is over.
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
        """Takes one event; a repeat changes nothing, a correction replaces, a withdrawal removes."""
        if isinstance(event, Vitals | Labs):
            self._readings(event, guideline)
        elif isinstance(event, Withdrawal):
            self._withdraw(event)
        elif isinstance(event, SLOW):
            self._slow(event)
        self.newest = event.at if self.newest is None else max(self.newest, event.at)

    def _readings(self, event: Vitals | Labs, guideline: Guideline) -> None:
        here = mark(event.id)
        if not self._settles(event, here):
            return
        for code, value, *_ in event.readings:
            if isinstance(value, str):
                self._device(event.at, value, here)
            elif guideline.usable(code, value):
                self.signals.setdefault(code, ReadingSeries()).add(event.at, value, here)
        for code, _, low, high, unit in event.readings if isinstance(event, Labs) else ():
            self.limits[code], self.units[code] = (low, high), unit

    def _settles(self, event: Event, here: int) -> bool:
        """Whether a record has a word to say; what an earlier one of its id said is taken out."""
        rank = RANK[event.status]
        before = self.unsettled.get(here, FINAL if self.recent.again(here) else None)
        if before is not None and not outranks(rank, before):
            return False
        if rank != FINAL or before is not None:
            self.unsettled[here] = rank
            for old in list(self.unsettled)[:-MOST_UNSETTLED]:
                del self.unsettled[old]
        if before is not None or rank > FINAL:
            self._drop(here)
        return True

    def _withdraw(self, event: Withdrawal) -> None:
        here = mark(event.id)
        self._drop(here)
        self.unsettled[here] = RANK[event.status]
        self.slow.pop(event.id, None)

    def _drop(self, here: int) -> None:
        for series in self.signals.values():
            series.drop(here)
        self.devices = [one for one in self.devices if one[2] != here]

    def _device(self, at: int, word: str, here: int) -> None:
        """A device is kept when it is another than the one before."""
        before = next((known for moment, known, _ in reversed(self.devices) if moment <= at), None)
        if word != before:
            self.devices.append((at, word, here))
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
        """A turn in the stay: where the patient lies now, and whether the stay is over."""
        turns = sorted(
            (one for one in self.slow.values() if isinstance(one, Encounter)), key=lambda one: one.at
        )
        self.location = next(
            (encounter.location for encounter in reversed(turns) if encounter.location), None
        )
        self.discharged = turns[-1].event == "discharge"

    def settled(self) -> list[Event]:
        """The slower events in order of `at`."""
        return sorted(self.slow.values(), key=lambda event: event.at)

    def encounters(self, name: str) -> Iterator[int]:
        """When an encounter of that kind was, in order."""
        return (event.at for event in self.settled() if isinstance(event, Encounter) and event.event == name)
