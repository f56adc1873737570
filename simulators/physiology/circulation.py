"""Model pressure and heart rate: vessels dilate, volume and pressors oppose it, the heart compensates.

Sources: systemic resistance falls from 2 h after the first dose; a steady state of relative hypotension and
tachycardia; pressure returns within 24-48 h of the last dose; phenylephrine 0.1-2 ug/kg/min, needed more
towards the end, when it also answers less (paper, Overview and Table 6). Assumptions: every coefficient; they
are set so that a typical patient with baseline 122 mm[Hg] falls to about 110 after the first dose and,
without fluid, to below the Table 2 target on the second day, and that some three in five typical patients
need a pressor: the middle of what is published (grade 3 or 4 hypotension in 31-81 %, Cancer 83:797, 1998).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.physiology.clinical_events import Pathology
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Array

BY_WAVE, BY_TOXICITY = 0.116, 0.06
"""Fraction of the baseline pressure lost at wave 1 and at toxicity 1."""
BY_FILLING: Final = 0.8
"""Fraction of the pressure gained per fraction of plasma over normal; it levels off at +0.15 (a fuller heart
ejects no more) and at -0.35.
"""
PHENYLEPHRINE, HALF_AT = 0.42, 0.9
"""Largest fraction of the baseline regained, and the rate of half of it (ug/kg/min)."""
NOREPINEPHRINE, NOREPINEPHRINE_HALF_AT = 0.45, 0.15
DULLED: Final = 0.25
"""How much less vessels respond to a pressor at toxicity 1: the requirement rises as therapy nears completion
(paper).
"""
BAROREFLEX: Final = 52.0
"""Beats per minute for the whole baseline pressure lost; with a fall of 0.25, 13/min."""
PER_DEGREE: Final = 8.0
"""Beats per minute for each degree of fever (Liebermeister's rule)."""
DIRECT: Final = 9.0
"""Beats per minute at toxicity 1, beyond reflex and fever."""
PER_DOPAMINE: Final = 2.0
"""Beats per minute per ug/kg/min."""
DAILY_PRESSURE, DAILY_HEART = 0.02, 2.0
"""Half of the swing between night and day: fraction of pressure, beats per minute."""
ARRHYTHMIA: Final = ((0.0, 0.0), (35.0, 0.08), (60.0, 0.12), (15.0, 0.10))
"""By rhythm (sinus, fibrillation, supraventricular, ventricular): beats per minute more, fraction of pressure
lost.
"""


class Circulation:
    """`systolic`, `diastolic`, `mean` (mm[Hg]), `heart_rate` (/min): arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.vascular, self.cardiac = cohort.sensitivity["vascular"], cohort.sensitivity["cardiac"]
        self.reflex = np.zeros(len(cohort))
        self.systolic, self.diastolic, self.heart_rate = (
            cohort.systolic.copy(),
            cohort.diastolic.copy(),
            cohort.heart_rate.copy(),
        )

    @property
    def mean(self) -> Array:
        return self.diastolic + (self.systolic - self.diastolic) / 3

    def step(
        self,
        wave: Array,
        toxicity: Array,
        filling: Array,
        temperature: Array,
        pressors: tuple[Array, Array, Array],
        ill: Pathology,
        daily: float,
        wander: Array,
    ) -> None:
        """Advance by one minute.

        `pressors`: phenylephrine, dopamine, norepinephrine; `daily`: -1 at night, 1 in the afternoon;
        `wander`: (2, patients), slow noise of pressure and heart rate.
        """
        phenylephrine, dopamine, norepinephrine = pressors
        dilated = (
            self.vascular * (BY_WAVE * wave + BY_TOXICITY * toxicity)
            + 0.15 * ill["hypotension"]
            + 0.3 * ill["pressor-dependence"]
            + 0.16 * ill["infection"]
        )
        constricted = pressor_effect(phenylephrine, norepinephrine, toxicity + ill["pressor-dependence"])
        beats, lost = arrhythmia_effect(ill)
        filled = BY_FILLING * filling.clip(-0.35, 0.15)
        fall = dilated + lost - filled - constricted - 0.01 * dopamine
        self.reflex += (fall - self.reflex) / 5
        kept = 1 - fall.clip(-0.25, 0.68) + DAILY_PRESSURE * daily
        self.systolic = np.maximum(self.cohort.systolic * kept + wander[0], 40)
        self.diastolic = np.maximum(
            self.cohort.diastolic * (kept - 0.15 * dilated.clip(0, 0.5)) + 0.6 * wander[0], 20
        )
        fever = (temperature - self.cohort.temperature).clip(-1, 4)
        compensation = BAROREFLEX * self.reflex.clip(-0.2, 0.6) + DIRECT * toxicity
        more = PER_DOPAMINE * dopamine + 15 * ill["tachycardia"] + beats + DAILY_HEART * daily + wander[1]
        self.heart_rate = (
            self.cohort.heart_rate + self.cardiac * compensation + PER_DEGREE * fever + more
        ).clip(38, 230)


def pressor_effect(phenylephrine: Array, norepinephrine: Array, dull: Array) -> Array:
    """Return the fraction of the baseline pressure that the pressors restore."""
    agonists = PHENYLEPHRINE * phenylephrine / (phenylephrine + HALF_AT) + NOREPINEPHRINE * norepinephrine / (
        norepinephrine + NOREPINEPHRINE_HALF_AT
    )
    return agonists / (1 + DULLED * dull)


def arrhythmia_effect(ill: Pathology) -> tuple[Array, Array]:
    """Return beats per minute more, and fraction of pressure lost, by the arrhythmias present."""
    kinds = ("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia")
    sizes = [(ill[kind], beats, lost) for kind, (beats, lost) in zip(kinds, ARRHYTHMIA[1:], strict=True)]
    return sum((size * beats for size, beats, _ in sizes), np.zeros(())), sum(
        (size.clip(0, 1) * lost for size, _, lost in sizes), np.zeros(())
    )
