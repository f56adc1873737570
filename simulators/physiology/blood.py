"""Model what the laboratory finds in blood: each substance approaches a target that the toxicity sets, with a
time constant of its own.

Sources: the most consequential changes are a rise of creatinine and a fall of platelets; minerals,
bicarbonate, albumin and hematocrit fall, bilirubin rises by transient cholestasis (paper, Overview and Table
5). Albumin 3.6 -> 2.2 g/dL (Textor et al. 1987). Platelets below 30 x10^3/uL in 2.2 % of cycles, partial
thromboplastin time abnormal in 64 % and prothrombin time in 25 %, erythrocytes transfused in 14 % (Cancer
75:1030, 1995: 199 patients). Assumptions: time constants, and that all recovers as toxicity does (albumin in
truth takes longer: it was still low after six days).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from simulators.physiology.clinical_events import Pathology
from simulators.physiology.cohort import GRAMS_PER_POINT, Cohort
from simulators.physiology.latent_state import LABS, Array


class BloodChange(NamedTuple):
    """`by`: what is added to the baseline at toxicity 1 in a patient of sensitivity 1; `organ`: whose
    sensitivity; `hours`: time constant.
    """

    by: float
    organ: str
    hours: float


CHANGES: Final[Mapping[str, BloodChange]] = MappingProxyType(
    {
        "bilirubin": BloodChange(1.8, "hepatic", 7),
        "bicarbonate": BloodChange(-3.6, "renal", 6),
        "potassium": BloodChange(-0.35, "gut", 6),
        "sodium": BloodChange(-3.5, "renal", 8),
        "calcium": BloodChange(-1.15, "leak", 8),
        "magnesium": BloodChange(-0.35, "renal", 8),
        "phosphate": BloodChange(-1.1, "renal", 8),
        "albumin": BloodChange(-0.85, "leak", 10),
        "hematocrit": BloodChange(-4.0, "marrow", 12),
        "glucose": BloodChange(18, "hepatic", 6),
        "alt": BloodChange(40, "hepatic", 12),
        "ast": BloodChange(42, "hepatic", 12),
        "ck": BloodChange(25, "cardiac", 12),
        "ck-mb": BloodChange(0.4, "cardiac", 10),
        "troponin-t": BloodChange(0.0005, "cardiac", 8),
        "inr": BloodChange(0.14, "hepatic", 10),
        "ptt": BloodChange(6.0, "hepatic", 10),
        "wbc": BloodChange(-2.2, "marrow", 10),
        "tsh": BloodChange(0, "gut", 48),
        "free-t4": BloodChange(0, "gut", 48),
    }
)
FILTERED: Final[Mapping[str, float]] = MappingProxyType({"creatinine": 420.0, "urea": 540.0})
"""Made at a steady rate and cleared by filtration.

Time constants (minutes) at normal filtration: distribution volume over clearance, 42 L / 100 mL/min for
creatinine.
"""
DESTROYED, PLATELETS_SETTLE = 1.3, 600.0
"""Platelets approach baseline / (1 + this x toxicity x sensitivity), with 10 h: consumption, and return of
those held back, not the marrow's slow making (assumption).
"""
MOST: Final[Mapping[str, float]] = MappingProxyType(
    {"bilirubin": 25, "bicarbonate": 34, "potassium": 6.5, "creatinine": 12, "urea": 160, "ck": 6000}
)
LEAST: Final[Mapping[str, float]] = MappingProxyType(
    {
        "bicarbonate": 10,
        "potassium": 2.4,
        "sodium": 122,
        "calcium": 6,
        "magnesium": 1.0,
        "phosphate": 1.0,
        "albumin": 1.3,
        "hematocrit": 18,
        "wbc": 0.8,
        "platelets": 6,
    }
)
ROW: Final = {code: row for row, code in enumerate(LABS)}


class Blood:
    """`level`: (labs, patients), rows as `LABS`, canonical units.

    `given`: what treatment has added and the body has not yet used up, same shape.
    """

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.baseline = np.stack([cohort.labs[code] for code in LABS])
        self.level = self.baseline.copy()
        self.given = np.zeros_like(self.level)
        self.bled = np.zeros(n)
        self.marrow = cohort.sensitivity["marrow"]
        self.by, self.rate = np.zeros_like(self.level), np.zeros((len(LABS), 1))
        for code, change in CHANGES.items():
            self.by[ROW[code]] = change.by * cohort.sensitivity[change.organ]
            self.rate[ROW[code]] = 1 / (60 * change.hours)
        self.least = np.array([[LEAST.get(code, 0.0)] for code in LABS])
        self.most = np.array([[MOST.get(code, np.inf)] for code in LABS])

    def step(self, toxicity: Array, filtration: Array, filling: Array, ill: Pathology) -> None:
        """Advance by one minute."""
        target = self.baseline + self.by * toxicity + self.given
        self.add_illness(target, filling, filtration, ill)
        self.level += (target - self.level) * self.rate
        for code, minutes in FILTERED.items():
            row = ROW[code]
            self.level[row] += (self.baseline[row] - filtration * self.level[row]) / minutes
        self.step_platelets(toxicity, ill)
        np.clip(self.level, self.least, self.most, out=self.level)
        self.level[ROW["hemoglobin"]] = self.level[ROW["hematocrit"]] * GRAMS_PER_POINT
        self.given -= self.given / USED_UP

    def add_illness(self, target: Array, filling: Array, filtration: Array, ill: Pathology) -> None:
        """Add to the target what is beyond toxicity: cholestasis, heart muscle damage, retained potassium and
        acid, dilution, blood lost.
        """
        self.bled += np.maximum(ill["bleeding"] - 1, 0) / 120
        hurt = ill["myocarditis"]
        target[ROW["bilirubin"]] += 8 * ill["hepatic"]
        target[ROW["alt"]] += 90 * ill["hepatic"]
        target[ROW["ck"]] += 900 * hurt
        target[ROW["ck-mb"]] += 25 * hurt
        target[ROW["troponin-t"]] += 0.35 * hurt
        target[ROW["potassium"]] += 1.2 * ill["renal-failure"] - 0.5 * ill["diarrhea"]
        target[ROW["bicarbonate"]] -= 4 * ill["renal-failure"] + 4 * ill["infection"] + 2.5 * ill["diarrhea"]
        target[ROW["hematocrit"]] -= 12 * filling + self.bled
        target[ROW["wbc"]] += 9 * ill["infection"]

    def step_platelets(self, toxicity: Array, ill: Pathology) -> None:
        """Advance the platelets by one minute."""
        row = ROW["platelets"]
        kept = (1 - 0.8 * ill["thrombocytopenia"]).clip(0.04, 1) / (1 + DESTROYED * self.marrow * toxicity)
        self.level[row] += (self.baseline[row] * kept + self.given[row] - self.level[row]) / PLATELETS_SETTLE


USED_UP: Final = np.array([[2880.0 if code in ("hematocrit", "hemoglobin") else 1440.0] for code in LABS])
"""What treatment adds is used up with 24 h, transfused erythrocytes counting 48 h until the patient's own
return (minutes; assumption).
"""
