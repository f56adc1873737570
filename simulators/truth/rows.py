"""Every criterion whose truth is known, by code, in the order of Table 3: what a chunk is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simulators.cohort import Cohort
from simulators.truth import findings, labs
from simulators.truth.heart import SinusTachycardia
from simulators.truth.oxygen import OxygenRequirement
from simulators.truth.phenylephrine import PhenylephrineMaximum, PhenylephrineMinimum
from simulators.truth.pressure import Hypotension
from simulators.truth.stool import Diarrhea
from simulators.truth.urine import UrineHour, UrineShift
from simulators.truth.view import VIEWS, States, View
from simulators.truth.weight import WeightGain

Row = Callable[[View], States]


class Rows:
    """The definitions at work on one cohort, each with what it carries from chunk to chunk."""

    def __init__(self, cohort: Cohort) -> None:
        columns = VIEWS * len(cohort)
        self.hypotension, self.tachycardia = Hypotension(cohort.systolic), SinusTachycardia(columns)
        self.rows = measured(columns, cohort) | observed(columns)
        self.codes = ("hypotension", "sinus-tachycardia", *self.rows)

    def __call__(self, view: View) -> dict[str, States]:
        """The state of each criterion at each minute: by code, (minutes, 3 patients)."""
        hypotension = self.hypotension(view)
        found = {"hypotension": hypotension, "sinus-tachycardia": self.tachycardia(view, hypotension)}
        return found | {code: row(view) for code, row in self.rows.items()}


def measured(columns: int, cohort: Cohort) -> dict[str, Row]:
    """The rows that numbers decide."""
    return {
        "cardiac-enzymes": labs.cardiac_enzymes,
        "diarrhea": Diarrhea(columns),
        "bilirubin": labs.bilirubin,
        "phenylephrine-maximum": PhenylephrineMaximum(columns),
        "phenylephrine-minimum": PhenylephrineMinimum(columns),
        "platelets": labs.platelets,
        "weight-gain": WeightGain(cohort.weight),
        "oxygen-requirement": OxygenRequirement(columns),
        "urine-shift": UrineShift(columns),
        "urine-hour": UrineHour(columns),
        "creatinine": labs.creatinine,
    }


def observed(columns: int) -> dict[str, Row]:
    """The rows that findings decide."""
    return {
        **{code: partial(findings.arrhythmia, rhythm) for code, rhythm in findings.RHYTHMS.items()},
        **{code: partial(findings.finding, row) for code, row in findings.ROWS.items()},
        "mental-status": findings.MentalStatus(columns),
    }
