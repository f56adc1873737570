"""The bedside scale: a weight on admission, each morning at 6, and when a morning was missed."""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.charting.clock import DAY, HOUR, Clock
from simulators.charting.noise import observed
from simulators.charting.nurse import LATE
from simulators.charting.pen import Pen
from simulators.charting.silence import Silence
from simulators.latent import Chunk
from simulators.seeds import Whole
from simulators.writing.lines import reading

MORNING: Final = 6 * HOUR
MISSED: Final = DAY + 2 * HOUR
"""Assumption: a weight that was missed is made good 2 h later, or when somebody charts again."""
FIRST: Final = 20
"""Assumption: the first weight is taken 20 min after admission."""


class Scale:
    """Weighs who is there (paper, Table 1: weight daily)."""

    def __init__(self, admitted: Whole, clock: Clock, pen: Pen, rng: np.random.Generator) -> None:
        self.clock, self.pen, self.rng = clock, pen, rng
        self.missed: Whole = admitted + FIRST

    def chart(self, chunk: Chunk, silence: Silence) -> None:
        charted = (chunk.support["present"] > 0) & ~silence.of("everything")
        for row in range(chunk.minutes):
            minute = chunk.start + row
            beds = np.flatnonzero(charted[row] & ((self.missed <= minute) | (self.clock.of_day(minute) == MORNING)))
            if len(beds):
                self.missed[beds] = minute + MISSED
                weights = observed("weight", chunk.latent["weight"][row, beds], self.rng)
                for bed, weight in zip(beds.tolist(), weights.tolist(), strict=True):
                    self.pen.write("vitals", bed, minute, {"source": "scale", "readings": [reading("weight", weight, "kg")]}, LATE)
