"""Urine and filtration.

Sources: urine falls within the first 8 h, from low pressure and volume; oliguria answers fluid, then dopamine 2 ug/kg/min; renal dysfunction is
prerenal, transient (paper, Overview); creatinine rises in nine of ten patients: by 1.9 mg/dL on average (Shalmi et al., 10 patients), or to
3.4 with oliguria in 78 % (Belldegrun et al., 99 patients, with LAK cells and the doses of then); acute kidney injury in 13 % of 199 patients (Guleria
et al.); all three as listed in J Am Soc Nephrol 29:2039, 2018, Table 2. Normal urine 0.9 mL/kg/h. Assumptions: the coefficients, set to reach these.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.physiology.pathology import Pathology
from simulators.seeds import Array

NORMAL: Final = 0.9
"""mL/kg/h."""
BY_TOXICITY, LAG = 0.95, 180.0
"""Filtration falls as 1 / (1 + this x toxicity x sensitivity), 3 h later (minutes)."""
BY_WAVE: Final = 0.30
"""Logarithm of the urine lost at wave 1: the antidiuresis of each dose."""
BY_FILLING: Final = 4.5
"""Logarithm of the urine per fraction of plasma over normal; at most sixfold."""
DOPAMINE: Final = 0.35
"""Logarithm of the urine gained at 2 ug/kg/min."""
DIURETIC: Final = 330.0
"""mL/h that one full effect of furosemide adds in a kidney that filters normally, the vessels being full."""
DIURETIC_LASTS: Final = 150.0
"""Its time constant, minutes."""
SETTLES: Final = 20.0


class Kidney:
    """`rate` mL/h; `filtration` 1 is the patient's own normal: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.sensitivity = cohort.sensitivity["renal"] * (1 + 0.008 * (cohort.age - 51))
        self.normal = NORMAL * cohort.weight
        self.resting = np.maximum(cohort.systolic * 0.74 - 45, 15)
        self.rate = self.normal.copy()
        self.injury = np.zeros(len(cohort))
        self.filtration = np.ones(len(cohort))
        self.diuretic = np.zeros(len(cohort))

    def step(self, wave: Array, toxicity: Array, filling: Array, mean_pressure: Array, dopamine: Array, ill: Pathology) -> None:
        """One minute."""
        self.injury += (toxicity * self.sensitivity - self.injury) / LAG
        perfused = ((mean_pressure - 40) / self.resting).clip(0.05, 1.1)
        failed = 1 - 0.85 * ill["renal-failure"].clip(0, 1.1)
        self.filtration = failed * perfused.clip(0.05, 1.0) ** 0.25 / (1 + BY_TOXICITY * self.injury)
        held = BY_WAVE * self.sensitivity * wave + 1.2 * ill["oliguria"]
        driven = BY_FILLING * filling + DOPAMINE * (dopamine / 2).clip(0, 2)
        brisk = DIURETIC * self.diuretic * np.exp(8 * filling.clip(-0.3, 0.0))
        target = (self.normal * np.exp((driven - held).clip(-3.5, 1.8)) * perfused**0.5 + brisk) * self.filtration**0.6 * failed
        self.rate += (target - self.rate) / SETTLES
        self.diuretic -= self.diuretic / DIURETIC_LASTS
