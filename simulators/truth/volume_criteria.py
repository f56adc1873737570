"""Decide the rows of Table 3 on volumes: stool and urine, by the hour and by nursing shifts (07:00, 15:00 and
23:00, each (start, end]; criteria.md sections 1 and 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from simulators.truth.runs import Flags, TruthLatch
from simulators.truth.view import States, TruthView, Values, graded

SHIFT_MIN, FIRST_MIN = 480, 7 * 60


class ShiftSpan(NamedTuple):
    """Rows of one chunk within one shift: the total of the shift so far at each, and whether the last row
    ends the shift.
    """

    rows: slice
    running: Values
    minutes: int
    ended: bool


class ShiftTotals:
    """The running total of a rate (per hour), added up minute by minute, from 0 with every shift."""

    def __init__(self, columns: int) -> None:
        self.total = np.zeros(columns)
        self.minutes = 0

    def __call__(self, view: TruthView, rate: Values) -> Iterator[ShiftSpan]:
        """Yield the chunk's rows, shift by shift."""
        ends = np.flatnonzero((view.minute_of_day - FIRST_MIN) % SHIFT_MIN == 0) + 1
        edges = [0, *(int(end) for end in ends), len(rate)]
        for begin, end in pairwise(edges):
            if begin < end:
                yield self._within(slice(begin, end), rate[begin:end], end in ends)

    def _within(self, rows: slice, rate: Values, ended: bool) -> ShiftSpan:
        running = self.total + np.cumsum(rate / 60, axis=0)
        minutes = self.minutes + len(rate)
        self.total, self.minutes = (np.zeros_like(self.total), 0) if ended else (running[-1], minutes)
        return ShiftSpan(rows, np.round(running, 4), minutes, ended)


MUCH_ML = 1000.0


class Diarrhea:
    """1000 mL in the last completed shift or the running one is relative; in two consecutive ones,
    absolute.
    """

    def __init__(self, columns: int) -> None:
        self.shifts = ShiftTotals(columns)
        self.last, self.before = np.zeros(columns, dtype=np.bool_), np.zeros(columns, dtype=np.bool_)

    def __call__(self, view: TruthView) -> States:
        states = np.empty((len(view.minute), len(self.last)), dtype=np.int8)
        for part in self.shifts(view, view.value("stool-rate")):
            states[part.rows] = self._graded(part.running >= MUCH_ML)
            if part.ended:
                states[part.rows.stop - 1] = self._turned(part)
        return states

    def _turned(self, part: ShiftSpan) -> States:
        self.before, self.last = self.last, part.running[-1] >= MUCH_ML
        return self._graded(np.zeros_like(self.last))

    def _graded(self, running: Flags) -> States:
        return graded(self.last | running, self.last & (self.before | running))


HOUR_MIN, TWO_HOURS_MIN = 60, 120
COVERED_MIN = SHIFT_MIN * 7 // 8
LITTLE_ML, VERY_LITTLE_ML = 20, 10


class UrineHour:
    """Relative at 10 to 20 mL over the last 60 min, absolute below 10; clear until an hour has passed.

    It clears only when the last 120 min give more than 20 mL/h too, and is relative until then.
    """

    def __init__(self, columns: int) -> None:
        self.before = np.full((TWO_HOURS_MIN, columns), np.nan)
        self.latch = TruthLatch(columns)

    def __call__(self, view: TruthView) -> States:
        rates = np.concatenate((self.before, view.value("urine-rate")))
        self.before = rates[-TWO_HOURS_MIN:]
        hour, two = (
            np.round(trailing_sum(rates[TWO_HOURS_MIN - width :], width) / width, 4)
            for width in (HOUR_MIN, TWO_HOURS_MIN)
        )
        low = self.latch(hour <= LITTLE_ML, (hour > LITTLE_ML) & (two > LITTLE_ML))
        return graded(low, hour < VERY_LITTLE_ML)


def trailing_sum(values: Values, width: int) -> Values:
    """Return the sum of the `width` rows that end with each row, for the rows after the first `width`; NaN
    while one of them is NaN.
    """
    sums = np.cumsum(np.concatenate((np.zeros((1, values.shape[1])), np.nan_to_num(values))), axis=0)
    unknown = np.cumsum(np.concatenate((np.zeros((1, values.shape[1])), np.isnan(values))), axis=0)
    window = slice(1, len(values) - width + 1), slice(width + 1, None)
    known: Values = np.where(
        unknown[window[1]] > unknown[window[0]], np.nan, sums[window[1]] - sums[window[0]]
    )
    return known


SHIFT_ML, VERY_LITTLE_SHIFT_ML = 160, 80


class UrineShift:
    """Relative when the last completed shift gave 80 to 160 mL, absolute below 80; clear when the course
    covers less than 7 h of that shift.

    It improves as soon as the running shift has given 80 mL, and clears when it has given more than 160.
    """

    def __init__(self, columns: int) -> None:
        self.shifts = ShiftTotals(columns)
        self.last = np.full(columns, np.nan)

    def __call__(self, view: TruthView) -> States:
        states = np.empty((len(view.minute), len(self.last)), dtype=np.int8)
        for part in self.shifts(view, view.value("urine-rate")):
            states[part.rows] = self._graded(part.running)
            if part.ended:
                known = part.minutes >= COVERED_MIN
                self.last = part.running[-1] if known else np.full_like(self.last, np.nan)
                states[part.rows.stop - 1] = self._graded(np.zeros_like(self.last))
        return states

    def _graded(self, running: Values) -> States:
        """Return the state by the last shift, and what the running one has given so far."""
        most = np.maximum(self.last, running)
        return graded(most <= SHIFT_ML, most < VERY_LITTLE_SHIFT_ML)
