"""Stool and vomit.

Sources: nausea, vomiting and diarrhea become more prominent toward the end of therapy (paper, Overview); grade 3 or 4 diarrhea in 12 % (Cancer
83:797, 1998, the last group). Assumption: rates above a threshold of a burden that follows toxicity with 12 h.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.physiology.latch import Latch
from simulators.physiology.pathology import Pathology
from simulators.seeds import Array

FOLLOWS: Final = 720.0
STOOL, STARTS = 60.0, 0.75
"""mL/h per unit of burden above the threshold."""
EMESIS: Final = 8.0
"""Likewise, vomited."""
BLOATED, SICK = (2.6, 2.0), (3.2, 2.4)
"""Burden at which the belly is distended, and vomiting refractory, and below which they are not."""


class Gut:
    """`stool`, `emesis` mL/h; `distention` 0-2, `pain`, `vomiting` 0-1: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.sensitivity = cohort.sensitivity["gut"]
        self.burden, self.stool, self.emesis = np.zeros(n), np.zeros(n), np.zeros(n)
        self.distention, self.pain, self.vomiting = np.zeros(n), np.zeros(n), np.zeros(n)
        self.bloated, self.sick = Latch(n, *BLOATED), Latch(n, *SICK)

    def step(self, toxicity: Array, soothed: Array, ill: Pathology) -> None:
        """One minute. `soothed`: the share of stool that loperamide prevents."""
        self.burden += (self.sensitivity * toxicity - self.burden) / FOLLOWS
        loose = STOOL * np.maximum(self.burden - STARTS, 0)
        self.stool = loose * (1 - soothed) + 130 * ill["diarrhea"]
        self.emesis = EMESIS * np.maximum(self.burden - STARTS, 0) + 40 * ill["vomiting"]
        self.bloated.step(self.burden)
        self.sick.step(self.burden)
        self.distention = np.maximum(self.bloated.on, ill.seen("distention"))
        self.pain = np.zeros_like(self.stool) + (ill.seen("abdominal-pain") > 0)
        self.vomiting = np.maximum(self.sick.on, ill.seen("vomiting") > 0)
