"""Hold the older part of a tail of vitals encoded in memory: it takes a twentieth of the space.

It is put back, whole, when something reaches into it: a late record, a correction, a long run. What is
encoded here is written nowhere; what is written, `rules.decide.codec` encodes.
"""

import zlib
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

import msgspec
from msgspec import convert
from msgspec.structs import astuple

from rules.chart.facts import Ghost
from rules.chart.held import Held, Latch
from rules.chart.oxygen import Oxygen, VitalsRow
from rules.chart.readings import Reading
from rules.chart.series import Breathing, HeartRate, Saturation, Systolic, Temperature

TEMPERATURES = 3
"""Their place among the signals."""
ID = VitalsRow.__struct_fields__.index("id")
"""The column of a record's id."""
FASTEST = 1
"""Level of compression."""

Lists = list[list[Reading]]
"""Readings, a list a signal."""


class Signals(msgspec.Struct, array_like=True):
    """The state of all vital signs after the records so far.

    `held`, `rates`: the conditions that only the rows of guideline packs ask for, by their keys.
    """

    hr: HeartRate = msgspec.field(default_factory=HeartRate)
    sbp: Systolic = msgspec.field(default_factory=Systolic)
    spo2: Saturation = msgspec.field(default_factory=Saturation)
    temp: Temperature = msgspec.field(default_factory=Temperature)
    breathing: Breathing = msgspec.field(default_factory=Breathing)
    oxygen: Oxygen = msgspec.field(default_factory=Oxygen)
    held: dict[str, Held] = {}
    rates: dict[str, Latch] = {}

    def copy(self) -> "Signals":
        """Return a copy that can change on its own."""
        return Signals(
            self.hr.copy(),
            self.sbp.copy(),
            self.spo2.copy(),
            copy(self.temp),
            self.breathing.copy(),
            copy(self.oxygen),
            dict(self.held),
            dict(self.rates),
        )

    @property
    def any_seen(self) -> bool:
        """Whether there was a reading of pressure, heart rate, SpO2 or temperature."""
        seen = (self.hr.last, self.sbp.last, self.spo2.last, self.temp.last)
        return any(reading is not None for reading in seen)


class Mark(NamedTuple):
    """The signals before the record at an index of the tail, and how many readings there were then."""

    start: int
    signals: Signals
    lengths: tuple[int, ...]


class Stretch(NamedTuple):
    """The records between two marks, the signals at the first, and the readings that these records added."""

    signals: Signals
    rows: list[VitalsRow]
    readings: Lists


Columns = list[Any]
_encoder = msgspec.msgpack.Encoder()
_stretch = msgspec.msgpack.Decoder(tuple[Signals, Columns, list[Columns]])
_lists = msgspec.msgpack.Decoder(list[Columns])
_single = msgspec.msgpack.Decoder(Columns)


def _packed(value: object) -> bytes:
    return zlib.compress(_encoder.encode(value), FASTEST)


def _columns(items: Sequence[msgspec.Struct]) -> Columns:
    """Return records or readings as columns: what they have alike is then one stretch of bytes, again."""
    return list(zip(*map(astuple, items), strict=True))


def _unpacked(found: tuple[Signals, Columns, list[Columns]]) -> Stretch:
    signals, rows, readings = found
    return Stretch(signals, convert(list(zip(*rows, strict=True)), list[VitalsRow]), _readings(readings))


def _readings(lists: list[Columns]) -> Lists:
    return convert([list(zip(*one, strict=True)) for one in lists], Lists)


class Ids:
    """Ids, each as often as it was added, by their hashes."""

    __slots__ = ("_hashes",)

    def __init__(self, ids: Iterable[str]) -> None:
        self._hashes = array("q", sorted(map(hash, ids)))

    def __contains__(self, id: object) -> bool:
        """Return whether an id is among these; once in a great while one is that is not."""
        number, hashes = hash(id), self._hashes
        i = bisect_left(hashes, number)
        return i < len(hashes) and hashes[i] == number

    def count(self, id: object) -> int:
        """Return how often an id was added."""
        number = hash(id)
        return bisect_right(self._hashes, number) - bisect_left(self._hashes, number)

    def add(self, ids: Iterable[str]) -> None:
        """Add ids."""
        for id in ids:
            insort(self._hashes, hash(id))

    def remove(self, ids: Iterable[str]) -> None:
        """Remove ids that were added."""
        for id in ids:
            del self._hashes[bisect_left(self._hashes, hash(id))]


class Faded:
    """The ids of records that have left the tail, encoded."""

    __slots__ = ("_ghosts", "ids")

    def __init__(self, ghosts: Sequence[Ghost]) -> None:
        self._ghosts = _packed(_columns(ghosts))
        self.ids = Ids(ghost.id for ghost in ghosts)

    def ghosts(self) -> list[Ghost]:
        """Return them, the oldest first."""
        columns = _single.decode(zlib.decompress(self._ghosts))
        return convert(list(zip(*columns, strict=True)), list[Ghost])


class Older:
    """The stretches of a tail before its recent records, and the readings from before the tail, encoded.

    `begins`: the `at` of each stretch's first record; `slowest`: the longest that a record took to become
    known, ms; `any_seen`: whether anything was read before the tail.
    """

    __slots__ = ("_before", "_stretches", "any_seen", "begins", "ids", "slowest")

    def __init__(self, before: Lists, signals: Signals) -> None:
        self._before = _packed(list(map(_columns, before)))
        self.ids = Ids(ids_in(before))
        self._stretches: list[bytes] = []
        self.begins: list[int] = []
        self.slowest = 0
        self.any_seen = signals.any_seen

    def __len__(self) -> int:
        return len(self._stretches)

    def add(self, signals: Signals, rows: list[VitalsRow], readings: Lists) -> None:
        """Add the stretch that follows."""
        self._stretches.append(_packed((signals, _columns(rows), list(map(_columns, readings)))))
        self.begins.append(rows[0].at)
        self.slowest = max(self.slowest, *(row.first - row.at for row in rows))
        self.ids.add(row.id for row in rows)

    def stretches(self, end: int | None = None) -> list[Stretch]:
        """Return the stretches before one, decoded; all of them by default."""
        return [_unpacked(_stretch.decode(zlib.decompress(one))) for one in self._stretches[:end]]

    def remove_from(self, first: int) -> list[Stretch]:
        """Return the stretches from one on, decoded: they are held here no more."""
        found = [_unpacked(_stretch.decode(zlib.decompress(one))) for one in self._stretches[first:]]
        del self._stretches[first:], self.begins[first:]
        self.ids.remove(row.id for one in found for row in one.rows)
        return found

    def first_with(self, id: object) -> int:
        """Return the number of the first stretch with a record of this id; 0 where it may be none's."""
        left = self.ids.count(id)
        for number in range(len(self) - 1, 0, -1):
            _, rows, _ = _stretch.decode(zlib.decompress(self._stretches[number]))
            left -= rows[ID].count(id)
            if left <= 0:
                return number
        return 0

    def before(self) -> Lists:
        """Return the readings from before the tail."""
        return _readings(_lists.decode(zlib.decompress(self._before)))

    def edge(self) -> tuple[Signals, Lists]:
        """Return the signals at the beginning of the tail, and the readings from before it."""
        return self.stretches(1)[0].signals, self.before()

    def cut(self, end: int, ids: Iterable[str], before: Lists) -> None:
        """Drop the stretches before one, and keep other readings from before the tail.

        `ids`: of the records dropped, and of the temperatures that were from before it until now.
        """
        del self._stretches[:end], self.begins[:end]
        self._before = _packed(list(map(_columns, before)))
        self.any_seen = self.stretches(1)[0].signals.any_seen
        self.ids.remove(ids)
        self.ids.add(ids_in(before))


def ids_in(lists: Lists) -> list[str]:
    """Return the ids of temperatures: a record of the tail may have charted one from before it."""
    return [reading.id for reading in lists[TEMPERATURES] if reading.id]


NOTHING_BEFORE: Lists = [[], [], [], [], []]


def joined(before: Lists, stretches: Iterable[Stretch]) -> Lists:
    """Return the readings of all these, a list a signal."""
    lists = [list(one) for one in before]
    for stretch in stretches:
        for whole, part in zip(lists, stretch.readings, strict=True):
            whole.extend(part)
    return lists


def marks_of(lengths: tuple[int, ...], stretches: Iterable[Stretch]) -> list[Mark]:
    """Return the marks at which the stretches begin; `lengths`: how many readings there were at the first."""
    marks, start = [], 0
    for one in stretches:
        marks.append(Mark(start, one.signals, lengths))
        start += len(one.rows)
        lengths = tuple(n + len(part) for n, part in zip(lengths, one.readings, strict=True))
    return marks
