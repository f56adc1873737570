"""Keep the tail of a patient's vitals: the last 8 h record by record, what came before as the state it left.

Runs and hysteresis are computed in the order of `at` whatever the order of arrival: a record that is not the
newest restores the last mark before it and applies the records since once more. Of what came before the tail
the readings are kept that a run ending in the tail can reach back to (`rules.chart.readings`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from itertools import groupby, pairwise
from typing import Any

import msgspec

from rules.chart.course import Mode
from rules.chart.dirty_flags import BREATHING, HEART_RATE, OXYGEN, SPO2, SYSTOLIC, TEMPERATURE
from rules.chart.encoded_vitals import (
    NOTHING_BEFORE,
    TEMPERATURES,
    Lists,
    Mark,
    Older,
    Signals,
    ids_in,
    joined,
    marks_of,
)
from rules.chart.facts import AT, insert
from rules.chart.held import NEVER, Latch, held_after
from rules.chart.oxygen import VitalsRow
from rules.chart.readings import History, Reading, Readings
from rules.chart.seen import Seen
from rules.chart.series import Setting, advanced, is_late
from rules.wire.instants import AFTER_ALL, BEFORE_ALL, DAY, HOUR, MINUTE

KEPT = 8 * HOUR + 15 * MINUTE
TEMPERATURES_KEPT = 3 * DAY
BETWEEN_MARKS = 32
FEWEST = 8
"""Recent records that are held as they are: what comes a little late finds its mark there."""
ALONE: tuple[VitalsRow, ...] = ()
NOWHERE = (0, 0, 0, 0, 0)
"""Where readings are put back that are all there are."""
BEYOND_RECOVERY = 32
"""Readings kept before the longest run: as many as may be missed in it (20 % of a reading each minute)."""


class Tail:
    """Records in order, the signals and readings after them, and marks on the way.

    `recent`, `recent_marks`: those after the `older` ones, which are held encoded (None: there are none);
    `seen`: what else has these records, by id; `fetched`: the older readings are here, and the records not.

    `sealed`: the records between marks, encoded to be written; `context`: what came before the tail, so.
    """

    __slots__ = (
        "context",
        "fetched",
        "mode",
        "now",
        "older",
        "pruned",
        "readings",
        "recent",
        "recent_marks",
        "sealed",
        "seen",
        "setting",
    )

    def __init__(self, setting: Setting, mode: Mode) -> None:
        self.recent: list[VitalsRow] = []
        self.older: Older | None = None
        self.seen: Seen | None = None
        self.fetched = False
        self.readings = Readings()
        self.now = Signals()
        self.recent_marks = [Mark(0, Signals(), self.readings.lengths)]
        self.setting = setting
        self.mode = mode
        self.pruned: list[VitalsRow] = []
        self.sealed: list[Any] = []
        self.context: Any = None

    @property
    def rows(self) -> list[VitalsRow]:
        """All records."""
        self.unpack()
        return self.recent

    @rows.setter
    def rows(self, rows: list[VitalsRow]) -> None:
        self.unpack()
        self.recent = rows

    @property
    def marks(self) -> list[Mark]:
        """All marks."""
        self.unpack()
        return self.recent_marks

    @marks.setter
    def marks(self, marks: list[Mark]) -> None:
        self.unpack()
        self.recent_marks = marks

    def rows_of(self, ids: Collection[str]) -> list[VitalsRow]:
        """Return the records with these ids."""
        for id in ids:
            self.recall(id)
        return [row for row in self.recent if row.id in ids]

    def rows_at(self, at: int) -> list[VitalsRow]:
        """Return the records of moment `at`."""
        self._reach(at)
        return self.recent[bisect_left(self.recent, at, key=AT) : bisect_right(self.recent, at, key=AT)]

    def unpack(self) -> None:
        """Put the older records back."""
        if self.older is not None:
            self._unpack(0, self.older)

    def recall(self, id: str) -> None:
        """Put the older records back as far as some have this id."""
        if self.older is not None and id in self.older.ids:
            self._unpack(self.older.first_with(id), self.older)

    def _reach(self, at: int) -> None:
        """Put the older records back as far as moment `at`."""
        if self.older is not None and at <= self.recent[0].at:
            self._unpack(max(0, bisect_left(self.older.begins, at) - 1), self.older)

    def _unpack(self, first: int, older: Older) -> None:
        """Put the older records back from a stretch on; with the first, the readings from before the tail."""
        stretches, lengths = older.remove_from(first), self.recent_marks[0].lengths
        lists = joined(NOTHING_BEFORE, stretches)
        begin = tuple(length - len(one) for length, one in zip(lengths, lists, strict=True))
        if first:
            self._put_back(lists, begin)
        else:
            self._put_back(joined(older.before(), stretches), NOWHERE)
            self.older = None
        rows = [row for one in stretches for row in one.rows]
        later = [mark._replace(start=mark.start + len(rows)) for mark in self.recent_marks]
        self.recent_marks[:] = [*marks_of(begin, stretches), *later]
        self.recent[:0] = rows
        if self.seen is not None:
            self.seen.put_back(rows, self.older)

    def _put_back(self, lists: Lists, begin: tuple[int, ...]) -> None:
        for history, readings, start in zip(self.readings.all(), lists, begin, strict=True):
            history.put_back(readings, start)

    def _fetch(self) -> None:
        """Put the older readings back, and leave the records where they are."""
        if self.older is not None:
            self.fetched = True
            self._put_back(joined(self.older.before(), self.older.stretches()), NOWHERE)

    def pack(self, seen: Seen) -> None:
        """Hold encoded what lies before the recent records, as far as it is sealed."""
        last = len(self.recent_marks) - 1
        if last > 0 and len(self.recent) - self.recent_marks[last].start < FEWEST:
            last -= 1
        if last > 0 and len(self.sealed) >= self._stretches + last:
            self._pack_until(last, seen)
            self._leave_out()
        elif self.fetched:
            self._leave_out()

    def _pack_until(self, last: int, seen: Seen) -> None:
        rows, marks = self.recent, self.recent_marks
        if self.older is None:
            self.older = Older(self.before(), marks[0].signals)
            self.seen = seen
        for mark, following in pairwise(marks[: last + 1]):
            part = rows[mark.start : following.start]
            ends = zip(self.readings.all(), mark.lengths, following.lengths, strict=True)
            seen.pack(part, self.older)
            self.older.add(mark.signals, part, [history[start:end] for history, start, end in ends])
        start = marks[last].start
        del rows[:start]
        self.recent_marks = [mark._replace(start=mark.start - start) for mark in marks[last:]]

    def _leave_out(self) -> None:
        """Leave the older readings out of the histories."""
        self.fetched = False
        if self.older is None:
            return
        since = self.recent[0].at - self.setting.longest
        readings, lengths = self.readings, self.recent_marks[0].lengths
        for history, count in zip(readings.all(), lengths, strict=True):
            runs = history is not readings.temp and history is not readings.breathing
            history.pack(count, since if runs else AFTER_ALL, BEYOND_RECOVERY if runs else 0)
            history.fetch = self._fetch

    def add(self, row: VitalsRow) -> int:
        """Add a record, newest or late, and return the dirty flags of what may now be decided differently."""
        rows = self.recent
        if rows and row.at <= rows[-1].at:
            self._reach(row.at)
            self._add_before_tail(row)
            insert(rows, row)
            self.recompute(row.at)
            return flags_of(row)
        if len(rows) - self.recent_marks[-1].start >= BETWEEN_MARKS:
            self._mark(len(rows))
        rows.append(row)
        dirty = self._apply_oxygen(row) | self._apply(row, ALONE)
        if row.at - (rows[0].at if self.older is None else self.older.begins[0]) > KEPT + HOUR:
            self._prune(row.at - KEPT)
        return dirty

    @property
    def _stretches(self) -> int:
        """How many stretches are held encoded: each begins with a mark."""
        return 0 if self.older is None else len(self.older)

    def _add_before_tail(self, row: VitalsRow) -> None:
        """Add a temperature from before the tail: it counts however late, for no run rests on it."""
        last = self.recent_marks[0].signals.temp.last
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
        self.recent_marks.append(Mark(index, self.now.copy(), self.readings.lengths))

    def remove(self, id: str) -> int:
        """Remove a record, and return the dirty flags of what may now be decided differently."""
        gone = self.rows_of((id,))
        if not gone:
            return 0
        start = gone[0].at
        self._reach(start)
        if self.older is None:
            self._remove_before_tail(id)
        rows, marks = self.recent, self.recent_marks
        while len(marks) > 1 and rows[marks[-1].start].at >= start:
            marks.pop()
        self.recent = [row for row in rows if row.id != id]
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
        self._reach(start)
        rows, marks = self.recent, self.recent_marks
        while len(marks) > 1 and (marks[-1].start >= len(rows) or rows[marks[-1].start].at >= start):
            marks.pop()
        del self.sealed[self._stretches + len(marks) - 1 :]
        index, signals, lengths = marks[-1]
        self.now = signals.copy()
        self.readings.cut(lengths)
        self._apply_from(index)

    def _apply_from(self, index: int) -> None:
        for _, group in groupby(self.recent[index:], key=AT):
            same = list(group)
            if index - self.recent_marks[-1].start >= BETWEEN_MARKS:
                self._mark(index)
            if len(same) == 1:
                self._apply_oxygen(same[0])
                self._apply(same[0], ALONE)
            else:
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
                pressure.close = any(_has_pressure(other, pressure.mean is not None) for other in others)
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
        before = self.readings.sbp
        self.readings.sbp = History(_restated(reading, setting) for reading in before)
        self.readings.sbp.edits = before.edits + 1
        self.context = None
        self.recompute(BEFORE_ALL)

    def set_mode(self, mode: Mode, start: int) -> None:
        """Put another timeline of modes in force; `start`: from where it differs."""
        self.mode = mode
        late = self._any_counted_late()
        if self.recent and (start <= self.recent[-1].at or late):
            self.recompute(BEFORE_ALL if late else start)

    def _any_counted_late(self) -> bool:
        slow = self.setting.stale_intensive
        if self.older is not None and self.older.slowest >= slow:
            return True
        return any(row.first - row.at >= slow for row in self.recent)

    def _prune(self, horizon: int) -> None:
        """Drop the records before the last mark at or before `horizon`: that mark holds their state."""
        if self.older is not None:
            last = bisect_right(self.older.begins, horizon) - 1
            if last < len(self.older) - 1:
                self._prune_older(last, self.older)
                return
        usable = [i for i, mark in enumerate(self.marks) if self.recent[mark.start].at <= horizon]
        if not usable or usable[-1] == 0:
            return
        marks, rows = self.marks[usable[-1] :], self.rows
        cut, lengths = marks[0].start, marks[0].lengths
        dropped = self._out_of_reach(self.readings, rows[cut].at, lengths)
        self.readings.trim(dropped)
        self.marks = [Mark(mark.start - cut, mark.signals, _minus(mark.lengths, dropped)) for mark in marks]
        self._pruned(usable[-1], rows[:cut], self.readings, _minus(lengths, dropped))
        del rows[:cut]

    def _prune_older(self, last: int, older: Older) -> None:
        """Drop the records before one of the older marks, as far as there are any."""
        if last < 1:
            return
        self._leave_out()
        before, stretches = older.before(), older.stretches(last)
        rows, ids = [row for one in stretches for row in one.rows], ids_in(before)
        readings = Readings(joined(before, stretches))
        dropped = self._out_of_reach(readings, older.begins[last], readings.lengths)
        readings.trim(dropped)
        self._pruned(last, rows, readings, readings.lengths)
        older.cut(last, [*ids, *(row.id for row in rows)], [history.recent for history in readings.all()])
        for history, whole, count in zip(self.readings.all(), readings.all(), dropped, strict=True):
            history.forget(count, whole.recent)
        self.recent_marks = [
            mark._replace(lengths=_minus(mark.lengths, dropped)) for mark in self.recent_marks
        ]

    def _pruned(
        self, marks: int, rows: list[VitalsRow], readings: Readings, lengths: tuple[int, ...]
    ) -> None:
        """Note that records were dropped up to a mark, before which there are so many readings."""
        del self.sealed[:marks]
        self.context = None
        self._forget_ids(rows, readings.temp, lengths[TEMPERATURES])
        self.pruned.extend(rows)

    def _forget_ids(self, pruned: Sequence[VitalsRow], temperatures: History, end: int) -> None:
        """Forget which records charted the temperatures that nothing is told of: there are days of them."""
        ids, warm = {row.id for row in pruned}, self.setting.warm
        for i in range(temperatures.index(pruned[0].at), end):
            reading = temperatures[i]
            if reading.value < warm and reading.id in ids:
                # Another one: the latest temperature is told of by its id, and may be this one.
                temperatures.recent[i] = Reading(reading.at, reading.value, "", -1, reading.first)

    def _out_of_reach(self, readings: Readings, start: int, lengths: tuple[int, ...]) -> tuple[int, ...]:
        """Return how many of the oldest readings no run that ends at or after moment `start` can reach."""
        dropped = []
        for history, length in zip(readings.all(), lengths, strict=True):
            if history is readings.temp:
                dropped.append(history.index(start - TEMPERATURES_KEPT))
            else:
                recent = length - history.index(start - self.setting.longest)
                dropped.append(max(0, length - recent - BEYOND_RECOVERY))
        return tuple(dropped)

    def unseal(self, at: int) -> None:
        """Let the records from the last mark before a moment on be encoded again: one has changed."""
        self._reach(at)
        i = len(self.recent_marks) - 1
        while i > 0 and self.recent[self.recent_marks[i].start].at > at:
            i -= 1
        del self.sealed[self._stretches + i :]

    def seal(self, pack: Callable[[list[VitalsRow]], object]) -> None:
        """Encode the records between marks that are not encoded yet.

        A late record discards the encoded ones from its mark on.
        """
        marks = self.recent_marks
        for i in range(len(self.sealed) - self._stretches, len(marks) - 1):
            self.sealed.append(pack(self.recent[marks[i].start : marks[i + 1].start]))

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

    def replaced(
        self, ids: Collection[str], rows: Sequence[VitalsRow], setting: Setting, mode: Mode
    ) -> "Tail":
        """Return a tail with other records in place of those with these ids, judged by this setting and mode.

        Up to the first of them nothing is applied again, unless the setting or the mode is another.
        """
        own = self.rows
        start = min((row.at for row in (*rows, *(row for row in own if row.id in ids))), default=AFTER_ALL)
        kept = [row for row in own if row.id not in ids]
        for row in rows:
            insert(kept, row)
        out = Tail(setting, mode)
        if setting != self.setting or mode.spans != self.mode.spans:
            out.restore(self.marks[0].signals.copy(), self.before(), kept)
            return out
        out.recent, out.readings = kept, self.readings
        if start == AFTER_ALL:
            out.now, out.recent_marks = self.now, self.recent_marks
            return out
        out.readings = Readings(self.readings.all())
        first, *later = self.marks
        out.recent_marks = [first, *(mark for mark in later if own[mark.start].at < start)]
        out.recompute(start)
        return out

    def before(self) -> list[list[Reading]]:
        """Return the readings from before the tail, a list a signal."""
        return self.edge()[1]

    def edge(self) -> tuple[Signals, Lists]:
        """Return the signals at the beginning of the tail, and the readings from before it."""
        if self.older is not None:
            return self.older.edge()
        _, signals, lengths = self.marks[0]
        ends = zip(self.readings.all(), lengths, strict=True)
        return signals, [history[:length] for history, length in ends]

    def restore(self, signals: Signals, before: list[list[Reading]], rows: list[VitalsRow]) -> None:
        """Put the state of an encoded tail in place of this one, and apply its records."""
        self.rows, self.readings = rows, Readings(before)
        self.marks = [Mark(0, signals, self.readings.lengths)]
        self.set(self.setting)

    @property
    def horizon(self) -> int | None:
        """The oldest moment still kept record by record; None when all of the stay is."""
        if self.older is not None:
            return self.older.begins[0] if self.older.any_seen else None
        any_seen = self.recent_marks[0].signals.any_seen
        return self.recent[0].at if self.recent and any_seen else None


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


def _has_pressure(row: VitalsRow, mean: bool) -> bool:
    """Return whether a record charts a systolic pressure; `mean`: or a mean one.

    Beside a systolic pressure of the same moment no mean stands in, so none comes after it.
    """
    return row.sbp is not None or (mean and row.mbp is not None)


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
