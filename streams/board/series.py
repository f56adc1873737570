"""Readings of one signal, bounded: the older, the further apart they are kept. Lows and highs are never thinned away, and none is made up."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from rules.wire.instants import DAY, HOUR, MINUTE

MOST = 1600
TIERS = ((8 * HOUR, 2 * MINUTE), (DAY, 10 * MINUTE), (3 * DAY, 30 * MINUTE), (10 * DAY, HOUR))
"""Up to which age, of how wide a stretch the lowest and the highest reading are kept; nothing beyond the last."""

Point = tuple[int, float]


def mark(id: str) -> int:
    """What is kept of an event's id: enough to find it again in this process."""
    return hash(id)


class Series:
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
        return ((at, value) for at, value, mark in zip(self.at, self.value, self.marks, strict=True) if mark in wanted)

    @property
    def last(self) -> Point | None:
        return (self.at[-1], self.value[-1]) if self.at else None

    def _keep(self, places: list[int]) -> None:
        for name in self.__slots__:
            column: array[float] = getattr(self, name)
            setattr(self, name, array(column.typecode, [column[place] for place in places]))


def kept(at: array[int], value: array[float]) -> list[int]:
    """Which places stay: of each stretch the lowest and the highest reading, so that no trough is smoothed away."""
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
    shown = {chosen for held in stretches.values() for chosen in (min(held, key=_value), max(held, key=_value))}
    return sorted(shown | {points[-1]})


def _value(point: Point) -> float:
    return point[1]
