"""Evaluate conditions over minutes, all columns at once: how long one has held, and latches that trip and
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


class SustainedTruth:
    """Whether a condition has held at every minute of a span: at both its ends too, so `minutes` +
    1 values.
    """

    def __init__(self, columns: int, minutes: int) -> None:
        self.run, self.minutes = Run(columns), minutes

    def __call__(self, condition: Flags) -> Flags:
        return self.run(condition) > self.minutes


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
