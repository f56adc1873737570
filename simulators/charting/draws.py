"""Draw random numbers by what they are drawn for, not by turn.

The same observation of the same patient has the same error and the same delay whatever else is charted: two
chartings of one course differ by how often is looked alone.
"""

from __future__ import annotations

from hashlib import blake2b
from statistics import NormalDist
from typing import Final

import numpy as np

from simulators.charting.noise import BOUND
from simulators.physiology.latent_state import Array

STANDARD: Final = NormalDist()
Name = int | str


class Draws:
    """The numbers of one seed; `name`: patient, kind and minute of what a number is drawn for."""

    def __init__(self, seed: int) -> None:
        self.key = f"charting {seed}".encode()

    def uniform(self, *name: Name) -> float:
        """Return a number of the open interval from 0 to 1."""
        drawn = blake2b(repr(name).encode(), digest_size=6, key=self.key).digest()
        return (int.from_bytes(drawn) + 0.5) / 2**48

    def between(self, low: float, high: float, *name: Name) -> float:
        """Return a number drawn uniformly between two."""
        return low + (high - low) * self.uniform(*name)

    def normal(self, *name: Name) -> float:
        """Return a number of the standard normal distribution, cut at `BOUND`."""
        return min(max(STANDARD.inv_cdf(self.uniform(*name)), -BOUND), BOUND)

    def normals(self, kind: str, beds: list[int], minutes: list[int]) -> Array:
        """Return such a normal number for each patient (index) and minute."""
        return np.array([self.normal(bed, kind, minute) for bed, minute in zip(beds, minutes, strict=True)])
