"""Track one vital sign in the order of `at`: its latest reading and its latches with hysteresis.

For temperature also the highest of the last day (criteria.md sections 3 and 7).

A reading that was already stale when it became known neither trips nor clears: it is `deferred` until a later
reading that was fresh when known shows that the signal is seen again; then it counts as history (criteria.md
section 1).
"""

from copy import copy
from typing import ClassVar, Self

import msgspec

from rules.chart.course import Mode
from rules.chart.oxygen import VitalsRow
from rules.guideline.declarations import ExcusedRateRow, Limit, OxygenRow, Sustained
from rules.wire.events import Reference
from rules.wire.instants import DAY


class Latch(msgspec.Struct, array_like=True):
    """A condition with hysteresis.

    `run` and `seen` hold the candidate run for the next change; `evidence` the run that made the last one.
    """

    on: bool = False
    changed: int | None = None
    run: int | None = None
    seen: tuple[Reference, ...] = ()
    evidence: tuple[Reference, ...] = ()

    def step(self, at: int, advances: bool, joined: bool, span: int, reference: Reference) -> bool:
        """Apply one reading, and return whether the latch changed.

        `advances`: it meets the condition for the next change (to trip when off, to clear when on); `joined`:
        it is no further from the reading before than the interval in force there.
        """
        if not advances:
            if self.run is not None:
                self.run, self.seen = None, ()
            return False
        if self.run is None or not joined:
            self.run, self.seen = at, (reference,)
        else:
            self.seen = (*self.seen, reference)
        if at - self.run < span:
            return False
        self.on, self.changed, self.evidence = not self.on, at, self.seen
        self.run, self.seen = None, ()
        return True


class Setting(msgspec.Struct, frozen=True):
    """The numbers the series need, from the guideline and the patient's target pressure (mm[Hg])."""

    ward: int
    intensive: int
    late: int
    heart: ExcusedRateRow
    oxygen: OxygenRow
    pressure_span: int
    target: float
    severe: float
    recovered: float
    warm: float
    fever: Limit
    fever_lasts: int
    stale_ward: int
    stale_intensive: int


class Series(msgspec.Struct, array_like=True):
    """The state of one vital sign after the readings so far.

    `last`: the latest reading by `at`; `latest_counted`: the latest one that counts; `joins_until`: up to
    when the next one is its neighbour; `deferred`: readings that were stale when they became known, with the
    flow in force.
    """

    last: VitalsRow | None = None
    latest_counted: VitalsRow | None = None
    joins_until: int = -1
    deferred: tuple[tuple[VitalsRow, float | None], ...] = ()
    a: Latch = msgspec.field(default_factory=Latch)
    b: Latch = msgspec.field(default_factory=Latch)

    column: ClassVar[str]

    def add(self, row: VitalsRow, value: float, flow: float | None, mode: Mode, setting: Setting) -> bool:
        """Apply the next reading, and return whether a decision may change by it."""
        behind = row.first - row.at
        before = self.last
        if before is not None and row.at < before.at:
            return False
        self.last = row
        if behind > setting.stale_intensive:
            if behind > setting.late:
                return before is None or self.differs(before, value, setting)
            if row.first > mode.limit(row.at, row.first, setting.stale_ward, setting.stale_intensive):
                self.deferred = (*self.deferred, (row, flow))
                return True
        changed = before is None or self.differs(before, value, setting)
        if self.deferred:
            changed = self._catch_up(mode, setting) or changed
        return self._step(row, value, flow, mode, setting) or changed

    def _catch_up(self, mode: Mode, setting: Setting) -> bool:
        deferred, self.deferred = self.deferred, ()
        for row, flow in deferred:
            self._step(row, getattr(row, self.column), flow, mode, setting)
        return True

    def _step(self, row: VitalsRow, value: float, flow: float | None, mode: Mode, setting: Setting) -> bool:
        at = row.at
        joined = at <= self.joins_until
        self.latest_counted = row
        self.joins_until = at + mode.interval(at, setting.ward, setting.intensive)
        return self.judge(at, value, flow, joined, setting, (row.id, row.offset))

    def judge(
        self,
        at: int,
        value: float,
        flow: float | None,
        joined: bool,
        setting: Setting,
        reference: tuple[str, int],
    ) -> bool:
        """Step the latches of this vital sign by one reading, and return whether one of them changed."""
        raise TypeError("a Series is judged by its kind")

    def differs(self, before: VitalsRow, value: float, setting: Setting) -> bool:
        """Return whether the latest value matters by itself and has crossed a limit."""
        return False

    def copy(self) -> Self:
        """Return a copy that can change on its own."""
        result = copy(self)
        result.a, result.b = copy(self.a), copy(self.b)
        return result


def advance(
    latch: Latch, condition: Sustained, at: int, value: float, joined: bool, reference: tuple[str, int]
) -> bool:
    """Step a latch by a sustained condition, and return whether it changed."""
    end = condition.clear if latch.on else condition.trip
    return latch.step(at, end.met(value), joined, condition.span, reference)


class HeartRate(Series, array_like=True):
    """The heart rate. Latch `a`: over 120, latch `b`: over 130 (Table 3, cardiac, row 1)."""

    column: ClassVar[str] = "hr"

    def judge(
        self,
        at: int,
        value: float,
        flow: float | None,
        joined: bool,
        setting: Setting,
        reference: tuple[str, int],
    ) -> bool:
        over = advance(self.a, setting.heart.relative, at, value, joined, reference)
        return advance(self.b, setting.heart.absolute, at, value, joined, reference) or over


class Systolic(Series, array_like=True):
    """The systolic pressure. Latch `a`: at or below target, latch `b`: at or below target - 10.

    `b` trips on a single reading, which trips `a` too (section 5).
    """

    column: ClassVar[str] = "sbp"

    def judge(
        self,
        at: int,
        value: float,
        flow: float | None,
        joined: bool,
        setting: Setting,
        reference: tuple[str, int],
    ) -> bool:
        low, severe = self.a, self.b
        span = setting.pressure_span
        is_severe = value <= setting.severe
        changed = severe.step(
            at, is_severe if not severe.on else not is_severe, joined, span if severe.on else 0, reference
        )
        if low.on:
            return low.step(at, value > setting.recovered, joined, span, reference) or changed
        return low.step(at, value <= setting.target, joined, 0 if is_severe else span, reference) or changed

    def differs(self, before: VitalsRow, value: float, setting: Setting) -> bool:
        assert before.sbp is not None
        return (before.sbp > setting.target) != (value > setting.target)


class Saturation(Series, array_like=True):
    """The SpO2. Latch `a`: low (hypoxemia), latch `b`: low with high flow in force at each reading.

    `b` is of oxygen-requirement.
    """

    column: ClassVar[str] = "spo2"

    def judge(
        self,
        at: int,
        value: float,
        flow: float | None,
        joined: bool,
        setting: Setting,
        reference: tuple[str, int],
    ) -> bool:
        low = setting.oxygen.low
        changed = advance(self.a, low, at, value, joined, reference)
        if self.b.on:
            return advance(self.b, low, at, value, joined, reference) or changed
        high = flow is not None and setting.oxygen.at_flow.met(flow)
        return self.b.step(at, high and low.trip.met(value), joined, low.span, reference) or changed

    def differs(self, before: VitalsRow, value: float, setting: Setting) -> bool:
        trip = setting.oxygen.low.trip
        assert before.spo2 is not None
        return trip.met(before.spo2) != trip.met(value)


TemperatureReading = tuple[int, float, str, int]
"""A reading as (at, Cel, id, offset)."""


class Temperature(msgspec.Struct, array_like=True):
    """The temperature.

    `feverish`: `at` of the first reading of the unbroken run of fever; `peaks`: readings of the last day none
    of which is followed by one as high: enough to know the maximum since any moment.
    """

    last: VitalsRow | None = None
    peaks: tuple[TemperatureReading, ...] = ()
    feverish: int | None = None

    def add(self, row: VitalsRow, value: float, warm: float, fever: Limit, lasts: int) -> bool:
        """Apply the next reading, and return whether it, or the one it follows, is warm enough to matter."""
        before = self.last
        if before is not None and row.at < before.at:
            return False
        oldest = row.at - DAY - DAY // 24
        peaks = self.peaks
        if before is not None and before.temp is not None:
            last = (before.at, before.temp, before.id, before.offset)
            while peaks and (peaks[-1][1] <= last[1]):
                peaks = peaks[:-1]
            peaks = (*peaks, last)
        while peaks and peaks[0][0] < oldest:
            peaks = peaks[1:]
        self.peaks = peaks
        if not fever.met(value):
            self.feverish = None
        elif self.feverish is None or before is None or row.at - before.at > lasts:
            self.feverish = row.at
        self.last = row
        return before is None or before.temp is None or value >= warm or before.temp >= warm

    def highest(self, start: int, end: int) -> TemperatureReading | None:
        """Return the highest reading in (start, end) before the latest one; the latest of equals."""
        within = [peak for peak in self.peaks if start < peak[0] < end]
        return within[0] if within else None
