"""The latent course, thinned: enough to draw it, small enough to keep."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.latent import Chunk
from simulators.truth.file import Track

EVERY_MIN: Final = 10
LATENT: Final = (
    "heart-rate", "systolic-bp", "temperature", "spo2", "weight", "urine-rate", "stool-rate", "creatinine", "bilirubin", "platelets",
)  # fmt: skip
SUPPORT: Final = ("phenylephrine", "dopamine", "o2-flow")
DECIMALS: Final = 2


class Tracks:
    """Keeps every `EVERY_MIN`th minute of each patient."""

    def __init__(self) -> None:
        self.kept: list[NDArray[np.float32]] = []

    def add(self, chunk: Chunk) -> None:
        """Takes from the chunk the rows of the minutes to keep."""
        rows = np.flatnonzero((chunk.start + 1 + np.arange(chunk.minutes)) % EVERY_MIN == 0)
        arrays = [chunk.latent[code] for code in LATENT] + [chunk.support[code] for code in SUPPORT]
        self.kept.append(np.stack([array[rows] for array in arrays], axis=1).astype(np.float32))

    def of(self, patient: int) -> Track:
        """One patient's course."""
        values = np.concatenate([rows[:, :, patient] for rows in self.kept]).astype(np.float64).round(DECIMALS)
        return Track(EVERY_MIN, dict(zip((*LATENT, *SUPPORT), values.T.tolist(), strict=True)))
