"""Define what happens to a patient beyond what each dose does (kind, span of minutes, size; 1 is a typical
case), and apply it minute by minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from simulators.physiology.latent_state import Array

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "atrial-fibrillation": "rhythm 1; the heart runs 35/min x size faster, pressure falls by 8 %",
        "supraventricular-tachycardia": "rhythm 2; 60/min x size faster, pressure falls by 12 %",
        "ventricular-arrhythmia": "rhythm 3; 15/min x size faster, pressure falls by 10 %",
        "tachycardia": "a sinus rhythm 15/min x size faster",
        "fever": "the temperature's set point is 1.5 Cel x size higher",
        "infection": (
            "sepsis: fever (1.8 Cel x size), vasodilation and leak growing over hours; strongly "
            "suspected 2 h after it begins"
        ),
        "hypotension": "vessels dilate: pressure falls by 15 % x size",
        "pressor-dependence": (
            "vessels that answer phenylephrine poorly and stay dilated while it lasts: "
            "pressure falls by 30 % x size"
        ),
        "capillary-leak": (
            "the leak is larger by size (1: as much again as a typical patient's at the end of therapy)"
        ),
        "pulmonary-edema": "lung water rises by 900 mL x size over 8 h",
        "effusion": "a pleural effusion that is drained",
        "oliguria": "urine falls by 70 % x size; it answers fluid and dopamine",
        "renal-failure": "urine and filtration fall by 85 % x size; they answer nothing",
        "hepatic": "bilirubin's target rises by 8 mg/dL x size",
        "thrombocytopenia": "platelets fall by a further 80 % x size",
        "bleeding": "size 1: guaiac-positive; 2: frank blood, 1 point of hematocrit lost every 2 h",
        "neurotoxicity": "size 1: confused; 2: disoriented too; 3: hallucinating too",
        "reversible-confusion": "mental status changed for as long as it lasts, and nothing else",
        "diarrhea": "stool 130 mL/h x size",
        "vomiting": "vomiting that answers no drug, 40 mL/h x size",
        "distention": "size 1: ileus or distention; 2: severe, affecting breathing",
        "abdominal-pain": "severe and unrelenting",
        "extremities": "size 1: tightness; 2: paresthesias",
        "desquamation": "moist desquamation",
        "myocarditis": "troponin and CK-MB leak; total CK rises",
        "ischemia": "the electrocardiogram shows ischemia",
        "scant-urine": "urine stays at 20 mL/h x size, 4 mL/h up and down in 3 h, whatever is given",
        "agitation": "nothing in the body but what is charted: agitated; no row of 2001 asks for it",
        "intubated": "a tube that keeps the airway open, and a ventilator, for lungs that need neither",
        "oxygen-withheld": "nothing in the body: nobody gives oxygen",
        "bag-change": "nothing in the body: the pressor's bag is changed, its pump stands still for 4 min",
        "bad-reading": (
            "nothing in the body: the first set taken by hand is misread (size 1: pulse, 2: pressure, 3: "
            "saturation)"
        ),
        "clock-ahead": "nothing in the body: the bedside monitor's clock is ahead by so many minutes",
        "discharge-in-error": "nothing in the body: a discharge is charted, and withdrawn when it ends",
        "conversion-uncharted": (
            "nothing in the body: an arrhythmia that ends is charted as absent, without the sinus rhythm and "
            "the symptoms that a pack asks for"
        ),
        "missed-charting": (
            "nothing in the body: observations are not charted (size 1: everything, 2: "
            "urine only, 3: vital signs only, 4: labs only)"
        ),
    }
)


class ClinicalEvent(NamedTuple):
    """Something imposed on a patient from minute `start` up to, not including, `end`.

    `patient`: index in the cohort. `kind`: one of `KINDS`.
    """

    patient: int
    kind: str
    start: int
    end: int
    size: float = 1.0


def felt(
    clinical_events: Iterable[ClinicalEvent], patients: int, start: int, minutes: int
) -> dict[str, Array]:
    """Return, by kind, the size in force in each minute: arrays (minutes, patients).

    A kind that no patient has is absent; overlapping events of a kind count once, the largest.
    """
    arrays: dict[str, Array] = {}
    for one in clinical_events:
        first, last = max(one.start - start, 0), min(one.end - start, minutes)
        if first < last:
            array = arrays.setdefault(one.kind, np.zeros((minutes, patients)))
            array[first:last, one.patient] = np.maximum(array[first:last, one.patient], one.size)
    return arrays


NONE: Final = np.zeros(())
AT_ONCE: Final = 4.0
ONSET: Final[Mapping[str, float]] = MappingProxyType(
    {
        "fever": 60.0,
        "tachycardia": 20.0,
        "infection": 180.0,
        "hypotension": 30.0,
        "pressor-dependence": 90.0,
        "capillary-leak": 120.0,
        "pulmonary-edema": 180.0,
        "oliguria": 60.0,
        "renal-failure": 120.0,
        "hepatic": 120.0,
        "thrombocytopenia": 120.0,
        "diarrhea": 45.0,
        "vomiting": 30.0,
    }
)
"""Time constants (minutes) with which a kind comes on and passes; the others, as findings, do within minutes.

Assumptions.
"""


class Pathology:
    """What is imposed on the patients and how far it has come on.

    `ill[kind]` is the size felt now, an array (patients,), or a scalar 0 for a kind that no patient has;
    `seen(kind)` the size imposed now, without onset.
    """

    def __init__(self, patients: int) -> None:
        self.patients = patients
        self.felt: dict[str, Array] = {}
        self.imposed: Mapping[str, Array] = {}
        self.minutes: dict[str, Array] = {}

    def __getitem__(self, kind: str) -> Array:
        return self.felt.get(kind, NONE)

    def seen(self, kind: str) -> Array:
        """Return the size imposed now, without onset."""
        return self.imposed.get(kind, NONE)

    def lasting(self, kind: str) -> Array:
        """Return for how many minutes without a break it has been imposed."""
        return self.minutes.get(kind, NONE)

    def step(self, imposed: Mapping[str, Array]) -> None:
        """Advance by one minute; `imposed`: by kind, (patients,)."""
        self.imposed = imposed
        for kind in {**self.felt, **imposed}:
            size = imposed.get(kind, NONE)
            felt = self.felt.setdefault(kind, np.zeros(self.patients))
            felt += (size - felt) / ONSET.get(kind, AT_ONCE)
            self.minutes[kind] = (self.minutes.get(kind, NONE) + 1) * np.broadcast_to(size > 0, self.patients)


class EventLatch:
    """A finding that comes when its cause rises above one limit and goes when it falls below another.

    `on`: 0.0 or 1.0, array (patients,).
    """

    def __init__(self, patients: int, comes: float, goes: float) -> None:
        self.comes, self.goes = comes, goes
        self.on = np.zeros(patients)

    def step(self, cause: Array) -> None:
        """Advance by one minute."""
        self.on = np.where(cause > self.comes, 1.0, np.where(cause < self.goes, 0.0, self.on))
