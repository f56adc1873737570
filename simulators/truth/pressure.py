"""Hypotension against the Table 2 target. Source: criteria.md section 5."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.truth.runs import Latch, Sustained
from simulators.truth.view import States, Values, View, graded, thrice

SPAN_MIN = 5
DEEP, RECOVERED = 10.0, 5.0


def target(baseline: NDArray[np.float64]) -> Values:
    """The systolic pressure to stay above, by the patient's own (Table 2)."""
    return np.select([baseline < 100, baseline <= 120], [80.0, 85.0], 90.0)


class Hypotension:
    """`relative` on 5 min at or below target, `absolute` at once at 10 below it; each clears after 5 min above its own line.

    The target is that of the baseline as it is charted, in whole mm Hg.
    """

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.target = thrice(target(np.round(baseline)))
        columns = len(self.target)
        self.low, self.lifted, self.recovered = (Sustained(columns, SPAN_MIN) for _ in range(3))
        self.hypotensive, self.deep = Latch(columns), Latch(columns)

    def __call__(self, view: View) -> States:
        pressure = view.value("systolic-bp")
        plunged = pressure <= self.target - DEEP
        deep = self.deep(plunged, self.lifted(~plunged))
        low = self.low(pressure <= self.target) | plunged
        return graded(self.hypotensive(low, self.recovered(pressure > self.target + RECOVERED)), deep)
