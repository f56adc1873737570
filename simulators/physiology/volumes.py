"""Where the water is: plasma and interstitium, and the leak between them.

Sources: capillary leak carries plasma water into the tissues, fluid given above need extravasates (paper, Overview); weight rises by 4.0 kg on
average over five days of therapy (Textor et al., Am J Med 83:1055, 1987, who report albumin 3.6 -> 2.2 g/dL and no change of hematocrit with it).
Volumes are those of textbooks: plasma 42 mL/kg, interstitium 150 mL/kg. Assumptions: the exchange's time constant (40 min: most of a crystalloid
bolus has left the plasma after an hour) and the leak's size.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.seeds import Array

PLASMA, TISSUE = 42.0, 150.0
EXCHANGE: Final = 40.0
LEAK: Final = 0.24
"""Fraction of the plasma that the tissues hold in excess at toxicity 1, when both are in balance."""
OPENING: Final = 180.0
"""The leak follows toxicity with 3 h (minutes)."""
INSENSIBLE: Final = 0.5
"""mL/kg/h lost through skin and lungs; half as much again for each degree of fever is left out."""


class Volumes:
    """`plasma` and `tissue`: mL over normal. Arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.sensitivity = cohort.sensitivity["leak"]
        self.weight = cohort.weight
        self.plasma_normal, self.tissue_normal = PLASMA * cohort.weight, TISSUE * cohort.weight
        self.insensible = INSENSIBLE * cohort.weight / 60
        self.plasma = np.zeros(len(cohort))
        self.tissue = np.zeros(len(cohort))
        self.leak = np.zeros(len(cohort))

    @property
    def filling(self) -> Array:
        """How full the vessels are: 0 is normal, -0.1 a tenth of the plasma missing."""
        return self.plasma / self.plasma_normal

    @property
    def swelling(self) -> Array:
        """How full the tissues are, as a fraction over normal."""
        return self.tissue / self.tissue_normal

    @property
    def body_weight(self) -> Array:
        """kg."""
        return self.weight + (self.plasma + self.tissue) / 1000

    def step(self, toxicity: Array, more_leak: Array, intake: Array, output: Array) -> None:
        """One minute. `intake`, `output`: mL in this minute, without what is lost insensibly; `more_leak`: 1 is a typical patient's at the end of
        therapy."""
        self.leak += (LEAK * (self.sensitivity * toxicity + 1.2 * more_leak) - self.leak) / OPENING
        across = (self.filling - self.swelling + self.leak) * self.plasma_normal / EXCHANGE
        self.plasma += intake - output - self.insensible - across
        self.tissue += across
