"""The slow restlessness of a body: an Ornstein-Uhlenbeck walk about zero, minute by minute."""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.latent import CHUNK
from simulators.seeds import Array

SIZE: Final = np.array([[2.2], [2.0]])
"""Standard deviation of systolic pressure (mm[Hg]) and heart rate (/min) about their course (assumption)."""
MEMORY: Final = 25.0
"""Minutes."""


class Wander:
    def __init__(self, patients: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.value: Array = SIZE * rng.standard_normal((2, patients))

    def chunk(self) -> Array:
        """(CHUNK, 2, patients)."""
        keep = 1 - 1 / MEMORY
        kicks = SIZE * np.sqrt(1 - keep**2) * self.rng.standard_normal((CHUNK, *self.value.shape))
        rows: Array = np.empty_like(kicks)
        for row, kick in enumerate(kicks):
            self.value = keep * self.value + kick
            rows[row] = self.value
        return rows
