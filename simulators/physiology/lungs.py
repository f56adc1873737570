"""Water in the lungs, and the oxygen it costs.

Sources: pulmonary congestion by increased permeability, growing with the fluid given; rales at the bases, then to the midlung; saturation kept at
95 % by up to 4 L/min (paper, Overview). Assumptions: the coefficients; a cannula adds 4 % of inspired oxygen per L/min.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.physiology.latch import Latch
from simulators.physiology.pathology import Pathology
from simulators.seeds import Array

PER_ML, DRY = 0.12, 230.0
"""Lung water: this share of what tissues and vessels hold over normal, above this many mL that the lymphatics carry away."""
FILLS: Final = 360.0
PER_WATER: Final = 0.0075
"""Per cent of saturation lost, on room air, per mL of lung water."""
OXYGEN: Final = 17.0
"""Per cent of inspired oxygen over 21 that reduces the loss to 1/e."""
VENTILATED: Final = 0.45
"""What remains of the loss with positive pressure."""


SIGNS: Final = ((450.0, 330.0), (850.0, 650.0), (620.0, 480.0))
"""Lung water (mL) at which rales at the bases, rales to the midlung and dyspnea at rest come, and below which they go (assumptions)."""


class Lungs:
    """`water` mL over normal, `spo2` %, `rate` breaths/min, `rales` 0-2, `dyspnea` 0-1: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.sensitivity = cohort.sensitivity["lung"]
        self.water = np.zeros(len(cohort))
        self.spo2, self.rate = cohort.spo2.copy(), cohort.respiratory_rate.copy()
        self.basal, self.midlung, self.breathless = (Latch(len(cohort), *limits) for limits in SIGNS)

    @property
    def rales(self) -> Array:
        return self.basal.on + self.midlung.on

    @property
    def dyspnea(self) -> Array:
        return self.breathless.on

    def step(self, plasma: Array, tissue: Array, temperature: Array, fio2: Array, ventilated: Array, ill: Pathology) -> None:
        """One minute. `fio2` in %, what is breathed in; `ventilated` 0 or 1."""
        excess = np.maximum(PER_ML * (tissue + 2 * np.maximum(plasma, 0)) - DRY, 0)
        self.water += (self.sensitivity * excess + 900 * ill["pulmonary-edema"] + 150 * ill["infection"] - self.water) / FILLS
        lost = (100 - self.cohort.spo2 + PER_WATER * self.water + 3 * ill["effusion"]) * np.exp((21 - fio2) / OXYGEN)
        self.spo2 = (100 - lost * (1 - (1 - VENTILATED) * ventilated)).clip(55, 100)
        self.rate = (self.cohort.respiratory_rate + 0.010 * self.water + 2 * (temperature - self.cohort.temperature).clip(0, 3)).clip(8, 45)
        for latch in (self.basal, self.midlung, self.breathless):
            latch.step(self.water)
