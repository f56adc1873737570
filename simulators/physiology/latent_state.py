"""Define the latent state: what is true of the patients in a span of time, before it is measured or charted;
its array types, and one seed's generators, one a purpose.

Values are in the canonical units of wire.md. They carry the slow wander and the daily rhythm of a body, and
no measurement's noise: beat-to-beat noise and artefacts belong to charting.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

PURPOSES: Final = (
    "cohort",
    "clinical-events",
    "wander",
    "care",
    "observation",
    "charting",
    "artefacts",
    "faults",
    "mix",
)
"""The generator depends on a purpose's position: add at the end, never between.

A new consumer of random numbers gets a purpose of its own, so that it changes no other draws.
"""


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of one purpose. Raises ValueError for a purpose that is not listed."""
    if purpose not in PURPOSES:
        raise ValueError(f"no purpose {purpose!r}; there are {', '.join(PURPOSES)}")
    return np.random.default_rng(np.random.SeedSequence([seed, PURPOSES.index(purpose)]))


class PartGenerator:
    """Draws for every bed of a ward, and returns what beds `first` up to `last` get: what they get among all.

    The last axis of every shape is the beds; a size is of those that are returned.
    """

    def __init__(self, rng: np.random.Generator, ward: int, first: int, last: int) -> None:
        self.rng, self.ward, self.beds = rng, ward, slice(first, last)

    def standard_normal(self, size: Shape) -> Array:
        """Return numbers of the standard normal distribution."""
        return self.rng.standard_normal(self._of_all(size))[..., self.beds].copy()

    def random(self, size: Shape) -> Array:
        """Return numbers from 0 up to 1."""
        return self.rng.random(self._of_all(size))[..., self.beds].copy()

    def integers(self, low: int, high: int, size: Shape) -> Whole:
        """Return integers from `low` up to `high`."""
        return self.rng.integers(low, high, self._of_all(size))[..., self.beds].copy()

    def _of_all(self, size: Shape) -> Shape:
        return self.ward if isinstance(size, int) else (*size[:-1], self.ward)


Shape = int | tuple[int, ...]
Generator = np.random.Generator | PartGenerator


CHUNK: Final = 15
"""Minutes a chunk lasts."""

VITALS: Final = (
    "heart-rate",
    "systolic-bp",
    "diastolic-bp",
    "mean-bp",
    "temperature",
    "spo2",
    "respiratory-rate",
    "weight",
)
RATES: Final = ("urine-rate", "stool-rate", "emesis-rate")
"""Outputs, in mL/h."""
LABS: Final = (
    "creatinine", "bilirubin", "platelets", "bicarbonate", "potassium", "sodium", "calcium", "magnesium",
    "phosphate", "albumin", "hematocrit", "hemoglobin", "urea", "glucose", "alt", "ast", "ck", "ck-mb",
    "troponin-t", "inr", "ptt", "wbc", "tsh", "free-t4",
)  # fmt: skip
FINDINGS: Final[Mapping[str, tuple[tuple[str, bool | str], ...]]] = MappingProxyType(
    {
        "rhythm": (
            ("atrial-fibrillation", True),
            ("supraventricular-tachycardia", True),
            ("ventricular-arrhythmia", True),
        ),
        "ischemia": (("ecg-ischemia", True),),
        "desquamation": (("moist-desquamation", True),),
        "vomiting": (("refractory-vomiting", True),),
        "abdominal-distention": (("distention", True), ("severe-distention", True)),
        "abdominal-pain": (("severe-abdominal-pain", True),),
        "bleeding": (("guaiac-positive", True), ("frank-blood", True)),
        "infection": (("infection", True),),
        "extremities": (("extremity-tightness", True), ("extremity-paresthesias", True)),
        "vivid-dreams": (("vivid-dreams", True),),
        "emotional-lability": (("emotional-lability", True), ("persistent-crying", True)),
        "hallucination": (("hallucination", True),),
        "mental-status": (("mental-status", "changed"),),
        "cognition": (("cognition-failed", True),),
        "disorientation": (("disorientation", True),),
        "dyspnea": (("dyspnea-at-rest", True),),
        "intubation": (("intubation", True),),
        "rales": (("rales", "one-third"), ("rales", "half")),
        "effusion": (("effusion-drained", True),),
    }
)
"""A finding's latent level is 0 (absent), 1, 2 ...; level k is charted as the k-th (code, value) here.

At 0 the code is absent (`rales` none, `mental-status` normal).
"""
INNER: Final = ("lung-water", "edema")
"""`lung-water`: mL over normal. `edema`: level 0, 1, 2; it has no code on the wire."""
LATENT: Final = (*VITALS, *RATES, *LABS, *FINDINGS, *INNER)

PRESSORS: Final = ("phenylephrine", "dopamine", "norepinephrine")
SUPPORT: Final = (*PRESSORS, "o2-device", "o2-flow", "fio2", "maintenance", "oral", "icu", "present")
"""`PRESSORS` in ug/kg/min; `o2-device` an index of `DEVICES`; `o2-flow` L/min (0 on a mask or ventilator);
`fio2` in % (21 when none is set); `maintenance`, `oral` mL/h; `icu`, `present` (admitted and not discharged)
0 or 1.
"""
DEVICES: Final = ("room-air", "nasal-cannula", "mask", "ventilator")

ACTS: Final = (
    "admit", "baseline", "cycle-start", "dose", "therapy-end", "transfer", "discharge",
    "rate", "o2", "maintenance", "bolus", "blood-product", "lab-draw", "medication", "vital-signs", "accept",
)  # fmt: skip


class Act(NamedTuple):
    """One discrete thing done.

    `minute` counts from the course's origin; `patient` is the index in the cohort.

    detail by kind: `dose` {given: bool, amount: IU/kg, reason: str | None}; `bolus` {volume: mL, minutes};
    `blood-product` {product, volume}; `rate` {agent, rate: ug/kg/min}; `o2` {device, flow, fio2 (None where
    the device has none)}; `maintenance` {rate: mL/h}; `lab-draw` {panels: names of `care.labs.PANELS`};
    `medication` {agent, amount, unit, route}; `accept` {criterion, level}; `admit`, `baseline`, `transfer`
    {location: "ward" | "icu"}; the rest {}.
    """

    minute: int
    patient: int
    kind: str
    detail: Mapping[str, Any]


class Chunk(NamedTuple):
    """A span of the course for all patients: arrays of shape (minutes, patients), row i being the truth at
    the end of minute start + i.

    So row i is about the instant start + i + 1; an act at minute m takes effect in row m - start. `acts` are
    in order of minute, then patient.
    """

    start: int
    latent: Mapping[str, Array]
    support: Mapping[str, Array]
    acts: list[Act]

    @property
    def minutes(self) -> int:
        return len(self.support["present"])
