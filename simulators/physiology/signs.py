"""Signs that no organ's model carries: rhythm, skin, limbs, bleeding, infection as it is suspected."""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.physiology.latch import Latch
from simulators.physiology.pathology import Pathology
from simulators.seeds import Array

SUSPECTED: Final = 120.0
"""Minutes from an infection's beginning until it is strongly suspected (assumption)."""
TIGHT, PITTING, ANASARCA = (0.62, 0.5), (0.15, 0.1), (0.4, 0.3)
"""Swelling of the tissues (fraction over normal) at which limbs are tight and edema is 1, 2; and at which it goes."""


class Signs:
    """`level[finding]`: arrays (patients,) of whole levels."""

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.tight, self.pitting, self.anasarca = Latch(n, *TIGHT), Latch(n, *PITTING), Latch(n, *ANASARCA)
        self.none = np.zeros(n)
        self.level: dict[str, Array] = {}

    def step(self, swelling: Array, ventilated: Array, ill: Pathology) -> None:
        """One minute."""
        for latch in (self.tight, self.pitting, self.anasarca):
            latch.step(swelling)
        self.level = {
            "edema": self.pitting.on + self.anasarca.on,
            "extremities": np.maximum(self.tight.on, ill.seen("extremities")),
            "intubation": ventilated,
            "rhythm": self.rhythm(ill),
            "infection": self.none + (ill.lasting("infection") > SUSPECTED),
        } | {name: self.none + (ill.seen(kind) > 0) for name, kind in PRESENT.items()}
        self.level["bleeding"] = self.none + np.floor(ill.seen("bleeding")).clip(0, 2)

    def rhythm(self, ill: Pathology) -> Array:
        """The worst one present."""
        kinds = enumerate(("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"), 1)
        rhythm = self.none
        for code, kind in kinds:
            rhythm = np.where(ill.seen(kind) > 0, float(code), rhythm)
        return rhythm


PRESENT: Final = {"ischemia": "ischemia", "desquamation": "desquamation", "effusion": "effusion"}
