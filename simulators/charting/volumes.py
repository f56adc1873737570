"""Chart intake and output: urine by the hour or by 4 hours, stool and emesis when there is some, maintenance
fluid and drink.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.charting.noise import Draws
from simulators.charting.writer import (
    AFTER_PRESSOR,
    FOREVER,
    HOUR,
    ChartingGap,
    ChartWriter,
    CourseClock,
    turn_of,
)
from simulators.physiology.latent_state import CHUNK, PRESSORS, Array, Chunk, Flags, Whole

WARD_EVERY: Final = 4 * HOUR
SHIFT, SHIFT_STARTS = 8 * HOUR, 7 * HOUR
"""Shifts start at 7, 15 and 23 (criteria.md section 1); the 4-hourly rounds end with them: 3, 7, 11 ..."""
LITTLE: Final = 30.0
"""Assumption: below 30 mL/h at the last collection a ward changes to hourly collections."""
HOURLY_LATE, WARD_LATE = (1.0, 10.0), (2.0, 20.0)
"""Assumption: how late a collection is typed in, in min."""
WORTH: Final = 200.0
"""Assumption: stool or emesis of 200 mL is charted at the next hour, less at the end of the shift, and below
20 mL not at all.
"""
NOTHING: Final = 20.0
COLLECTED: Final = 0.02
"""Assumption: a volume is read to 2 %, at a bed with hourly collections in mL, else in steps of 5 mL."""


class VolumeCharting:
    """What has run in and out since it was last charted: by rate, an array of mL a patient."""

    RATES = ("urine-rate", "stool-rate", "emesis-rate", "maintenance", "oral")

    def __init__(self, admitted: Whole, clock: CourseClock, writer: ChartWriter, draws: Draws) -> None:
        beds = len(admitted)
        self.clock, self.writer, self.draws = clock, writer, draws
        self.run: dict[str, Array] = {rate: np.zeros(beds) for rate in self.RATES}
        self.since: Whole = admitted.astype(np.int64)
        self.pressor: Whole = np.full(beds, -FOREVER)
        self.rate: Array = np.full(beds, np.inf)

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart at every full hour of the clock within the chunk; a full hour at its end included."""
        for act in (act for act in chunk.acts if act.kind == "admit"):
            self.since[act.patient] = act.minute
        done = 0
        for minute in self.clock.strikes(chunk.start, chunk.minutes, HOUR):
            row = minute - chunk.start
            self.flow(chunk, done, row)
            self.hour(chunk, row - 1, minute, gap)
            done = row
        self.flow(chunk, done, chunk.minutes)

    def flow(self, chunk: Chunk, first: int, last: int) -> None:
        """Add what runs in the rows from `first` up to `last`."""
        if first == last:
            return
        present = chunk.support["present"][first:last]
        for rate in self.RATES:
            source = chunk.latent if rate in chunk.latent else chunk.support
            self.run[rate] += (source[rate][first:last] * present).sum(axis=0) / HOUR
        running = np.logical_or.reduce([chunk.support[agent][first:last] > 0 for agent in PRESSORS]).any(
            axis=0
        )
        self.pressor[running] = chunk.start + last

    def hour(self, chunk: Chunk, row: int, minute: int, gap: ChartingGap) -> None:
        """Chart a full hour of the clock, `row` being the minute that ends with it."""
        present = chunk.support["present"][row] > 0
        hourly = (
            (chunk.support["icu"][row] > 0) | (minute - self.pressor <= AFTER_PRESSOR) | (self.rate < LITTLE)
        )
        due = present & (minute > self.since) & (hourly | self.struck(minute, WARD_EVERY))
        collected = ~gap.of("urine")[row]
        self.writer.turn = self.turn(minute, 0)
        for bed in np.flatnonzero(due).tolist():
            self.collection(bed, minute, bool(hourly[bed]), bool(collected[bed]))
        self.losses(minute, present & ~gap.of("everything")[row])

    def turn(self, minute: int, step: int) -> int:
        """Return the turn of what is charted at a full hour of the clock: urine, then stool, then emesis."""
        start = (minute - 1) // CHUNK * CHUNK
        return turn_of(start, "volumes", 3 * (minute - start) + step)

    def struck(self, minute: int, every: int) -> bool:
        """Return whether the time of day is the start of a shift plus a multiple of `every` minutes."""
        return (self.clock.of_day(minute) - SHIFT_STARTS) % every == 0

    def collection(self, bed: int, minute: int, hourly: bool, charted: bool) -> None:
        """Chart urine, maintenance and drink since the last round; what is not charted is discarded and never
        known.
        """
        since, volume = int(self.since[bed]), float(self.run["urine-rate"][bed])
        self.rate[bed] = volume * HOUR / (minute - since)
        if charted:
            late, step = (HOURLY_LATE, 1) if hourly else (WARD_LATE, 5)
            span = {"start": self.clock.text(since)}
            urine = self.measured(volume, step, bed, "urine", minute)
            self.write(bed, minute, "out", "urine", urine, late, span)
            for rate, kind in (("maintenance", "iv-maintenance"), ("oral", "oral")):
                given = round(float(self.run[rate][bed]))
                if given:
                    self.write(bed, minute, "in", kind, given, late, span)
        for rate in ("urine-rate", "maintenance", "oral"):
            self.run[rate][bed] = 0
        self.since[bed] = minute

    def losses(self, minute: int, charted: Flags) -> None:
        """Chart stool and emesis; what is not charted stays in the sum for the next charting."""
        shift_ends = self.struck(minute, SHIFT)
        for step, (rate, kind) in enumerate((("stool-rate", "stool"), ("emesis-rate", "emesis")), 1):
            self.writer.turn = self.turn(minute, step)
            enough = self.run[rate] >= (NOTHING if shift_ends else WORTH)
            for bed in np.flatnonzero(enough & charted).tolist():
                volume = self.measured(float(self.run[rate][bed]), 5, bed, kind, minute)
                self.write(bed, minute, "out", kind, volume, WARD_LATE, {})
                self.run[rate][bed] = 0

    def measured(self, volume: float, step: int, bed: int, kind: str, minute: int) -> int:
        """Return a volume as it is read."""
        error = self.draws.normal(bed, kind, minute)
        return step * round(volume * (1 + COLLECTED * error) / step)

    def write(
        self,
        bed: int,
        minute: int,
        direction: str,
        kind: str,
        volume: int,
        late: tuple[float, float],
        span: dict[str, str],
    ) -> None:
        self.writer.write(
            "io",
            bed,
            minute,
            {**span, "direction": direction, "kind": kind, "volume": volume, "unit": "mL"},
            late,
        )
