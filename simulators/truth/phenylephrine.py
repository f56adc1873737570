"""The hemodynamic rows of Table 3. Source: criteria.md section 3, `phenylephrine-maximum` and `phenylephrine-minimum`."""

from __future__ import annotations

import numpy as np

from simulators.truth.view import States, Values, View, graded

DUE_MIN, AROUND_MIN = 480, 30


class PhenylephrineMaximum:
    """The highest rate since the last dose (before the first: since cycle start): relative from 1.0 ug/kg/min, absolute from 1.5."""

    def __init__(self, columns: int) -> None:
        self.highest = np.zeros(columns)

    def __call__(self, view: View) -> States:
        rate = np.where(view.dosing, view.given("phenylephrine"), 0.0)
        highest = np.empty_like(rate)
        for row, (now, dosed) in enumerate(zip(rate, view.dosed, strict=True)):
            highest[row] = self.highest = np.where(dosed, now, np.maximum(self.highest, now))
        highest = np.where(view.dosing, highest, 0.0)
        return graded(highest >= 1.0, highest >= 1.5)


class PhenylephrineMinimum:
    """From 8 h after a dose until the next: the lowest rate of the last 30 min; relative above 0.5 ug/kg/min, absolute above 0.8."""

    def __init__(self, columns: int) -> None:
        self.before = np.zeros((AROUND_MIN - 1, columns))

    def __call__(self, view: View) -> States:
        rates = np.concatenate((self.before, view.given("phenylephrine")))
        self.before = rates[-(AROUND_MIN - 1) :]
        lowest = trailing_least(rates, AROUND_MIN)
        judged = view.dosing & np.isfinite(view.since_dose) & (view.since_dose >= DUE_MIN)
        return graded(judged & (lowest > 0.5), judged & (lowest > 0.8))


def trailing_least(values: Values, width: int) -> Values:
    """The least of the `width` rows that end with each row, for the rows from the `width`th on."""
    windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=0)
    least: Values = windows.min(axis=-1)
    return least
