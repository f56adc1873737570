"""List every criterion whose truth is known, by code, in the order of Table 3, with the rows that a finding
decides (criteria.md section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from simulators.physiology.cohort import Cohort
from simulators.truth import single_value_criteria
from simulators.truth.runs import Run
from simulators.truth.single_value_criteria import PhenylephrineMaximum, PhenylephrineMinimum, WeightGain
from simulators.truth.view import VIEWS, States, TruthView, graded
from simulators.truth.vital_sign_criteria import Hypotension, OxygenRequirement, SinusTachycardia
from simulators.truth.volume_criteria import Diarrhea, UrineHour, UrineShift

REVERSIBLE_MIN = 120
NEVER = 99


class Graded(NamedTuple):
    """The latent finding behind a row, and the levels of it from which the row is relative and absolute."""

    latent: str
    relative: int
    absolute: int


ROWS: Final[Mapping[str, Graded]] = MappingProxyType(
    {
        "ecg-ischemia": Graded("ischemia", 1, 1),
        "moist-desquamation": Graded("desquamation", 1, 1),
        "refractory-vomiting": Graded("vomiting", 1, 1),
        "abdominal-distention": Graded("abdominal-distention", 1, 2),
        "abdominal-pain": Graded("abdominal-pain", 1, 1),
        "bleeding": Graded("bleeding", 1, 2),
        "infection": Graded("infection", 1, 1),
        "extremities": Graded("extremities", 1, 2),
        "vivid-dreams": Graded("vivid-dreams", 1, NEVER),
        "emotional-lability": Graded("emotional-lability", 1, 2),
        "hallucination": Graded("hallucination", 1, 1),
        "cognition": Graded("cognition", 1, 1),
        "disorientation": Graded("disorientation", 1, 1),
        "dyspnea": Graded("dyspnea", 1, NEVER),
        "intubation": Graded("intubation", 1, 1),
        "rales": Graded("rales", 1, 2),
        "pleural-effusion": Graded("effusion", 1, 1),
    }
)
RHYTHMS: Final[Mapping[str, int]] = MappingProxyType(
    {"atrial-fibrillation": 1, "supraventricular-tachycardia": 2, "ventricular-arrhythmia": 3}
)


def finding(row: Graded, view: TruthView) -> States:
    """Return the state of a row by its finding at each minute; it ends with the finding."""
    level = view.value(row.latent)
    return graded(level >= row.relative, level >= row.absolute)


def arrhythmia(rhythm: int, view: TruthView) -> States:
    """Return absolute while the heart beats in this rhythm."""
    present = view.value("rhythm") == rhythm
    return graded(present, present)


class MentalStatus:
    """Absolute once it has been changed for 2 h without reversal."""

    def __init__(self, columns: int) -> None:
        self.unreversed = Run(columns)

    def __call__(self, view: TruthView) -> States:
        stays = self.unreversed(view.value("mental-status") >= 1) > REVERSIBLE_MIN
        return graded(stays, stays)


Row = Callable[[TruthView], States]


class Rows:
    """The definitions applied to one cohort, each with what it carries from chunk to chunk."""

    def __init__(self, cohort: Cohort) -> None:
        columns = VIEWS * len(cohort)
        self.hypotension, self.tachycardia = Hypotension(cohort.systolic), SinusTachycardia(columns)
        self.rows = measured(columns, cohort) | observed(columns)
        self.codes = ("hypotension", "sinus-tachycardia", *self.rows)

    def __call__(self, view: TruthView) -> dict[str, States]:
        """Return the state of each criterion at each minute: by code, (minutes, 3 patients)."""
        hypotension = self.hypotension(view)
        found = {"hypotension": hypotension, "sinus-tachycardia": self.tachycardia(view, hypotension)}
        return found | {code: row(view) for code, row in self.rows.items()}


def measured(columns: int, cohort: Cohort) -> dict[str, Row]:
    """Return the rows that numbers decide."""
    return {
        "cardiac-enzymes": single_value_criteria.cardiac_enzymes,
        "diarrhea": Diarrhea(columns),
        "bilirubin": single_value_criteria.bilirubin,
        "phenylephrine-maximum": PhenylephrineMaximum(columns),
        "phenylephrine-minimum": PhenylephrineMinimum(columns),
        "platelets": single_value_criteria.platelets,
        "weight-gain": WeightGain(cohort.weight),
        "oxygen-requirement": OxygenRequirement(cohort.spo2),
        "urine-shift": UrineShift(columns),
        "urine-hour": UrineHour(columns),
        "creatinine": single_value_criteria.creatinine,
    }


def observed(columns: int) -> dict[str, Row]:
    """Return the rows that findings decide."""
    return {
        **{code: partial(arrhythmia, rhythm) for code, rhythm in RHYTHMS.items()},
        **{code: partial(finding, row) for code, row in ROWS.items()},
        "mental-status": MentalStatus(columns),
    }
