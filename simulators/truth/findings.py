"""The rows of Table 3 that a finding decides: present or absent, and how bad. Source: criteria.md section 3, findings and `mental-status`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from simulators.truth.runs import Sustained
from simulators.truth.view import States, View, graded

REVERSIBLE_MIN = 120
NEVER = 99


class Graded(NamedTuple):
    """The latent finding behind a row, and from which of its levels on the row is relative and absolute."""

    latent: str
    relative: int
    absolute: int


ROWS: Final[Mapping[str, Graded]] = MappingProxyType(
    {
        "ecg-ischemia": Graded("ischemia", 1, 1),
        "moist-desquamation": Graded("desquamation", 1, NEVER),
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
RHYTHMS: Final[Mapping[str, int]] = MappingProxyType({"atrial-fibrillation": 1, "supraventricular-tachycardia": 2, "ventricular-arrhythmia": 3})


def finding(row: Graded, view: View) -> States:
    """A finding is what it is at each minute; nothing lingers."""
    level = view.value(row.latent)
    return graded(level >= row.relative, level >= row.absolute)


def arrhythmia(rhythm: int, view: View) -> States:
    """Absolute while the heart beats in this rhythm."""
    present = view.value("rhythm") == rhythm
    return graded(present, present)


class MentalStatus:
    """Absolute once it has been changed for 2 h without reversal."""

    def __init__(self, columns: int) -> None:
        self.unreversed = Sustained(columns, REVERSIBLE_MIN)

    def __call__(self, view: View) -> States:
        stays = self.unreversed(view.value("mental-status") >= 1)
        return graded(stays, stays)
