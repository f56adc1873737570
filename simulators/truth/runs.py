"""Evaluate conditions over minutes, all columns at once: whether one is sustained, and latches that trip and
clear.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


class Run:
    """How many minutes in a row a condition has held, carried from chunk to chunk."""

    def __init__(self, columns: int) -> None:
        self.held = np.zeros(columns, dtype=np.int64)

    def __call__(self, condition: Flags) -> Counts:
        """Return counts (minutes, columns) for flags (minutes, columns); 0 where the condition does
        not hold.
        """
        rows = np.arange(1, len(condition) + 1)[:, None]
        broken = np.maximum.accumulate(np.where(condition, 0, rows), axis=0)
        counts: Counts = rows - broken + np.where(broken == 0, self.held, 0)
        self.held = counts[-1]
        return counts


SHARE = 0.8
"""Of the readings of a run this share must meet the condition (criteria.md section 3.1)."""
NONE = -1


class SustainedTruth:
    """Whether a condition is sustained over `minutes`, by criteria.md section 3.1: it is met now and was met
    at the latest minute that lies at least so far back (the run's beginning), and in at least `SHARE` of the
    minutes from there.
    """

    def __init__(self, columns: int, minutes: int) -> None:
        self.minutes, self.row = minutes, 0
        self.recent = np.zeros((minutes, columns), dtype=np.bool_)
        self.met = np.zeros(columns, dtype=np.int64)
        self.begin, self.met_before = (np.full(columns, NONE, dtype=np.int64) for _ in range(2))

    def __call__(self, condition: Flags) -> Flags:
        """Return flags (minutes, columns) for flags (minutes, columns), carried from chunk to chunk."""
        return self.run(condition) > NONE

    def run(self, condition: Flags) -> Counts:
        """Return the row (counted from the first chunk on) at which the run that ends now began; `NONE` where
        the condition is not sustained.
        """
        rows = self.row + np.arange(len(condition))[:, None]
        met = self.met + np.cumsum(condition, axis=0)
        begin, met_before = self._begins(np.concatenate((self.recent, condition)), rows)
        share = (met - met_before) / (rows - begin + 1)
        self.met, self.row = met[-1], self.row + len(condition)
        found: Counts = np.where(condition & (begin > NONE) & (np.round(share, 4) >= SHARE), begin, NONE)
        return found

    def _begins(self, known: Flags, rows: Counts) -> tuple[Counts, Counts]:
        """Return where a run that ends at each row begins, and how many rows before that were met."""
        back = known[: len(rows)]
        met = self.met - self.recent.sum(axis=0) + np.cumsum(back, axis=0)
        begin = np.maximum.accumulate(np.where(back, rows - self.minutes, self.begin), axis=0)
        met_before = np.maximum.accumulate(np.where(back, met - 1, self.met_before), axis=0)
        self.recent, self.begin, self.met_before = known[len(rows) :], begin[-1], met_before[-1]
        return begin, met_before


LONG_MIN = 120
"""A condition not met sustained over 2 h is cleared, though its clearing limit was never reached."""


class SustainedLatch:
    """A condition that trips when sustained over `minutes`, and clears when its clearing one is, or when it
    has not been met sustained over 2 h since it tripped (criteria.md section 3.1).
    """

    def __init__(self, columns: int, minutes: int) -> None:
        self.trips, self.clears = (SustainedTruth(columns, minutes) for _ in range(2))
        self.long_clear = SustainedTruth(columns, LONG_MIN)
        self.on, self.changed = np.zeros(columns, dtype=np.bool_), np.full(columns, NONE, dtype=np.int64)

    def __call__(
        self, trip: Flags, clear: Flags, at_once: Flags | bool = False, graded: Flags | None = None
    ) -> Flags:
        """Return flags (minutes, columns).

        `at_once`: where it trips without being sustained; `graded`: where it becomes worse.
        """
        row = self.trips.row
        tripped, cleared = self.trips(trip) | at_once, self.clears(clear) & ~trip
        begins, found = self.long_clear.run(~trip), np.empty_like(trip)
        for minute, (begun, recovered) in enumerate(zip(tripped, cleared, strict=True)):
            ended = ~begun & (recovered | (begins[minute] > self.changed))
            moved = (begun & ~self.on) if graded is None else (begun & ~self.on) | graded[minute]
            self.changed = np.where(moved, row + minute, self.changed)
            self.on = (self.on | begun) & ~ended
            found[minute] = self.on
        return found


class TruthLatch:
    """On from a trip until a clear; a trip takes precedence over a clear of the same minute."""

    def __init__(self, columns: int) -> None:
        self.on = np.zeros(columns, dtype=np.bool_)

    def __call__(self, trip: Flags, clear: Flags) -> Flags:
        """Return flags (minutes, columns), carried from chunk to chunk."""
        rows = np.arange(1, len(trip) + 1)[:, None]
        tripped = np.maximum.accumulate(np.where(trip, rows, 0), axis=0)
        cleared = np.maximum.accumulate(np.where(clear, rows, 0), axis=0)
        on: Flags = np.where((tripped == 0) & (cleared == 0), self.on, (tripped >= cleared) & (tripped > 0))
        self.on = on[-1]
        return on
