"""Track one vital sign in the order of `at`: its latest reading, and the conditions that hold after it.

Source: criteria.md sections 3.1, 5 and 7.2.

A reading that was already stale when it became known, or lies too far behind the clock, neither trips nor
clears: it may be the latest, and no more (criteria.md section 1).
"""

from copy import copy
from typing import Self

import msgspec

from rules.chart.course import Mode
from rules.chart.held import HeldCondition, Latch
from rules.chart.oxygen import HIGH, HIGH_CHARTED, VitalsRow
from rules.chart.readings import History, Reading, is_confirmed, opposite, run_start
from rules.guideline.declarations import ExcusedRateRow, Limit, OxygenRow, Sustained
from rules.guideline.pressure_targets import MeanLimits
from rules.guideline.vital_signs import VitalSigns


class Setting(msgspec.Struct, frozen=True):
    """The numbers the series need, from the guideline and the patient's baseline.

    `target`: target systolic pressure, mm[Hg]; `joins_ward`, `joins_intensive`: the grace by which readings
    are neighbours; `longest`: the longest run that a condition asks for; `low`, `severe_saturation`,
    `extreme_saturation`: the limits of the patient's SpO2.
    """

    ward: int
    intensive: int
    joins_ward: int
    joins_intensive: int
    stale_ward: int
    stale_intensive: int
    late: int
    signs: VitalSigns
    heart: ExcusedRateRow
    oxygen: OxygenRow
    target: float
    pressure: Sustained
    severe_pressure: Limit
    mean: MeanLimits
    low: Sustained
    severe_saturation: Limit
    extreme_saturation: Limit
    warm: float
    fever: Limit
    fever_lasts: int
    longest: int
    held: tuple[HeldCondition, ...] = ()


def turned(on: bool, history: History, start: int) -> Latch:
    """Return a condition that changed at the last reading, by the run from index `start` on."""
    run = history[start:]
    return Latch(on, run[-1].at, run[0].at, tuple(reading.reference for reading in run))


def advanced(latch: Latch, condition: Sustained, history: History, signs: VitalSigns) -> Latch:
    """Return a sustained condition after the last reading: it trips, clears, or stays as it is."""
    value = history[-1].value
    if not latch.on:
        if not condition.trip.met(value):
            return latch
        start = run_start(history, condition.trip, condition.span, signs.share)
        return latch if start is None else turned(True, history, start)
    return cleared(latch, condition, history, signs)


def cleared(latch: Latch, condition: Sustained, history: History, signs: VitalSigns) -> Latch:
    """Return a condition that holds after the last reading.

    It clears when its clearing limit is sustained, or when the tripping one is long not met: a patient who
    stays just on the safe side of the limit recovers.
    """
    if condition.trip.met(history[-1].value):
        return latch
    start = run_start(history, condition.clear, condition.span, signs.share)
    if start is None:
        start = run_start(history, opposite(condition.trip), signs.recovers, signs.share)
    return latch if start is None else turned(False, history, start)


def is_late(at: int, first: int, mode: Mode, setting: Setting) -> bool:
    """Return whether a reading was stale when it became known, or too far behind the clock to count."""
    if first - at < setting.stale_intensive:
        return False
    limit = mode.limit(at, first, setting.stale_ward, setting.stale_intensive)
    return first >= limit or first - at > setting.late


class Series(msgspec.Struct, array_like=True):
    """The state of one vital sign after the readings so far.

    `last`: the latest reading by `at`; `latest_counted`: the latest one that counts.
    """

    last: Reading | None = None
    latest_counted: Reading | None = None

    def add(self, reading: Reading, history: History, mode: Mode, setting: Setting) -> bool:
        """Apply the next reading, and return whether a decision may change by it."""
        before, counted, at = self.last, self.latest_counted, reading.at
        if before is not None and at < before.at:
            return False
        self.last = reading
        if reading.first - at >= setting.stale_intensive and is_late(at, reading.first, mode, setting):
            reading.asks = self.asks(reading, setting)
            return before is None or reading.asks != before.asks
        if counted is not None and at <= counted.joins:
            reading.begins = counted.begins
            if counted.at > at - setting.signs.confirms:
                reading.close = True
        else:
            reading.begins = at
        history.recent.append(reading)
        self.latest_counted = reading
        if self.judge(reading, history, setting):
            reading.asks = self.asks(reading, setting)
        if before is None or counted is None or reading.on != counted.on:
            return True
        # The latest may have been charted too late to count: then what counted before it still asks.
        return reading.asks != before.asks or reading.asks != counted.asks or reading.asks == EXTREME

    def judge(self, reading: Reading, history: History, setting: Setting) -> bool:
        """Step the conditions by the last reading, and set the flags of those that hold.

        Returns whether any holds or may come to hold: else the reading asks nothing.
        """
        raise TypeError("a Series is judged by its kind")

    def asks(self, reading: Reading, setting: Setting) -> int:
        """Return what a reading asks of decisions: as long as that stays so, they stay as they are."""
        raise TypeError("a Series is judged by its kind")

    def copy(self) -> Self:
        """Return a copy that can change on its own."""
        return copy(self)


NOTHING, PAST, TRIPPED, EXTREME = range(4)
"""What a reading asks: nothing; past a limit that is not tripped, to be repeated; nothing, for that is
tripped; past an extreme limit, and what it trips must be judged with each."""

FAST, VERY_FAST, UNEXCUSED, SLOW = 1, 2, 4, 8


class HeartRate(Series, array_like=True):
    """The heart rate: over 120, over 130, past what nothing excuses (Table 3, cardiac, row 1); and slow."""

    fast: Latch = Latch()
    very_fast: Latch = Latch()
    unexcused: Latch = Latch()
    slow: Latch = Latch()

    def judge(self, reading: Reading, history: History, setting: Setting) -> bool:
        heart, signs = setting.heart, setting.signs
        usual = signs.slow.trip.value <= reading.value < heart.relative.trip.value
        if usual and not (self.fast.on or self.very_fast.on or self.unexcused.on or self.slow.on):
            return False
        self.fast = advanced(self.fast, heart.relative, history, signs)
        self.very_fast = advanced(self.very_fast, heart.absolute, history, signs)
        self.unexcused = advanced(self.unexcused, heart.unexcused, history, signs)
        self.slow = advanced(self.slow, signs.slow, history, signs)
        reading.on = (
            FAST * self.fast.on
            | VERY_FAST * self.very_fast.on
            | UNEXCUSED * self.unexcused.on
            | SLOW * self.slow.on
        )
        return True

    def asks(self, reading: Reading, setting: Setting) -> int:
        signs, value = setting.signs, reading.value
        if signs.extreme_slow.value <= value < setting.heart.relative.trip.value:
            return NOTHING
        if signs.extreme_fast.met(value) or signs.extreme_slow.met(value):
            return EXTREME
        return TRIPPED if reading.on & FAST else PAST


LOW, SEVERE = 1, 2


class Systolic(Series, array_like=True):
    """The systolic pressure: at or below target, and at or below target - 10.

    A confirmed severe reading is below target too (section 5). `systolic_at`: of the latest systolic one: a
    mean pressure stands in only where none is near.
    """

    low: Latch = Latch()
    severe: Latch = Latch()
    systolic_at: int | None = None

    def judge(self, reading: Reading, history: History, setting: Setting) -> bool:
        if reading.value > setting.target and not self.low.on:
            return False
        self._severe(history, setting)
        self._low(history, setting)
        reading.on = LOW * self.low.on | SEVERE * self.severe.on
        return True

    def _severe(self, history: History, setting: Setting) -> None:
        limit = setting.severe_pressure
        if not self.severe.on:
            if is_confirmed(history, limit):
                self.severe = confirmed(history)
                self.low = self.low if self.low.on else self.severe
        elif not limit.met(history[-1].value):
            span, share = setting.pressure.span, setting.signs.share
            start = run_start(history, opposite(limit), span, share)
            if start is not None:
                self.severe = turned(False, history, start)

    def _low(self, history: History, setting: Setting) -> None:
        self.low = advanced(self.low, setting.pressure, history, setting.signs)
        if not self.low.on and self.severe.on:
            self.severe = self.low

    def asks(self, reading: Reading, setting: Setting) -> int:
        if reading.value > setting.target:
            return NOTHING
        if setting.severe_pressure.met(reading.value) and not reading.on & SEVERE:
            return EXTREME
        return TRIPPED if reading.on & LOW else PAST


def confirmed(history: History) -> Latch:
    """Return a condition that trips at the last reading, confirmed: by itself, or by the one before."""
    return turned(True, history, len(history) - (2 if history[-1].close else 1))


BELOW, BELOW_HIGH, BELOW_CHARTED, BELOW_SEVERE = 1, 2, 4, 8


class Saturation(Series, array_like=True):
    """The SpO2: below the patient's limit, so with high oxygen at each low reading of the run, and severe.

    `on_high`: with high oxygen in force, assumed or by the device; `on_charted`: with 4 L/min or a FiO2 that
    is charted (the stop rule). Both hold as long as `low` does.
    """

    low: Latch = Latch()
    on_high: Latch = Latch()
    on_charted: Latch = Latch()
    severe: Latch = Latch()

    def judge(self, reading: Reading, history: History, setting: Setting) -> bool:
        if reading.value >= setting.low.trip.value and not (self.low.on or self.severe.on):
            return False
        self._severe(history, setting)
        self._low(history, setting)
        reading.on = (
            BELOW * self.low.on
            | BELOW_HIGH * self.on_high.on
            | BELOW_CHARTED * self.on_charted.on
            | BELOW_SEVERE * self.severe.on
        )
        return True

    def _severe(self, history: History, setting: Setting) -> None:
        limit = setting.severe_saturation
        if not self.severe.on:
            if is_confirmed(history, limit):
                self.severe = confirmed(history)
            return
        start = run_start(history, opposite(limit), setting.low.span, setting.signs.share)
        if start is not None:
            self.severe = turned(False, history, start)

    def _low(self, history: History, setting: Setting) -> None:
        self.low = advanced(self.low, setting.low, history, setting.signs)
        if not self.low.on:
            self.on_high = self.low if self.on_high.on else self.on_high
            self.on_charted = self.low if self.on_charted.on else self.on_charted
        elif history[-1].oxygen & HIGH and not (self.on_high.on and self.on_charted.on):
            self._with_oxygen(history, setting)

    def _with_oxygen(self, history: History, setting: Setting) -> None:
        below = setting.low.trip.met
        start = run_start(history, setting.low.trip, setting.low.span, setting.signs.share)
        if start is None:
            return
        oxygen = HIGH | HIGH_CHARTED
        for reading in history[start:]:
            if below(reading.value):
                oxygen &= reading.oxygen
        if oxygen & HIGH and not self.on_high.on:
            self.on_high = turned(True, history, start)
        if oxygen & HIGH_CHARTED and not self.on_charted.on:
            self.on_charted = turned(True, history, start)

    def asks(self, reading: Reading, setting: Setting) -> int:
        if reading.value >= setting.low.trip.value:
            return NOTHING
        if setting.extreme_saturation.met(reading.value) and not reading.on & BELOW_SEVERE:
            return EXTREME
        return TRIPPED if reading.on & BELOW else PAST


class Breathing(Series, array_like=True):
    """The respiratory rate: fast in two readings some time apart, none slower between (section 7.2)."""

    fast: Latch = Latch()
    run: Reading | None = None

    def add(self, reading: Reading, history: History, mode: Mode, setting: Setting) -> bool:
        """Apply the next reading; one at rest, of which nothing is asked, is the latest and no more."""
        before, fast = self.last, setting.signs.breathing.trip
        quiet = self.run is None and not self.fast.on and not fast.met(reading.value)
        if quiet and before is not None and reading.at >= before.at:
            self.last = reading
            return False
        return super().add(reading, history, mode, setting)

    def judge(self, reading: Reading, history: History, setting: Setting) -> bool:
        condition = setting.signs.breathing
        if not condition.trip.met(reading.value):
            self.run = None
            if self.fast.on and condition.clear.met(reading.value):
                self.fast = Latch(False, reading.at, reading.at, (reading.reference,))
        else:
            self.run = self.run or reading
            if not self.fast.on and reading.at - self.run.at >= condition.span:
                self.fast = Latch(True, reading.at, self.run.at, (self.run.reference, reading.reference))
        reading.on = FAST * self.fast.on
        return self.fast.on

    def asks(self, reading: Reading, setting: Setting) -> int:
        return NOTHING


class Temperature(msgspec.Struct, array_like=True):
    """The temperature. `feverish`: `at` of the first reading of the unbroken run of fever."""

    last: Reading | None = None
    feverish: int | None = None

    def add(self, row: VitalsRow, value: float, history: History, setting: Setting) -> bool:
        """Apply the next reading, and return whether it, or the one it follows, is warm enough to matter."""
        before = self.last
        if before is not None and row.at < before.at:
            return False
        self.last = Reading(row.at, value, row.id, row.offset, row.first)
        history.append(self.last)
        if not setting.fever.met(value):
            self.feverish = None
        elif self.feverish is None or before is None or row.at - before.at > setting.fever_lasts:
            self.feverish = row.at
        return before is None or value >= setting.warm or before.value >= setting.warm
