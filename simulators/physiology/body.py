"""Step the organs together, a minute at a time, under the treatment of that minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi
from typing import Final

from simulators.physiology.blood import Blood
from simulators.physiology.circulation import Circulation
from simulators.physiology.clinical_events import Pathology
from simulators.physiology.cohort import Cohort
from simulators.physiology.dose_response import Drive
from simulators.physiology.fluids import BodyFluids, Kidney, Lungs
from simulators.physiology.latent_state import LABS, Array
from simulators.physiology.signs import Gut, Heat, MentalState, Signs


@dataclass(frozen=True, slots=True)
class Treatment:
    """What care does in one minute: arrays (patients,).

    Pressors in ug/kg/min; `fluid`, `drunk` mL in this minute; `fio2` % breathed in; `ventilated` 0 or 1;
    `soothed` the share of stool prevented.
    """

    phenylephrine: Array
    dopamine: Array
    norepinephrine: Array
    fluid: Array
    drunk: Array
    fio2: Array
    ventilated: Array
    soothed: Array


WARMEST: Final = 17 * 60
"""Minute of the day (UTC) at which temperature, pressure and heart rate are highest; they are lowest twelve
hours later.
"""


class Body:
    """All patients' bodies; `step` advances by one minute, `latent` returns what is true at its end."""

    def __init__(self, cohort: Cohort) -> None:
        self.drive, self.pathology = Drive(len(cohort)), Pathology(len(cohort))
        self.volumes, self.circulation, self.kidney = BodyFluids(cohort), Circulation(cohort), Kidney(cohort)
        self.lungs, self.heat, self.blood = Lungs(cohort), Heat(cohort), Blood(cohort)
        self.mental_state, self.gut, self.signs = MentalState(cohort), Gut(cohort), Signs(cohort)

    def step(
        self, dosed: Array | None, care: Treatment, imposed: Mapping[str, Array], clock: int, wander: Array
    ) -> None:
        """Advance by one minute.

        `dosed`: 1 for those whose dose is given now; `imposed`: clinical events by kind; `clock`: minute of
        the day; `wander`: (2, patients).
        """
        drive, ill, volumes = self.drive, self.pathology, self.volumes
        if dosed is not None:
            drive.dose(dosed)
        drive.step()
        ill.step(imposed)
        daily = cos(2 * pi * (clock - WARMEST) / 1440)
        toxicity = drive.toxicity
        self.heat.step(drive.fever, toxicity, ill, daily)
        lost = (self.kidney.rate + self.gut.stool + self.gut.emesis) / 60
        volumes.step(toxicity, ill["capillary-leak"] + 0.5 * ill["infection"], care.fluid + care.drunk, lost)
        pressors = (care.phenylephrine, care.dopamine, care.norepinephrine)
        self.circulation.step(
            drive.wave, toxicity, volumes.filling, self.heat.temperature, pressors, ill, daily, wander
        )
        self.kidney.step(drive.wave, toxicity, volumes.filling, self.circulation.mean, care.dopamine, ill)
        self.lungs.step(
            volumes.plasma, volumes.tissue, self.heat.temperature, care.fio2, care.ventilated, ill
        )
        self.blood.step(toxicity, self.kidney.filtration, volumes.filling, ill)
        self.mental_state.step(toxicity, ill)
        self.gut.step(toxicity, care.soothed, ill)
        self.signs.step(volumes.swelling, care.ventilated, ill)

    def latent(self) -> dict[str, Array]:
        """Return every name of `LATENT`: (patients,)."""
        circulation, lungs, gut = self.circulation, self.lungs, self.gut
        return {
            "heart-rate": circulation.heart_rate, "systolic-bp": circulation.systolic,
            "diastolic-bp": circulation.diastolic, "mean-bp": circulation.mean,
            "temperature": self.heat.temperature, "spo2": lungs.spo2, "respiratory-rate": lungs.rate,
            "weight": self.volumes.body_weight, "urine-rate": self.kidney.rate, "stool-rate": gut.stool,
            "emesis-rate": gut.emesis, "lung-water": lungs.water, "rales": lungs.rales,
            "dyspnea": lungs.dyspnea, "abdominal-distention": gut.distention, "abdominal-pain": gut.pain,
            "vomiting": gut.vomiting,
            **dict(zip(LABS, self.blood.level, strict=True)), **self.mental_state.level, **self.signs.level,
        }  # fmt: skip
