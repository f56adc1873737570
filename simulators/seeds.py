"""One seed, many generators: a purpose each, so that a new consumer of chance shifts no other's draws."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

PURPOSES: Final = ("cohort", "happenings", "wander", "care", "sight", "charting", "artefacts", "faults", "mix")
"""A purpose is known by its place: add at the end, never between."""


def generator(seed: int, purpose: str) -> np.random.Generator:
    """The generator of one purpose. Raises ValueError for a purpose that is not listed."""
    if purpose not in PURPOSES:
        raise ValueError(f"no purpose {purpose!r}; there are {', '.join(PURPOSES)}")
    return np.random.default_rng(np.random.SeedSequence([seed, PURPOSES.index(purpose)]))
