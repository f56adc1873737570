"""Keep the tail of a patient's vitals: the last 8 h record by record, what came before as the state it left.

Runs and hysteresis are computed in the order of `at` whatever the order of arrival: a record that is not the
newest restores the last mark before it and applies the records since once more. Of what came before the tail
the readings are kept that a run ending in the tail can reach back to (`rules.chart.readings`).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from rules.chart.course import Mode
from rules.chart.dirty_flags import BREATHING, HEART_RATE, OXYGEN, SPO2, SYSTOLIC, TEMPERATURE
from rules.chart.facts import AT, drop, insert, of_record
from rules.chart.held import NEVER, Held, held_after
from rules.chart.latch import Latch
from rules.chart.oxygen import Oxygen, VitalsRow
from rules.chart.readings import History, Reading, Readings
from rules.chart.series import (
    Breathing,
    HeartRate,
    Saturation,
    Setting,
    Systolic,
    Temperature,
    advanced,
    is_late,
)
from rules.wire.instants import BEFORE_ALL, DAY, HOUR, MINUTE

KEPT = 8 * HOUR + 15 * MINUTE
TEMPERATURES_KEPT = 3 * DAY
TEMPERATURES = 3
"""Their place among the signals."""
BETWEEN_MARKS = 32
ALONE: tuple[VitalsRow, ...] = ()
BEYOND_RECOVERY = 32
"""Readings kept before the longest run: as many as may be missed in it (20 % of a reading each minute)."""


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


class Mark(NamedTuple):
    """The signals before the record at an index of the tail, and how many readings there were then."""

    start: int
    signals: Signals
    lengths: tuple[int, ...]


class Tail:
    """Records in order, the signals and readings after them, and marks on the way.

    `sealed`: the records between marks, encoded; `context`: what came before the tail, encoded.
    """

    __slots__ = (
        "context",
        "marks",
        "mode",
        "now",
        "pruned",
        "readings",
        "rows",
        "sealed",
        "setting",
    )

    def __init__(self, setting: Setting, mode: Mode) -> None:
        self.rows: list[VitalsRow] = []
        self.readings = Readings()
        self.now = Signals()
        self.marks = [Mark(0, Signals(), self.readings.lengths)]
        self.setting = setting
        self.mode = mode
        self.pruned: list[VitalsRow] = []
        self.sealed: list[Any] = []
        self.context: Any = None

    def add(self, row: VitalsRow) -> int:
        """Add a record, newest or late, and return the dirty flags of what may now be decided differently."""
        rows = self.rows
        if rows and row.at <= rows[-1].at:
            self._add_before_tail(row)
            insert(rows, row)
            self.recompute(row.at)
            return flags_of(row)
        if len(rows) - self.marks[-1].start >= BETWEEN_MARKS:
            self._mark(len(rows))
        rows.append(row)
        dirty = self._apply_oxygen(row) | self._apply(row, ALONE)
        if row.at - rows[0].at > KEPT + HOUR:
            self._prune(row.at - KEPT)
        return dirty

    def _add_before_tail(self, row: VitalsRow) -> None:
        """Add a temperature from before the tail: it counts however late, for no run rests on it."""
        last = self.marks[0].signals.temp.last
        if row.temp is None or last is None or row.at >= last.at:
            return
        self.readings.temp.insert(Reading(row.at, row.temp, row.id, row.offset, row.first))
        self._lengthen_temperatures(1)

    def _lengthen_temperatures(self, count: int) -> None:
        """Note that there are that many more temperatures from before the tail."""
        self.context = None
        for i, mark in enumerate(self.marks):
            hr, sbp, spo2, temp, *rest = mark.lengths
            self.marks[i] = mark._replace(lengths=(hr, sbp, spo2, temp + count, *rest))

    def _mark(self, index: int) -> None:
        self.marks.append(Mark(index, self.now.copy(), self.readings.lengths))

    def remove(self, id: str, moments: Iterable[int]) -> int:
        """Remove a record, whose rows have the `at` of these moments.

        Return the dirty flags of what may now be decided differently.
        """
        gone = list(of_record(self.rows, id, moments))
        if not gone:
            return 0
        start = min(row.at for row in gone)
        self._remove_before_tail(id)
        while len(self.marks) > 1 and self.rows[self.marks[-1].start].at >= start:
            self.marks.pop()
        drop(self.rows, id, moments)
        self.recompute(start)
        dirty = 0
        for row in gone:
            dirty |= flags_of(row)
        return dirty

    def _remove_before_tail(self, id: str) -> None:
        """Remove the temperature that a record of the tail added before it."""
        length = self.marks[0].lengths[TEMPERATURES]
        early = [i for i, reading in enumerate(self.readings.temp[:length]) if reading.id == id]
        for i in reversed(early):
            self.readings.temp.drop(i, i + 1)
        if early:
            self._lengthen_temperatures(-len(early))

    def recompute(self, start: int) -> None:
        """Apply the records from moment `start` on once more."""
        while len(self.marks) > 1 and (
            self.marks[-1].start >= len(self.rows) or self.rows[self.marks[-1].start].at >= start
        ):
            self.marks.pop()
        del self.sealed[len(self.marks) - 1 :]
        index, signals, lengths = self.marks[-1]
        self.now = signals.copy()
        self.readings.cut(lengths)
        self._apply_from(index)

    def _apply_from(self, index: int) -> None:
        for _, group in groupby(self.rows[index:], key=AT):
            same = list(group)
            if index - self.marks[-1].start >= BETWEEN_MARKS:
                self._mark(index)
            self._apply_together(same)
            index += len(same)

    def _apply_together(self, same: Sequence[VitalsRow]) -> None:
        """Apply the records of one moment: oxygen first, and none of their readings that count is alone.

        One that was stale when it became known counts for nothing: it leaves a look beside it what it was.
        """
        for row in same:
            self._apply_oxygen(row)
            if row.sbp is not None:
                self._note_systolic(row.at)
        for i, row in enumerate(same):
            others = same[i + 1 :]
            self._apply(row, [one for one in others if not self._is_late(one)] if others else others)

    def _is_late(self, row: VitalsRow) -> bool:
        return is_late(row.at, row.first, self.mode, self.setting)

    def _apply_oxygen(self, row: VitalsRow) -> int:
        """Apply what a record charts of oxygen, before its saturation is judged by what is in force."""
        if row.device is None and row.flow is None and row.fio2 is None and not row.unread:
            return 0
        oxygen = self.now.oxygen
        if oxygen.at is not None and row.at < oxygen.at:
            return 0
        return OXYGEN if oxygen.add(row, self.setting.oxygen) else 0

    def _apply(self, row: VitalsRow, others: Sequence[VitalsRow]) -> int:
        """Apply the readings of a record.

        `others`: records of the same moment that follow. Returns the dirty flags of what may be decided
        differently.
        """
        now, readings, mode, setting, dirty = self.now, self.readings, self.mode, self.setting, 0
        at, id, offset, first = row.at, row.id, row.offset, row.first
        joins = at + mode.interval(at, setting.joins_ward, setting.joins_intensive)
        lengths = readings.lengths if setting.held else ()
        if row.hr is not None:
            reading = Reading(at, row.hr, id, offset, first, joins)
            if others:
                reading.close = any(other.hr is not None for other in others)
            if now.hr.add(reading, readings.hr, mode, setting):
                dirty |= HEART_RATE
        pressure = self._pressure(row, joins)
        if pressure is not None:
            if others:
                pressure.close = any(other.sbp is not None or other.mbp is not None for other in others)
            if now.sbp.add(pressure, readings.sbp, mode, setting):
                dirty |= SYSTOLIC
        if row.spo2 is not None:
            reading = Reading(at, row.spo2, id, offset, first, joins)
            reading.oxygen = now.oxygen.flags
            if others:
                reading.close = any(other.spo2 is not None for other in others)
            if now.spo2.add(reading, readings.spo2, mode, setting):
                dirty |= SPO2
        if row.temp is not None and now.temp.add(row, row.temp, readings.temp, setting):
            dirty |= TEMPERATURE
        if row.rr is not None:
            reading = Reading(at, row.rr, id, offset, first, joins)
            if now.breathing.add(reading, readings.breathing, mode, setting):
                dirty |= BREATHING
        return dirty | self._hold(lengths) if lengths else dirty

    def _hold(self, lengths: tuple[int, ...]) -> int:
        """Apply the readings that count, newer than these lengths, to the conditions of guideline packs."""
        dirty, now, share = 0, self.now, self.setting.signs.share
        grown = {
            signal: (history, flag)
            for (signal, history, flag), length in zip(self._signals(), lengths, strict=False)
            if len(history) > length
        }
        for condition in self.setting.held:
            if condition.signal not in grown:
                continue
            history, flag = grown[condition.signal]
            if condition.rate is not None:
                was = now.rates.get(condition.key, Latch())
                is_now = now.rates[condition.key] = advanced(was, condition.rate, history, self.setting.signs)
                dirty |= flag if is_now is not was else 0
                continue
            before = now.held.get(condition.key, NEVER)
            held = now.held[condition.key] = held_after(before, condition, history, share)
            dirty |= flag if held.on or before.on else 0
        return dirty

    def _signals(self) -> tuple[tuple[str, History, int], ...]:
        """Return the histories that packs have conditions on, in the order of `Readings.lengths`."""
        readings = self.readings
        return (
            ("hr", readings.hr, HEART_RATE),
            ("sbp", readings.sbp, SYSTOLIC),
            ("spo2", readings.spo2, SPO2),
        )

    def _pressure(self, row: VitalsRow, joins: int) -> Reading | None:
        """Return the systolic pressure of a record, or the mean that stands in for one."""
        if row.sbp is not None:
            self._note_systolic(row.at)
            return Reading(row.at, row.sbp, row.id, row.offset, row.first, joins)
        if row.mbp is None:
            return None
        near = self.now.sbp.systolic_at
        if near is not None and near > row.at - self.setting.signs.confirms:
            return None
        reading = Reading(row.at, stand_in(row.mbp, self.setting), row.id, row.offset, row.first, joins)
        reading.mean = row.mbp
        return reading

    def _note_systolic(self, at: int) -> None:
        """Note when a systolic pressure was read: a mean near it does not stand in."""
        sbp = self.now.sbp
        if sbp.systolic_at is None or at > sbp.systolic_at:
            sbp.systolic_at = at

    def set(self, setting: Setting) -> None:
        """Put other limits (a baseline, another target) in force for all that is still kept."""
        self.setting = setting
        signals = self.marks[0].signals.copy()
        signals.oxygen.judge(setting.oxygen, signals.oxygen.at or 0)
        self.marks[0] = self.marks[0]._replace(signals=signals)
        self.readings.sbp = History(_restated(reading, setting) for reading in self.readings.sbp)
        self.context = None
        self.recompute(BEFORE_ALL)

    def set_mode(self, mode: Mode, start: int) -> None:
        """Put another timeline of modes in force; `start`: from where it differs."""
        self.mode = mode
        if self.rows and (start <= self.rows[-1].at or self._any_counted_late()):
            self.recompute(BEFORE_ALL if self._any_counted_late() else start)

    def _any_counted_late(self) -> bool:
        return any(row.first - row.at >= self.setting.stale_intensive for row in self.rows)

    def _prune(self, horizon: int) -> None:
        """Drop the records before the last mark at or before `horizon`: that mark holds their state."""
        usable = [i for i, mark in enumerate(self.marks) if self.rows[mark.start].at <= horizon]
        if not usable or usable[-1] == 0:
            return
        cut = self.marks[usable[-1]].start
        dropped = self._out_of_reach(self.rows[cut].at, self.marks[usable[-1]].lengths)
        self.readings.trim(dropped)
        self.marks = [
            Mark(mark.start - cut, mark.signals, _minus(mark.lengths, dropped))
            for mark in self.marks[usable[-1] :]
        ]
        del self.sealed[: usable[-1]]
        self.context = None
        self._forget_ids(self.rows[:cut])
        self.pruned.extend(self.rows[:cut])
        del self.rows[:cut]

    def _forget_ids(self, pruned: Sequence[VitalsRow]) -> None:
        """Forget which records charted the temperatures that nothing is told of: there are days of them."""
        ids, warm = {row.id for row in pruned}, self.setting.warm
        start, end = self.readings.temp.index(pruned[0].at), self.marks[0].lengths[TEMPERATURES]
        for reading in self.readings.temp[start:end]:
            if reading.value < warm and reading.id in ids:
                reading.id, reading.offset = "", -1

    def _out_of_reach(self, start: int, lengths: tuple[int, ...]) -> tuple[int, ...]:
        """Return how many of the oldest readings no run that ends at or after moment `start` can reach."""
        dropped = []
        for history, length in zip(self.readings.all(), lengths, strict=True):
            if history is self.readings.temp:
                dropped.append(history.index(start - TEMPERATURES_KEPT))
            else:
                recent = length - history.index(start - self.setting.longest)
                dropped.append(max(0, length - recent - BEYOND_RECOVERY))
        return tuple(dropped)

    def unseal(self, at: int) -> None:
        """Let the records from the last mark before a moment on be encoded again: one has changed."""
        i = len(self.marks) - 1
        while i > 0 and self.rows[self.marks[i].start].at > at:
            i -= 1
        del self.sealed[i:]

    def seal(self, pack: Callable[[list[VitalsRow]], object]) -> None:
        """Encode the records between marks that are not encoded yet.

        A late record discards the encoded ones from its mark on.
        """
        for i in range(len(self.sealed), len(self.marks) - 1):
            self.sealed.append(pack(self.rows[self.marks[i].start : self.marks[i + 1].start]))

    def until(self, end: int, setting: Setting, mode: Mode) -> "Tail":
        """Return a tail with the records up to moment `end`, judged by this setting and mode.

        Up to the last mark before it nothing is applied again, unless the setting is another.
        """
        count = bisect_left(self.rows, end + 1, key=AT)
        out = Tail(self.setting, mode)
        out.rows = self.rows[:count]
        out.marks = [mark for mark in self.marks if mark.start <= count]
        out.readings = Readings(self.readings.all())
        out.recompute(end + 1)
        if setting != self.setting:
            out.set(setting)
        return out

    def before(self) -> list[list[Reading]]:
        """Return the readings from before the tail, a list a signal."""
        lengths = self.marks[0].lengths
        return [history[:length] for history, length in zip(self.readings.all(), lengths, strict=True)]

    def restore(self, signals: Signals, before: list[list[Reading]], rows: list[VitalsRow]) -> None:
        """Put the state of an encoded tail in place of this one, and apply its records."""
        self.rows, self.readings = rows, Readings(before)
        self.marks = [Mark(0, signals, self.readings.lengths)]
        self.set(self.setting)

    @property
    def horizon(self) -> int | None:
        """The oldest moment still kept record by record; None when all of the stay is."""
        first = self.marks[0].signals
        seen = (first.hr.last, first.sbp.last, first.spo2.last, first.temp.last)
        return self.rows[0].at if self.rows and any(reading is not None for reading in seen) else None


FLAGS = (
    (("hr",), HEART_RATE),
    (("sbp", "mbp"), SYSTOLIC),
    (("spo2",), SPO2),
    (("temp",), TEMPERATURE),
    (("rr",), BREATHING),
    (("device", "flow", "fio2"), OXYGEN | SPO2),
)
"""Fields of a record -> the dirty flags of what is decided by them; oxygen, of what saturations say too."""


def flags_of(row: VitalsRow) -> int:
    """Return the dirty flags of all that a record charts, whatever it says: late, or taken back."""
    dirty = OXYGEN if row.unread else 0
    for fields, flags in FLAGS:
        if any(getattr(row, field) is not None for field in fields):
            dirty |= flags
    return dirty


def stand_in(mean: float, setting: Setting) -> float:
    """Return the systolic pressure that a mean pressure counts as, mm[Hg]."""
    if mean < setting.mean.severe:
        return setting.severe_pressure.value
    return setting.target if mean < setting.mean.at_target else setting.pressure.clear.value + 1


def _restated(reading: Reading, setting: Setting) -> Reading:
    """Return a reading with what it counts as under another target."""
    if reading.mean is None:
        return reading
    return msgspec.structs.replace(reading, value=stand_in(reading.mean, setting))


def _minus(lengths: tuple[int, ...], dropped: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length - count for length, count in zip(lengths, dropped, strict=True))
