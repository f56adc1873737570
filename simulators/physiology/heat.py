"""Temperature.

Sources: chills and fever begin 2-3 h after the first or second dose, and premedication holds the later ones down; a rising baseline (paper,
Overview, Table 5 "high spike above rising baseline"). Assumption: 2.3 Cel at the first peak.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.physiology.pathology import Pathology
from simulators.seeds import Array

PEAK: Final = 2.3
RISING: Final = 0.25
"""Cel at toxicity 1."""
DAILY: Final = 0.25
"""Half of the swing between night and day, Cel."""
SHAKING: Final = 0.012
"""A set point that rises by so many Cel in a minute is felt as chills: 0.7 Cel/h."""


class Heat:
    """`temperature` Cel, `chills` 0 or 1: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.sensitivity = cohort.sensitivity["fever"]
        self.temperature = cohort.temperature.copy()
        self.fever = np.zeros(len(cohort))
        self.chills = np.zeros(len(cohort), dtype=bool)

    def step(self, pyrogen: Array, toxicity: Array, ill: Pathology, daily: float) -> None:
        """One minute."""
        fever = self.sensitivity * PEAK * pyrogen + 1.5 * ill["fever"] + 1.8 * ill["infection"]
        self.chills = fever - self.fever > SHAKING
        self.fever = fever
        self.temperature = (self.cohort.temperature + fever.clip(0, 3.6) + RISING * toxicity.clip(0, 2) + DAILY * daily).clip(34.5, 41.3)
