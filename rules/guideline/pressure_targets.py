"""Declare Table 2: target systolic pressure by the patient's baseline; when hypotension trips and clears.

Source: criteria.md section 5.
"""

import msgspec

from rules.wire.instants import HOUR, MINUTE


class MeanLimits(msgspec.Struct, frozen=True):
    """Below which a mean pressure counts as a systolic one at the target, and as a severe one, mm[Hg]."""

    at_target: float
    severe: float


class Pressure(msgspec.Struct, frozen=True, kw_only=True):
    """The targets in mm[Hg], by baseline, and the other numbers of hypotension.

    Below `low_baseline`, from there to `high_baseline` (both ends included), above it. A mean pressure that
    stands in for a systolic one counts as at the target below `mean_at_target`, as at the severe limit below
    `mean_severe`; with the lowest target below the two others.
    """

    low_baseline: float = 100
    high_baseline: float = 120
    target_low: float = 80
    target_normal: float = 85
    target_high: float = 90
    severe_below: float = 10
    clear_above: float = 5  # [choice]
    span: int = 5 * MINUTE
    mean_at_target: float = 60  # [choice], all four
    mean_severe: float = 55
    mean_at_low_target: float = 55
    mean_severe_low: float = 50
    monitored_by: str = "vital-signs"
    stale_factor: float = 2.0
    peak_from: int = 4 * HOUR
    peak_to: int = 6 * HOUR
    source: str = "Table 2"

    def severe(self, target: float) -> float:
        """Return the systolic pressure at or below which hypotension is severe, mm[Hg]."""
        return target - self.severe_below

    def means(self, target: float) -> MeanLimits:
        """Return the limits of a mean pressure, for a patient with this target."""
        if target <= self.target_low:
            return MeanLimits(self.mean_at_low_target, self.mean_severe_low)
        return MeanLimits(self.mean_at_target, self.mean_severe)

    def peak(self, given: int) -> tuple[int, int]:
        """Return the window in which a dose given at `given` lowers the pressure most, ms."""
        return given + self.peak_from, given + self.peak_to


PRESSURE = Pressure()
