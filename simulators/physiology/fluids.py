"""Model where the water is: plasma, interstitium and the leak between them; urine and filtration; water in
the lungs and the oxygen it costs.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.physiology.clinical_events import EventLatch, Pathology
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Array

# Where the water is: plasma and interstitium, and the leak between them.
#
# Sources: capillary leak carries plasma water into the tissues, fluid given above need extravasates (paper,
# Overview); weight rises by 4.0 kg on average over five days of therapy (Textor et al., Am J Med 83:1055,
# 1987, who report albumin 3.6 -> 2.2 g/dL and no change of hematocrit with it). Volumes are those of
# textbooks: plasma 42 mL/kg, interstitium 150 mL/kg. Assumptions: the exchange's time constant (40 min: most
# of a crystalloid bolus has left the plasma after an hour) and the leak's size.


PLASMA, TISSUE = 42.0, 150.0
EXCHANGE: Final = 40.0
LEAK: Final = 0.24
"""Fraction of the plasma that the tissues hold in excess at toxicity 1, when both are in balance."""
OPENING: Final = 180.0
"""The leak follows toxicity with 3 h (minutes)."""
INSENSIBLE: Final = 0.5
"""mL/kg/h lost through skin and lungs; half as much again for each degree of fever is left out."""


class BodyFluids:
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
        """The weight in kg."""
        return self.weight + (self.plasma + self.tissue) / 1000

    def step(self, toxicity: Array, more_leak: Array, intake: Array, output: Array) -> None:
        """Advance by one minute.

        `intake`, `output`: mL in this minute, without what is lost insensibly; `more_leak`: 1 is a typical
        patient's at the end of therapy.
        """
        self.leak += (LEAK * (self.sensitivity * toxicity + 1.2 * more_leak) - self.leak) / OPENING
        across = (self.filling - self.swelling + self.leak) * self.plasma_normal / EXCHANGE
        self.plasma += intake - output - self.insensible - across
        self.tissue += across


# Urine and filtration.
#
# Sources: urine falls within the first 8 h, from low pressure and volume; oliguria responds to fluid, then
# dopamine 2 ug/kg/min; renal dysfunction is prerenal, transient (paper, Overview); creatinine rises in nine
# of ten patients: by 1.9 mg/dL on average (Shalmi et al., 10 patients), or to 3.4 with oliguria in 78 %
# (Belldegrun et al., 99 patients, with LAK cells and the doses of that time); acute kidney injury in 13 % of
# 199 patients (Guleria et al.); all three as listed in J Am Soc Nephrol 29:2039, 2018, Table 2. Normal urine
# 0.9 mL/kg/h. Assumptions: the coefficients, set to reach these.


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
AT_LIMIT, SWING, SWINGS_IN = 20.0, 4.0, 180
"""Of `scant-urine`: mL/h at size 1, mL/h up and down, and minutes of a swing."""


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

    def step(
        self,
        wave: Array,
        toxicity: Array,
        filling: Array,
        mean_pressure: Array,
        dopamine: Array,
        ill: Pathology,
    ) -> None:
        """Advance by one minute."""
        self.injury += (toxicity * self.sensitivity - self.injury) / LAG
        perfused = ((mean_pressure - 40) / self.resting).clip(0.05, 1.1)
        failed = 1 - 0.85 * ill["renal-failure"].clip(0, 1.1)
        self.filtration = failed * perfused.clip(0.05, 1.0) ** 0.25 / (1 + BY_TOXICITY * self.injury)
        held = BY_WAVE * self.sensitivity * wave + 1.2 * ill["oliguria"]
        driven = BY_FILLING * filling + DOPAMINE * (dopamine / 2).clip(0, 2)
        brisk = DIURETIC * self.diuretic * np.exp(8 * filling.clip(-0.3, 0.0))
        target = (
            (self.normal * np.exp((driven - held).clip(-3.5, 1.8)) * perfused**0.5 + brisk)
            * self.filtration**0.6
            * failed
        )
        held = np.broadcast_to(ill.seen("scant-urine"), target.shape)
        swing = SWING * np.sin(2 * np.pi * ill.lasting("scant-urine") / SWINGS_IN)
        target = np.where(held > 0, AT_LIMIT * held + swing, target)
        self.rate += (target - self.rate) / SETTLES
        self.diuretic -= self.diuretic / DIURETIC_LASTS


# Water in the lungs, and the oxygen it costs.
#
# Sources: pulmonary congestion by increased permeability, growing with the fluid given; rales at the bases,
# then to the midlung; saturation kept at 95 % by up to 4 L/min (paper, Overview). Assumptions: the
# coefficients; a cannula adds 4 % of inspired oxygen per L/min.


PER_ML, DRY = 0.12, 230.0
"""Lung water: this share of what tissues and vessels hold over normal, above this many mL that the lymphatics
carry away.
"""
FILLS: Final = 360.0
PER_WATER: Final = 0.0075
"""Per cent of saturation lost, on room air, per mL of lung water."""
OXYGEN: Final = 17.0
"""Per cent of inspired oxygen over 21 that reduces the loss to 1/e."""
VENTILATED: Final = 0.45
"""What remains of the loss with positive pressure."""


SIGNS: Final = ((450.0, 330.0), (850.0, 650.0), (620.0, 480.0))
"""Lung water (mL) above which rales at the bases, rales to the midlung and dyspnea at rest appear, and below
which they go (assumptions).
"""


class Lungs:
    """`water` mL over normal, `spo2` %, `rate` breaths/min, `rales` 0-2, `dyspnea` 0-1: arrays
    (patients,).
    """

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.sensitivity = cohort.sensitivity["lung"]
        self.water = np.zeros(len(cohort))
        self.spo2, self.rate = cohort.spo2.copy(), cohort.respiratory_rate.copy()
        self.basal, self.midlung, self.breathless = (EventLatch(len(cohort), *limits) for limits in SIGNS)

    @property
    def rales(self) -> Array:
        return self.basal.on + self.midlung.on

    @property
    def dyspnea(self) -> Array:
        return self.breathless.on

    def step(
        self, plasma: Array, tissue: Array, temperature: Array, fio2: Array, ventilated: Array, ill: Pathology
    ) -> None:
        """Advance by one minute. `fio2` in %, what is breathed in; `ventilated` 0 or 1."""
        excess = np.maximum(PER_ML * (tissue + 2 * np.maximum(plasma, 0)) - DRY, 0)
        self.water += (
            self.sensitivity * excess + 900 * ill["pulmonary-edema"] + 150 * ill["infection"] - self.water
        ) / FILLS
        lost = (100 - self.cohort.spo2 + PER_WATER * self.water + 3 * ill["effusion"]) * np.exp(
            (21 - fio2) / OXYGEN
        )
        self.spo2 = (100 - lost * (1 - (1 - VENTILATED) * ventilated)).clip(55, 100)
        self.rate = (
            self.cohort.respiratory_rate
            + 0.010 * self.water
            + 2 * (temperature - self.cohort.temperature).clip(0, 3)
        ).clip(8, 45)
        for latch in (self.basal, self.midlung, self.breathless):
            latch.step(self.water)
