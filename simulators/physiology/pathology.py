"""What happenings do, minute by minute: each kind's size, as it comes on and passes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from simulators.seeds import Array

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
"""Time constants (minutes) with which a kind comes on and passes; the others, as findings, do within minutes. Assumptions."""


class Pathology:
    """`ill[kind]` is the size felt now, an array (patients,), or a scalar 0 for what nobody has; `seen(kind)` the size imposed now, without onset."""

    def __init__(self, patients: int) -> None:
        self.patients = patients
        self.felt: dict[str, Array] = {}
        self.imposed: Mapping[str, Array] = {}
        self.minutes: dict[str, Array] = {}

    def __getitem__(self, kind: str) -> Array:
        return self.felt.get(kind, NONE)

    def seen(self, kind: str) -> Array:
        return self.imposed.get(kind, NONE)

    def lasting(self, kind: str) -> Array:
        """For how many minutes without a break it has been imposed."""
        return self.minutes.get(kind, NONE)

    def step(self, imposed: Mapping[str, Array]) -> None:
        """One minute; `imposed`: by kind, (patients,)."""
        self.imposed = imposed
        for kind in {**self.felt, **imposed}:
            size = imposed.get(kind, NONE)
            felt = self.felt.setdefault(kind, np.zeros(self.patients))
            felt += (size - felt) / ONSET.get(kind, AT_ONCE)
            self.minutes[kind] = (self.minutes.get(kind, NONE) + 1) * np.broadcast_to(size > 0, self.patients)
