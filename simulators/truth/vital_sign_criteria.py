"""Decide the rows of Table 3 on sustained vital signs: sinus tachycardia, hypotension against the Table 2
target, oxygen requirement (criteria.md sections 3.1 and 5).

A true value is no artefact: what is *confirmed* for a reading holds for it at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.truth.runs import NONE, Flags, SustainedLatch, SustainedTruth, TruthLatch
from simulators.truth.view import CLEAR, States, TruthView, Values, graded, mirrored, thrice

HEART_SPAN_MIN = 30
FEVER, UNEXCUSED = 38.0, 150.0


class SinusTachycardia:
    """Over 120 is relative. Over 130 is absolute, unless hypotension, fever or dopamine could be its cause:
    then it is relative. Nothing excuses a rate over 150, nor any over 130 while a dose is due.
    """

    def __init__(self, columns: int) -> None:
        self.fast, self.very_fast, self.racing = (SustainedLatch(columns, HEART_SPAN_MIN) for _ in range(3))

    def __call__(self, view: TruthView, hypotension: States) -> States:
        rate = np.round(view.value("heart-rate"), 4)
        fast = self.fast(rate >= 120, rate < 115)
        very_fast = self.very_fast(rate > 130, rate < 125)
        racing = self.racing(rate > UNEXCUSED, rate <= UNEXCUSED)
        correctable = (
            mirrored(hypotension > CLEAR)
            | (view.value("temperature") >= FEVER)
            | (view.given("dopamine") > 0)
        )
        excused = correctable & ~view.due
        return graded(fast | very_fast | racing, racing | (very_fast & ~excused))


PRESSURE_SPAN_MIN = 5
DEEP, RECOVERED = 10.0, 5.0


def target(baseline: NDArray[np.float64]) -> Values:
    """Return the systolic pressure to stay above, by the patient's own (Table 2)."""
    return np.select([baseline < 100, baseline <= 120], [80.0, 85.0], 90.0)


class Hypotension:
    """`relative` when at or below target over 5 min, until 5 above it over 5 min or above it over 2 h since
    it opened or became absolute; `absolute` at once at 10 below it, until above that over 5 min.

    The target is that of the baseline as it is charted, in whole mm Hg.
    """

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.target = thrice(target(np.round(baseline)))
        columns = len(self.target)
        self.low, self.deep = SustainedLatch(columns, PRESSURE_SPAN_MIN), TruthLatch(columns)
        self.lifted = SustainedTruth(columns, PRESSURE_SPAN_MIN)
        self.was_deep = np.zeros(columns, dtype=np.bool_)

    def __call__(self, view: TruthView) -> States:
        pressure = np.round(view.value("systolic-bp"), 4)
        plunged = pressure <= self.target - DEEP
        deep = self.deep(plunged, self.lifted(~plunged))
        moved = deep & ~np.concatenate((self.was_deep[None], deep[:-1]))
        self.was_deep = deep[-1]
        low = self.low(pressure <= self.target, pressure > self.target + RECOVERED, plunged, moved)
        return graded(low, deep & low)


ROOM_AIR, CANNULA, MASK, VENTILATOR = range(4)
OXYGEN_SPAN_MIN = 5
USUAL, SEVERE, AIR = 95.0, 90.0, 21.0
NORMAL, BELOW_OWN = 97.0, 2.0
"""A baseline below `NORMAL` makes the patient's limit lower: the baseline less `BELOW_OWN`."""


def saturation_limit(baseline: NDArray[np.float64]) -> Values:
    """Return the saturation to keep, by the patient's own."""
    return np.where(baseline < NORMAL, baseline - BELOW_OWN, USUAL)


class OxygenRequirement:
    """The worse of what the device says and what the saturation does: below the patient's limit over 5 min is
    relative, on high oxygen all the while absolute, until at or above it over 5 min; below 90 % is absolute
    at once, until at or above it over 5 min.

    The limits are those of the baseline as it is charted, in whole per cent.
    """

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.limit = thrice(saturation_limit(np.round(baseline)))
        columns = len(self.limit)
        self.low, self.short = (
            SustainedLatch(columns, OXYGEN_SPAN_MIN),
            SustainedTruth(columns, OXYGEN_SPAN_MIN),
        )
        self.with_less = np.full(columns, NONE, dtype=np.int64)
        self.unmet, self.severe = TruthLatch(columns), TruthLatch(columns)
        self.breathes = SustainedTruth(columns, OXYGEN_SPAN_MIN)

    def __call__(self, view: TruthView) -> States:
        saturation = np.round(view.value("spo2"), 4)
        below, critical = saturation < self.limit, saturation < SEVERE + self.limit - USUAL
        low = self.low(below, ~below)
        unmet = self.unmet(self.on_high(below, high_oxygen(view)) & low, ~low)
        severe = self.severe(critical, self.breathes(~critical))
        relative, absolute = by_device(view)
        return graded(relative | low, absolute | unmet | severe)

    def on_high(self, below: Flags, high: Flags) -> Flags:
        """Return where a run below the limit ends in which every minute below it had high oxygen."""
        rows = self.short.row + np.arange(len(below))[:, None]
        begin = self.short.run(below)
        less = np.maximum.accumulate(np.where(below & ~high, rows, self.with_less), axis=0)
        self.with_less = less[-1]
        found: Flags = (begin > NONE) & (less < begin)
        return found


def high_oxygen(view: TruthView) -> Flags:
    """Return who has 4 L/min or more, 40 % or more (assumed of a mask with none set), or the ventilator."""
    device, flow = view.given("o2-device"), view.given("o2-flow")
    high: Flags = (device == VENTILATOR) | (flow >= 4) | ((device == MASK) & ~light_mask(view))
    return high


def by_device(view: TruthView) -> tuple[Flags, Flags]:
    """Return the flags relative and absolute by the oxygen device.

    Relative: cannula at 3 to 4 L/min, mask below 40 %.

    Absolute: more than that, a mask of unknown FiO2, or the ventilator.
    """
    device, flow = view.given("o2-device"), view.given("o2-flow")
    cannula, mask = device == CANNULA, device == MASK
    absolute = (device == VENTILATOR) | (cannula & (flow > 4)) | (mask & ~light_mask(view))
    return (cannula & (flow >= 3)) | mask, absolute


def light_mask(view: TruthView) -> Flags:
    """Return where a FiO2 is set that is above air and below 40 %."""
    fraction: Values = view.given("fio2")
    return (fraction > AIR) & (fraction < 40)
