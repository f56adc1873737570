"""Keep the tail of a patient's vitals: the last 8 h record by record, what came before as the state it left.

Runs and hysteresis are computed in the order of `at` whatever the order of arrival: a record that is not the
newest restores the last mark before it and applies the records since once more.
"""

from bisect import bisect_left
from collections.abc import Callable
from copy import copy
from itertools import groupby

import msgspec

from rules.chart.course import Mode
from rules.chart.dirty_flags import HEART_RATE, OXYGEN, SPO2, SYSTOLIC, TEMPERATURE, VITALS
from rules.chart.facts import insert
from rules.chart.oxygen import Oxygen, VitalsRow, level_by_device
from rules.chart.series import HeartRate, Saturation, Setting, Systolic, Temperature
from rules.wire.instants import HOUR, MINUTE

KEPT = 8 * HOUR + 15 * MINUTE
BETWEEN_MARKS = 32


class Signals(msgspec.Struct, array_like=True):
    """The state of all vital signs after the records so far."""

    hr: HeartRate = msgspec.field(default_factory=HeartRate)
    sbp: Systolic = msgspec.field(default_factory=Systolic)
    spo2: Saturation = msgspec.field(default_factory=Saturation)
    temp: Temperature = msgspec.field(default_factory=Temperature)
    oxygen: Oxygen = msgspec.field(default_factory=Oxygen)

    def copy(self) -> "Signals":
        """Return a copy that can change on its own."""
        return Signals(self.hr.copy(), self.sbp.copy(), self.spo2.copy(), copy(self.temp), copy(self.oxygen))

    @property
    def has_deferred(self) -> bool:
        """Whether a reading is deferred: it was stale when it became known, and does not count yet."""
        return bool(self.hr.deferred or self.sbp.deferred or self.spo2.deferred)

    def add_oxygen(self, row: VitalsRow, setting: Setting) -> int:
        """Apply what a record charts of oxygen, before its saturation is judged at the flow in force.

        Returns the dirty flag of oxygen if its level changed.
        """
        if row.device is None and row.flow is None and row.fio2 is None:
            return 0
        if self.oxygen.at is not None and row.at < self.oxygen.at:
            return 0
        return OXYGEN if self.oxygen.add(row, setting.oxygen) else 0

    def add(self, row: VitalsRow, mode: Mode, setting: Setting) -> int:
        """Apply the readings of the next record.

        Returns the dirty flags of what may now be decided differently.
        """
        dirty = 0
        if row.hr is not None and self.hr.add(row, row.hr, None, mode, setting):
            dirty |= HEART_RATE
        if row.sbp is not None and self.sbp.add(row, row.sbp, None, mode, setting):
            dirty |= SYSTOLIC
        if row.spo2 is not None and self.spo2.add(row, row.spo2, self.oxygen.flow, mode, setting):
            dirty |= SPO2
        if row.temp is not None and self.temp.add(
            row, row.temp, setting.warm, setting.fever, setting.fever_lasts
        ):
            dirty |= TEMPERATURE
        return dirty


class Tail:
    """Records in order, the signals after them, and marks: (index, signals before that record)."""

    __slots__ = ("marks", "mode", "now", "pruned", "rows", "sealed", "setting")

    def __init__(self, setting: Setting, mode: Mode) -> None:
        self.rows: list[VitalsRow] = []
        self.now = Signals()
        self.marks: list[tuple[int, Signals]] = [(0, Signals())]
        self.setting = setting
        self.mode = mode
        self.pruned: list[VitalsRow] = []
        self.sealed: list[bytes] = []

    def add(self, row: VitalsRow) -> int:
        """Add a record, newest or late, and return the dirty flags of what may now be decided differently."""
        rows = self.rows
        if rows and row.at <= rows[-1].at:
            insert(rows, row)
            self.recompute(row.at)
            return VITALS
        if len(rows) - self.marks[-1][0] >= BETWEEN_MARKS and not self.now.has_deferred:
            self.marks.append((len(rows), self.now.copy()))
        rows.append(row)
        dirty = self.now.add_oxygen(row, self.setting) | self.now.add(row, self.mode, self.setting)
        if row.at - rows[0].at > KEPT + HOUR:
            self._prune(row.at - KEPT)
        return dirty

    def remove(self, id: str) -> int:
        """Remove a record, and return the dirty flags of what may now be decided differently."""
        kept = [row for row in self.rows if row.id != id]
        gone = [row.at for row in self.rows if row.id == id]
        if not gone:
            return 0
        start = gone[0]
        while len(self.marks) > 1 and self.rows[self.marks[-1][0]].at >= start:
            self.marks.pop()
        self.rows = kept
        self.recompute(start)
        return VITALS

    def recompute(self, start: int) -> None:
        """Apply the records from moment `start` on once more."""
        while len(self.marks) > 1 and (
            self.marks[-1][0] >= len(self.rows) or self.rows[self.marks[-1][0]].at >= start
        ):
            self.marks.pop()
        del self.sealed[len(self.marks) - 1 :]
        index, signals = self.marks[-1]
        self.now = signals.copy()
        self._apply_from(index)

    def _apply_from(self, index: int) -> None:
        setting = self.setting
        for _, group in groupby(self.rows[index:], key=lambda row: row.at):
            same = list(group)
            if index - self.marks[-1][0] >= BETWEEN_MARKS and not self.now.has_deferred:
                self.marks.append((index, self.now.copy()))
            for row in same:
                self.now.add_oxygen(row, setting)
            for row in same:
                self.now.add(row, self.mode, setting)
            index += len(same)

    def set(self, setting: Setting) -> None:
        """Put other limits (a baseline, another target) in force for all that is still kept."""
        self.setting = setting
        for _, signals in self.marks[:1]:
            signals.oxygen.level = level_by_device(signals.oxygen, setting.oxygen)
        self.recompute(-1)

    def set_mode(self, mode: Mode, start: int | None) -> None:
        """Put another timeline of modes in force; `start`: from where it differs."""
        self.mode = mode
        if start is not None and self.rows and (start <= self.rows[-1].at or self._any_counted_late()):
            self.recompute(-1 if self._any_counted_late() else start)

    def _any_counted_late(self) -> bool:
        return any(row.first - row.at > self.setting.stale_intensive for row in self.rows)

    def _prune(self, horizon: int) -> None:
        """Drop the records before the last mark at or before `horizon`: that mark holds their state."""
        usable = [i for i, (index, _) in enumerate(self.marks) if self.rows[index].at <= horizon]
        if not usable or usable[-1] == 0:
            return
        cut = self.marks[usable[-1]][0]
        self.marks = [(index - cut, signals) for index, signals in self.marks[usable[-1] :]]
        del self.sealed[: usable[-1]]
        self.pruned.extend(self.rows[:cut])
        del self.rows[:cut]

    def seal(self, pack: Callable[[list[VitalsRow]], bytes]) -> None:
        """Pack the records between marks that are not packed yet.

        A late record discards the packed ones from its mark on.
        """
        for i in range(len(self.sealed), len(self.marks) - 1):
            self.sealed.append(pack(self.rows[self.marks[i][0] : self.marks[i + 1][0]]))

    @property
    def horizon(self) -> int | None:
        """The oldest moment still kept record by record; None when all of the stay is."""
        first = self.marks[0][1]
        seen = (first.hr.last, first.sbp.last, first.spo2.last, first.temp.last)
        return self.rows[0].at if self.rows and any(row is not None for row in seen) else None

    def until(self, t: int) -> Signals:
        """Return the signals after the records up to moment `t` (inclusive), over all that is known now."""
        i = bisect_left(self.rows, t + 1, key=lambda row: row.at)
        if i == len(self.rows):
            return self.now
        index, signals = next((mark for mark in reversed(self.marks) if mark[0] <= i), self.marks[0])
        result = signals.copy()
        for _, group in groupby(self.rows[index:i], key=lambda row: row.at):
            same = list(group)
            for row in same:
                result.add_oxygen(row, self.setting)
            for row in same:
                result.add(row, self.mode, self.setting)
        return result
