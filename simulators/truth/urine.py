"""The urine rows of Table 3: the last hour, and the last completed shift. Source: criteria.md section 3, `urine`."""

from __future__ import annotations

import numpy as np

from simulators.truth.shifts import SHIFT_MIN, Shifts
from simulators.truth.view import States, Values, View, graded

HOUR_MIN = 60
COVERED_MIN = SHIFT_MIN - 60


class UrineHour:
    """Relative at 10 to 20 mL over the last 60 min, absolute below 10; clear until an hour has been lived."""

    def __init__(self, columns: int) -> None:
        self.before = np.full((HOUR_MIN, columns), np.nan)

    def __call__(self, view: View) -> States:
        rates = np.concatenate((self.before, view.value("urine-rate")))
        self.before = rates[-HOUR_MIN:]
        volume = np.round(trailing_sum(rates, HOUR_MIN) / HOUR_MIN, 4)
        return graded(volume <= 20, volume < 10)


def trailing_sum(values: Values, width: int) -> Values:
    """The sum of the `width` rows that end with each row, for the rows after the first `width`; not a number while one of them is."""
    sums = np.cumsum(np.concatenate((np.zeros((1, values.shape[1])), np.nan_to_num(values))), axis=0)
    unknown = np.cumsum(np.concatenate((np.zeros((1, values.shape[1])), np.isnan(values))), axis=0)
    window = slice(1, len(values) - width + 1), slice(width + 1, None)
    known: Values = np.where(unknown[window[1]] > unknown[window[0]], np.nan, sums[window[1]] - sums[window[0]])
    return known


class UrineShift:
    """Relative when the last completed shift gave 80 to 160 mL, absolute below 80; clear when it was not lived but for an hour."""

    def __init__(self, columns: int) -> None:
        self.shifts = Shifts(columns)
        self.last = np.full(columns, np.nan)

    def __call__(self, view: View) -> States:
        volume = np.empty((len(view.minute), len(self.last)))
        for stretch in self.shifts(view, view.value("urine-rate")):
            volume[stretch.rows] = self.last
            if stretch.ended:
                self.last = stretch.running[-1] if stretch.minutes >= COVERED_MIN else np.full_like(self.last, np.nan)
                volume[stretch.rows.stop - 1] = self.last
        return graded(volume <= 160, volume < 80)
