"""A sign that comes when its cause passes one level and goes when it falls below a lower one: signs do not flicker."""

from __future__ import annotations

import numpy as np

from simulators.seeds import Array


class Latch:
    """`on`: 0.0 or 1.0, array (patients,)."""

    def __init__(self, patients: int, comes: float, goes: float) -> None:
        self.comes, self.goes = comes, goes
        self.on = np.zeros(patients)

    def step(self, cause: Array) -> None:
        self.on = np.where(cause > self.comes, 1.0, np.where(cause < self.goes, 0.0, self.on))
