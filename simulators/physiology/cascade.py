"""What a dose starts: equal first-order stages in a row, so that its effect rises late, peaks once and dies away."""

from __future__ import annotations

from math import exp, factorial

import numpy as np

from simulators.seeds import Array


class Cascade:
    """`stages` compartments, each emptied with time constant `tau` (minutes); a unit impulse peaks at 1, (stages - 1) x tau minutes later. Shape
    of `level`: (patients,)."""

    def __init__(self, patients: int, stages: int, tau: float) -> None:
        self.content = np.zeros((stages, patients))
        self.tau = tau
        self.unit = factorial(stages - 1) * exp(stages - 1) / (stages - 1) ** (stages - 1)

    @property
    def level(self) -> Array:
        level: Array = self.content[-1]
        return level

    def impulse(self, size: Array) -> None:
        self.content[0] += size * self.unit

    def step(self) -> None:
        """One minute: each stage passes on its share of what it held."""
        passed = self.content / self.tau
        self.content -= passed
        self.content[1:] += passed[:-1]
