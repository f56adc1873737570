"""The stay: admission, what was found before therapy, the cycle's start and end, moves, discharge; known at once, from the front desk."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from rules.vocabulary import LABS
from simulators.charting.pen import Pen
from simulators.cohort import Cohort
from simulators.latent import Act
from simulators.writing.lines import reading

HISTORY: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "recent-steroid": False, "recent-infection": False, "stress-test-normal": True, "ecg-normal": True, "chest-xray-clear": True,
        "heavy-smoker": False, "heavy-lung-burden": False, "antihypertensives-stopped": True, "major-organ-disease": False,
        "family-history-cardiac": False,
    }
)  # fmt: skip
"""Who is treated is eligible: the conditions of the paper's pretherapy assessment are met."""


class Stay:
    """Writes `encounter` events."""

    def __init__(self, cohort: Cohort, pen: Pen) -> None:
        self.cohort, self.pen = cohort, pen

    def turn(self, act: Act) -> None:
        said: dict[str, Any] = {"event": act.kind}
        if "location" in act.detail:
            said["location"] = act.detail["location"]
        if act.kind == "baseline":
            said |= self.baseline(act.patient)
        self.pen.write("encounter", act.patient, act.minute, said)
        if act.kind == "discharge":
            self.pen.leave(act.patient, act.minute)

    def baseline(self, bed: int) -> dict[str, Any]:
        who = self.cohort
        readings = [
            reading("systolic-bp", round(float(who.systolic[bed])), "mm[Hg]"),
            reading("heart-rate", round(float(who.heart_rate[bed])), "/min"),
            reading("weight", round(float(who.weight[bed]), 1), "kg"),
        ]
        readings += [reading(code, round(float(who.labs[code][bed]), 2), LABS[code]) for code in ("creatinine", "bilirubin") if code in who.labs]
        return {"age": round(float(who.age[bed])), "readings": readings, "findings": dict(HISTORY)}
