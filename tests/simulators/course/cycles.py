"""Many cycles under the guideline, kept thin: what the tests of the published course measure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from rules.guideline.settings.loader import load
from simulators.care.dosing import LEAD
from simulators.charting.chart import Charting
from simulators.course.closed_loop import course
from simulators.course.simulation import prepare
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import Array, Chunk
from simulators.scenarios import SCENARIOS
from streams.demo.dose_consultant import Consultant

EVERY = 5
"""Minutes between the kept values."""
KEPT = (
    "systolic-bp", "heart-rate", "temperature", "spo2", "weight", "urine-rate",
    "creatinine", "platelets", "bilirubin", "bicarbonate", "hematocrit",
)  # fmt: skip
ORIGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass
class Cycles:
    """`latent[code]`: (times, patients), a value each `EVERY` minutes; `doses`, `ended`: minutes by
    patient.
    """

    cohort: Cohort
    latent: dict[str, Array]
    phenylephrine: Array
    doses: dict[int, list[int]]
    ended: dict[int, int]

    @property
    def patients(self) -> int:
        return len(self.cohort.ids)

    def start(self, patient: int) -> int:
        return int(self.cohort.admitted[patient]) + LEAD

    def stretch(self, code: str, patient: int, begins: int, lasts: int) -> Array:
        """A patient's values in the minutes after `begins`."""
        return self.latent[code][begins // EVERY : (begins + lasts) // EVERY, patient]


def lived(scenario: str, patients: int, seed: int, days: float) -> Cycles:
    """A scenario under the policy `guideline`: the real engine reads the real chart, kept by hand
    each hour.
    """
    _, cohort, plan = prepare(SCENARIOS[scenario], patients, seed, days)
    charting = Charting(cohort, plan, seed, ORIGIN, ["hourly"] * patients)
    consultant = Consultant(cohort.ids, round(ORIGIN.timestamp()) * 1000, load(None))
    kept: dict[str, list[Array]] = defaultdict(list)
    cycles = Cycles(cohort, {}, np.zeros(0), defaultdict(list), {})
    for chunk in course(cohort, plan, seed, consultant):
        consultant.chart(charting.chart(chunk))
        note(cycles, chunk)
        for code in KEPT:
            kept[code].append(chunk.latent[code][EVERY - 1 :: EVERY].astype(np.float32))
        kept["phenylephrine"].append(chunk.support["phenylephrine"][EVERY - 1 :: EVERY].astype(np.float32))
    cycles.latent = {code: np.concatenate(kept[code]) for code in KEPT}
    cycles.phenylephrine = np.concatenate(kept["phenylephrine"])
    return cycles


def note(cycles: Cycles, chunk: Chunk) -> None:
    """The doses given, and therapy's end."""
    for act in chunk.acts:
        if act.kind == "dose" and act.detail["given"]:
            cycles.doses[act.patient].append(act.minute)
        elif act.kind == "therapy-end":
            cycles.ended[act.patient] = act.minute
