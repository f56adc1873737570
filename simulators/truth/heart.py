"""The sinus tachycardia row of Table 3. Source: criteria.md section 3, `sinus-tachycardia`."""

from __future__ import annotations

from simulators.truth.runs import Latch, Sustained
from simulators.truth.view import CLEAR, States, View, graded, mirrored

SPAN_MIN = 30
FEVER = 38.0


class SinusTachycardia:
    """Over 130 is absolute only while neither hypotension nor fever nor dopamine could be its cause; over 120 is relative."""

    def __init__(self, columns: int) -> None:
        self.reached_120, self.below_115, self.over_130, self.below_125 = (Sustained(columns, SPAN_MIN) for _ in range(4))
        self.fast, self.very_fast = Latch(columns), Latch(columns)

    def __call__(self, view: View, hypotension: States) -> States:
        rate = view.value("heart-rate")
        fast = self.fast(self.reached_120(rate >= 120), self.below_115(rate < 115))
        very_fast = self.very_fast(self.over_130(rate > 130), self.below_125(rate < 125))
        correctable = mirrored(hypotension > CLEAR) | (view.value("temperature") >= FEVER) | (view.given("dopamine") > 0)
        return graded(fast | very_fast, very_fast & ~correctable)
