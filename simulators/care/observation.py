"""Hold what nurses and doctors observe: measured values, not the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Array, Flags, Generator

NOISE: Final = {"systolic-bp": 2.5, "heart-rate": 2.0, "temperature": 0.1, "spo2": 0.6}
"""Standard deviation of a spot measurement (assumptions: those of usual monitors)."""
CLEARLY: Final = 10
"""mm[Hg] over target from which a vasopressor may be weaned (assumption)."""
OVER: Final = 5
"""mm[Hg] over target at which an episode of hypotension is over (criteria.md section 5)."""
CHUNKS_AN_HOUR: Final = 4


@dataclass(frozen=True, slots=True)
class ObservedValues:
    """Arrays (patients,).

    `low_for`: chunks in a row of an episode of hypotension, from a pressure at or below target until one that
    ends it; `high_for`: with the pressure clearly over target; `urine`: mL/h over the last hour; `gain`: of
    weight, fraction.

    `examined`: the latent values, of which an examination finds the findings and the laboratory measures the
    rest.
    """

    systolic: Array
    heart_rate: Array
    temperature: Array
    spo2: Array
    urine: Array
    gain: Array
    low_for: Array
    high_for: Array
    examined: Mapping[str, Array]


class Observer:
    """What must be remembered from chunk to chunk to observe the patients."""

    def __init__(self, cohort: Cohort, rng: Generator) -> None:
        self.cohort, self.rng = cohort, rng
        self.low_for, self.high_for = np.zeros(len(cohort)), np.zeros(len(cohort))
        self.urine = np.tile(0.9 * cohort.weight, (CHUNKS_AN_HOUR, 1))

    def look(self, last: Mapping[str, Array], urine: Array) -> ObservedValues:
        """Return what is observed; `last`: latent values now; `urine`: mL/h over the last chunk."""
        measured = {
            code: last[code] + sigma * self.rng.standard_normal(len(self.cohort))
            for code, sigma in NOISE.items()
        }
        systolic = measured["systolic-bp"]
        target = self.cohort.target
        low = (systolic <= target) | ((self.low_for > 0) & (systolic <= target + OVER))
        self.low_for = (self.low_for + 1) * low
        self.high_for = (self.high_for + 1) * (systolic > target + CLEARLY)
        self.urine = np.concatenate([self.urine[1:], urine[None]])
        return ObservedValues(
            systolic=systolic,
            heart_rate=measured["heart-rate"],
            temperature=measured["temperature"],
            spo2=measured["spo2"],
            urine=self.urine.mean(axis=0),
            gain=last["weight"] / self.cohort.weight - 1,
            low_for=self.low_for,
            high_for=self.high_for,
            examined=last,
        )


def steady(flags: Flags, count: Array) -> Array:
    """Return how many chunks each flag has held: one more where it holds, else 0."""
    return np.asarray((count + 1) * flags, dtype=float)
