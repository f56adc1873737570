"""The neuropsychiatric effects: late, cumulative, in this order.

Source: they "may begin with subtle confusion"; grade 4 in 8 % of patients (paper, Overview; Cancer 83:797, 1998: 1241 patients: 19 % -> 8 %).
Assumption: one hidden burden that follows toxicity with 14 h, and thresholds on it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.cohort import Cohort
from simulators.physiology.latch import Latch
from simulators.physiology.pathology import Pathology
from simulators.seeds import Array

FOLLOWS: Final = 840.0
THRESHOLDS: Final = {
    "vivid-dreams": 1.6, "emotional-lability": 1.8, "mental-status": 2.0, "cognition": 2.2, "disorientation": 2.4, "hallucination": 2.7,
}  # fmt: skip
IMPOSED: Final = {"mental-status": 1, "cognition": 2, "disorientation": 2, "hallucination": 3}
"""From which size of a `neurotoxicity` each is present."""


class Mind:
    """`level[finding]`: 0.0 or 1.0, arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.sensitivity = cohort.sensitivity["neuro"]
        self.burden = np.zeros(len(cohort))
        self.latches = {finding: Latch(len(cohort), limit, 0.75 * limit) for finding, limit in THRESHOLDS.items()}
        self.level: dict[str, Array] = {finding: latch.on for finding, latch in self.latches.items()}

    def step(self, toxicity: Array, ill: Pathology) -> None:
        """One minute."""
        self.burden += (self.sensitivity * toxicity - self.burden) / FOLLOWS
        for finding, latch in self.latches.items():
            latch.step(self.burden)
            imposed = ill.seen("neurotoxicity") >= IMPOSED.get(finding, 9)
            self.level[finding] = np.maximum(latch.on, imposed)
        self.level["mental-status"] = np.maximum(self.level["mental-status"], ill.seen("reversible-confusion") > 0)
