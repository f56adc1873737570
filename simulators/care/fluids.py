"""Crystalloid boluses and the infusion that runs all the time.

Sources: normal saline 250-500 mL for hypotension and oliguria (Table 6); no more than 1-1.5 L a day above maintenance, less when weight is >10 %
over baseline; lactated Ringer's 50-100 mL/h from just before the first dose until 8 h after the last (paper). Assumptions: a bolus runs in over 30
min, and the next is decided 45 min after its start.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.care.sheet import Sheet
from simulators.care.sight import Sight
from simulators.cohort import Cohort
from simulators.latent import CHUNK
from simulators.seeds import Array, Flags

BOLUS, SMALL = 500.0, 250.0
RUNS: Final = 30
APART: Final = 3
"""Chunks between the starts of two boluses."""
DAY: Final = 96
"""Chunks."""
DAILY_LIMIT: Final = 1500.0
RESTRICTED, WET = 0.10, 1.0
"""Weight gain from which fluid is restricted, and rales from which a bolus is small."""


class Fluids:
    """`above` mL of boluses and blood in the last 24 h; `left` mL still to run in: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.left, self.since = np.zeros(len(cohort)), np.full(len(cohort), float(APART))
        self.day = np.zeros((DAY, len(cohort)))

    @property
    def above(self) -> Array:
        total: Array = self.day.sum(axis=0)
        return total

    def turn(self) -> None:
        """A chunk later."""
        self.since = self.since + 1
        self.day = np.concatenate([self.day[1:], np.zeros((1, len(self.cohort)))])

    def may(self, sight: Sight) -> Flags:
        """Who may have a bolus now: the last one is done, the day's limit leaves room, the tissues too."""
        room = np.where(sight.gain > RESTRICTED, 750.0, DAILY_LIMIT)
        return (self.since >= APART) & (self.above + SMALL <= room)

    def bolus(self, who: Flags, sight: Sight, sheet: Sheet) -> Array:
        """Starts a bolus for each of `who`; returns its mL (0 for the others)."""
        careful = (sight.gain > 0.05) | (sight.shown["rales"] >= WET) | (self.above + BOLUS > DAILY_LIMIT)
        volume = np.where(who, np.where(careful, SMALL, BOLUS), 0.0)
        sheet.note("bolus", who, lambda bed: {"volume": float(volume[bed]), "minutes": RUNS})
        self.take(volume)
        self.since = np.where(who, 0.0, self.since)
        return volume

    def take(self, volume: Array) -> None:
        """Counts a volume above maintenance, and lets it run in."""
        self.left = self.left + volume
        self.day[-1] += volume

    def rows(self, sheet: Sheet, added: Array) -> Array:
        """mL in each minute of the chunk, (CHUNK, patients); `added`: what was ordered in this chunk, running from the nurse's minute."""
        flow, left = np.zeros((CHUNK, len(self.cohort))), self.left - added
        for row in range(CHUNK):
            left = left + np.where(sheet.minute == row, added, 0.0)
            flow[row] = np.minimum(left, BOLUS / RUNS)
            left = left - flow[row]
        self.left = left
        return flow


def maintenance(cohort: Cohort) -> Array:
    """mL/h: 1 mL/kg/h within the paper's 50-100."""
    return np.round(cohort.weight.clip(50, 100) / 5) * 5
