"""Decide the rows of Table 3 that one value or rate decides, without hysteresis: labs, weight, phenylephrine
(criteria.md section 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.charting.laboratory import LIMITS
from simulators.truth.view import States, TruthView, Values, graded, thrice

ENZYMES = ("ck-mb", "troponin-t")


def bilirubin(view: TruthView) -> States:
    """Return relative above 7 mg/dL."""
    value = view.value("bilirubin")
    return graded(value > 7, value > float("inf"))


def platelets(view: TruthView) -> States:
    """Return relative from 50 down to 30 x10^3/uL, absolute below 30."""
    value = view.value("platelets")
    return graded(value <= 50, value < 30)


def creatinine(view: TruthView) -> States:
    """Return relative from 2.5 mg/dL, absolute from 3.0."""
    value = view.value("creatinine")
    return graded(value >= 2.5, value >= 3)


def cardiac_enzymes(view: TruthView) -> States:
    """Return absolute with CK-MB or troponin above the laboratory's upper limit."""
    raised = np.logical_or.reduce([view.value(code) > upper_limit(code) for code in ENZYMES])
    return graded(raised, raised)


def upper_limit(code: str) -> float:
    """Return the laboratory's upper limit; infinity when it has none."""
    limit = LIMITS[code][1]
    return float("inf") if limit is None else limit


GAIN = 0.15


class WeightGain:
    """Relative at more than 15 % over the baseline as it is charted, to 0.1 kg."""

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.baseline = thrice(np.round(baseline, 1))

    def __call__(self, view: TruthView) -> States:
        gained = np.round(view.value("weight") / self.baseline - 1, 4) > GAIN
        return graded(gained, np.zeros_like(gained))


DUE_MIN, AROUND_MIN = 480, 30


class PhenylephrineMaximum:
    """The highest rate since the last dose (before the first: since cycle start): relative from 1.0
    ug/kg/min, absolute from 1.5.
    """

    def __init__(self, columns: int) -> None:
        self.highest = np.zeros(columns)

    def __call__(self, view: TruthView) -> States:
        rate = np.where(view.dosing, view.given("phenylephrine"), 0.0)
        highest = np.empty_like(rate)
        for row, (now, dosed) in enumerate(zip(rate, view.dosed, strict=True)):
            highest[row] = self.highest = np.where(dosed, now, np.maximum(self.highest, now))
        highest = np.where(view.dosing, highest, 0.0)
        return graded(highest >= 1.0, highest >= 1.5)


class PhenylephrineMinimum:
    """From 8 h after a dose until the next, the lowest rate of the last 30 min: relative above 0.5 ug/kg/min,
    absolute above 0.8.
    """

    def __init__(self, columns: int) -> None:
        self.before = np.zeros((AROUND_MIN - 1, columns))

    def __call__(self, view: TruthView) -> States:
        rates = np.concatenate((self.before, view.given("phenylephrine")))
        self.before = rates[-(AROUND_MIN - 1) :]
        lowest = trailing_least(rates, AROUND_MIN)
        judged = view.dosing & np.isfinite(view.since_dose) & (view.since_dose >= DUE_MIN)
        return graded(judged & (lowest > 0.5), judged & (lowest > 0.8))


def trailing_least(values: Values, width: int) -> Values:
    """Return the least of the `width` rows that end with each row, for the rows from the `width`th on."""
    windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=0)
    least: Values = windows.min(axis=-1)
    return least
