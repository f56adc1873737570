"""Model the organs that show as signs: stool and vomit, temperature, neuropsychiatric effects, rhythm, skin,
limbs, bleeding and suspected infection.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.physiology.clinical_events import EventLatch, Pathology
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Array

# Stool and vomit.
#
# Sources: nausea, vomiting and diarrhea become more prominent toward the end of therapy (paper, Overview);
# grade 3 or 4 diarrhea in 12 % (Cancer 83:797, 1998, the last group). Assumption: rates above a threshold of
# a burden that follows toxicity with 12 h.


GUT_FOLLOWS: Final = 720.0
STOOL, STARTS = 60.0, 0.75
"""mL/h per unit of burden above the threshold."""
EMESIS: Final = 8.0
"""Likewise, vomited."""
BLOATED, SICK = (2.6, 2.0), (3.2, 2.4)
"""Burden above which the belly is distended, and vomiting refractory, and below which they are not."""


class Gut:
    """`stool`, `emesis` mL/h; `distention` 0-2, `pain`, `vomiting` 0-1: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.sensitivity = cohort.sensitivity["gut"]
        self.burden, self.stool, self.emesis = np.zeros(n), np.zeros(n), np.zeros(n)
        self.distention, self.pain, self.vomiting = np.zeros(n), np.zeros(n), np.zeros(n)
        self.bloated, self.sick = EventLatch(n, *BLOATED), EventLatch(n, *SICK)

    def step(self, toxicity: Array, soothed: Array, ill: Pathology) -> None:
        """Advance by one minute. `soothed`: the share of stool that loperamide prevents."""
        self.burden += (self.sensitivity * toxicity - self.burden) / GUT_FOLLOWS
        loose = STOOL * np.maximum(self.burden - STARTS, 0)
        self.stool = loose * (1 - soothed) + 130 * ill["diarrhea"]
        self.emesis = EMESIS * np.maximum(self.burden - STARTS, 0) + 40 * ill["vomiting"]
        self.bloated.step(self.burden)
        self.sick.step(self.burden)
        self.distention = np.maximum(self.bloated.on, ill.seen("distention"))
        self.pain = np.zeros_like(self.stool) + (ill.seen("abdominal-pain") > 0)
        self.vomiting = np.maximum(self.sick.on, ill.seen("vomiting") > 0)


# Temperature.
#
# Sources: chills and fever begin 2-3 h after the first or second dose, and premedication suppresses the later
# ones; a rising baseline (paper, Overview, Table 5 "high spike above rising baseline"). Assumption: 2.3 Cel
# at the first peak.


PEAK: Final = 2.3
RISING: Final = 0.25
"""Cel at toxicity 1."""
DAILY: Final = 0.25
"""Half of the swing between night and day, Cel."""
SHAKING: Final = 0.012
"""A set point that rises by more than this many Cel in a minute is felt as chills: 0.7 Cel/h."""


class Heat:
    """`temperature` Cel, `chills` 0 or 1: arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.sensitivity = cohort.sensitivity["fever"]
        self.temperature = cohort.temperature.copy()
        self.fever = np.zeros(len(cohort))
        self.chills = np.zeros(len(cohort), dtype=bool)

    def step(self, pyrogen: Array, toxicity: Array, ill: Pathology, daily: float) -> None:
        """Advance by one minute."""
        fever = self.sensitivity * PEAK * pyrogen + 1.5 * ill["fever"] + 1.8 * ill["infection"]
        self.chills = fever - self.fever > SHAKING
        self.fever = fever
        self.temperature = (
            self.cohort.temperature + fever.clip(0, 3.6) + RISING * toxicity.clip(0, 2) + DAILY * daily
        ).clip(34.5, 41.3)


# The neuropsychiatric effects: late, cumulative, in this order.
#
# Source: they "may begin with subtle confusion"; grade 4 in 8 % of patients (paper, Overview; Cancer 83:797,
# 1998: 1241 patients: 19 % -> 8 %). Assumption: one hidden burden that follows toxicity with 14 h, and
# thresholds on it.


MENTAL_STATE_FOLLOWS: Final = 840.0
THRESHOLDS: Final = {
    "vivid-dreams": 1.6, "emotional-lability": 1.8, "mental-status": 2.0, "cognition": 2.2,
    "disorientation": 2.4, "hallucination": 2.7,
}  # fmt: skip
IMPOSED: Final = {"mental-status": 1, "cognition": 2, "disorientation": 2, "hallucination": 3}
"""From which size of a `neurotoxicity` each is present."""


class MentalState:
    """`level[finding]`: 0.0 or 1.0, arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.sensitivity = cohort.sensitivity["neuro"]
        self.burden = np.zeros(len(cohort))
        self.latches = {
            finding: EventLatch(len(cohort), limit, 0.75 * limit) for finding, limit in THRESHOLDS.items()
        }
        self.level: dict[str, Array] = {finding: latch.on for finding, latch in self.latches.items()}

    def step(self, toxicity: Array, ill: Pathology) -> None:
        """Advance by one minute."""
        self.burden += (self.sensitivity * toxicity - self.burden) / MENTAL_STATE_FOLLOWS
        for finding, latch in self.latches.items():
            latch.step(self.burden)
            imposed = ill.seen("neurotoxicity") >= IMPOSED.get(finding, 9)
            self.level[finding] = np.maximum(latch.on, imposed)
        self.level["mental-status"] = np.maximum(
            self.level["mental-status"], ill.seen("reversible-confusion") > 0
        )


SUSPECTED: Final = 120.0
"""Minutes from an infection's beginning until it is strongly suspected (assumption)."""
TIGHT, PITTING, ANASARCA = (0.62, 0.5), (0.15, 0.1), (0.4, 0.3)
"""Swelling of the tissues (fraction over normal) above which limbs are tight and edema is 1, 2; and below
which it goes.
"""


class Signs:
    """`level[finding]`: arrays (patients,) of whole levels."""

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.tight, self.pitting, self.anasarca = (
            EventLatch(n, *TIGHT),
            EventLatch(n, *PITTING),
            EventLatch(n, *ANASARCA),
        )
        self.none = np.zeros(n)
        self.level: dict[str, Array] = {}

    def step(self, swelling: Array, ventilated: Array, ill: Pathology) -> None:
        """Advance by one minute."""
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
        """Return the most severe rhythm present."""
        kinds = enumerate(
            ("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"), 1
        )
        rhythm = self.none
        for code, kind in kinds:
            rhythm = np.where(ill.seen(kind) > 0, float(code), rhythm)
        return rhythm


PRESENT: Final = {"ischemia": "ischemia", "desquamation": "desquamation", "effusion": "effusion"}
