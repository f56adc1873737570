"""Decide the rows of Table 3 on sustained vital signs: sinus tachycardia, hypotension against the Table 2
target, oxygen requirement (criteria.md sections 3 and 5).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.truth.runs import Flags, SustainedTruth, TruthLatch
from simulators.truth.view import CLEAR, States, TruthView, Values, graded, mirrored, thrice

HEART_SPAN_MIN = 30
FEVER = 38.0


class SinusTachycardia:
    """Over 130 is absolute only while neither hypotension nor fever nor dopamine could be its cause; over 120
    is relative.
    """

    def __init__(self, columns: int) -> None:
        self.reached_120, self.below_115, self.over_130, self.below_125 = (
            SustainedTruth(columns, HEART_SPAN_MIN) for _ in range(4)
        )
        self.fast, self.very_fast = TruthLatch(columns), TruthLatch(columns)

    def __call__(self, view: TruthView, hypotension: States) -> States:
        rate = view.value("heart-rate")
        fast = self.fast(self.reached_120(rate >= 120), self.below_115(rate < 115))
        very_fast = self.very_fast(self.over_130(rate > 130), self.below_125(rate < 125))
        correctable = (
            mirrored(hypotension > CLEAR)
            | (view.value("temperature") >= FEVER)
            | (view.given("dopamine") > 0)
        )
        return graded(fast | very_fast, very_fast & ~correctable)


PRESSURE_SPAN_MIN = 5
DEEP, RECOVERED = 10.0, 5.0


def target(baseline: NDArray[np.float64]) -> Values:
    """Return the systolic pressure to stay above, by the patient's own (Table 2)."""
    return np.select([baseline < 100, baseline <= 120], [80.0, 85.0], 90.0)


class Hypotension:
    """`relative` on 5 min at or below target, `absolute` at once at 10 below it; each clears after 5 min
    above its own limit.

    The target is that of the baseline as it is charted, in whole mm Hg.
    """

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.target = thrice(target(np.round(baseline)))
        columns = len(self.target)
        self.low, self.lifted, self.recovered = (SustainedTruth(columns, PRESSURE_SPAN_MIN) for _ in range(3))
        self.hypotensive, self.deep = TruthLatch(columns), TruthLatch(columns)

    def __call__(self, view: TruthView) -> States:
        pressure = view.value("systolic-bp")
        plunged = pressure <= self.target - DEEP
        deep = self.deep(plunged, self.lifted(~plunged))
        low = self.low(pressure <= self.target) | plunged
        return graded(self.hypotensive(low, self.recovered(pressure > self.target + RECOVERED)), deep)


ROOM_AIR, CANNULA, MASK, VENTILATOR = range(4)
OXYGEN_SPAN_MIN = 5
ENOUGH, AIR = 95.0, 21.0


class OxygenRequirement:
    """By the device and its flow, or SpO2 below 95 % for 5 min on 4 L/min or more until it has been 95 % for
    5 min.
    """

    def __init__(self, columns: int) -> None:
        self.short, self.enough, self.unmet = (
            SustainedTruth(columns, OXYGEN_SPAN_MIN),
            SustainedTruth(columns, OXYGEN_SPAN_MIN),
            TruthLatch(columns),
        )

    def __call__(self, view: TruthView) -> States:
        saturation, flow = view.value("spo2"), view.given("o2-flow")
        unmet = self.unmet(self.short((saturation < ENOUGH) & (flow >= 4)), self.enough(saturation >= ENOUGH))
        relative, absolute = by_device(view)
        return graded(relative, absolute | unmet)


def by_device(view: TruthView) -> tuple[Flags, Flags]:
    """Return the flags relative and absolute by the oxygen device.

    Relative: cannula at 3 to 4 L/min, mask below 40 %.

    Absolute: more than that, a mask of unknown FiO2, or the ventilator.
    """
    device, flow, fraction = view.given("o2-device"), view.given("o2-flow"), view.given("fio2")
    cannula, mask = device == CANNULA, device == MASK
    light = (fraction > AIR) & (fraction < 40)
    absolute = (device == VENTILATOR) | (cannula & (flow > 4)) | (mask & ~light)
    return (cannula & (flow >= 3)) | mask, absolute
