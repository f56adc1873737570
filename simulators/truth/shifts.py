"""Volumes by nursing shift: 8 h blocks from 07:00, 15:00 and 23:00, each (start, end]. Source: criteria.md section 1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from simulators.truth.view import Values, View

SHIFT_MIN, FIRST_MIN = 480, 7 * 60


class Stretch(NamedTuple):
    """Rows of one chunk within one shift: the total of the shift so far at each, and whether the last row ends the shift."""

    rows: slice
    running: Values
    minutes: int
    ended: bool


class Shifts:
    """Adds up a rate (per hour) minute by minute and starts afresh with every shift."""

    def __init__(self, columns: int) -> None:
        self.total = np.zeros(columns)
        self.minutes = 0

    def __call__(self, view: View, rate: Values) -> Iterator[Stretch]:
        """The chunk's rows, shift by shift."""
        ends = np.flatnonzero((view.minute_of_day - FIRST_MIN) % SHIFT_MIN == 0) + 1
        edges = [0, *(int(end) for end in ends), len(rate)]
        for begin, end in pairwise(edges):
            if begin < end:
                yield self._within(slice(begin, end), rate[begin:end], end in ends)

    def _within(self, rows: slice, rate: Values, ended: bool) -> Stretch:
        running = self.total + np.cumsum(rate / 60, axis=0)
        minutes = self.minutes + len(rate)
        self.total, self.minutes = (np.zeros_like(self.total), 0) if ended else (running[-1], minutes)
        return Stretch(rows, np.round(running, 4), minutes, ended)
