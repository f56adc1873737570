"""One chunk of a course as the definitions see it: three columns a patient, by how the measurements might have erred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulators.seeds import Array, Flags, Whole
from simulators.truth.margins import MARGINS

Values = Array
States = NDArray[np.int8]

CLEAR, RELATIVE, ABSOLUTE = 0, 1, 2
VIEWS = 3
Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class View:
    """(minutes, 3 n) arrays: the first n columns err by the noise away from every limit, then n as it was, then n erring towards it.

    `minute`: the minute since the origin, of each row; `minute_of_day`: the same on the clock, UTC. `dosed`: a dose was given in that minute.
    `since_dose`: minutes since the last dose given, infinite before the first. `dosing`: from cycle start up to the end of therapy.
    """

    latent: Mapping[str, Array]
    care: Mapping[str, Array]
    minute: Whole
    minute_of_day: Whole
    dosed: Flags
    since_dose: Values
    dosing: Flags

    def value(self, code: str) -> Values:
        """The latent quantity, erring by its margin to either side; one without a margin is the same in all three."""
        true = self.latent[code]
        margin = MARGINS.get(code)
        if margin is None:
            return thrice(true)
        noise = margin.worse * margin.of(true)
        return np.concatenate((true - noise, true, true + noise), axis=1)

    def given(self, code: str) -> Values:
        """What care gives: charted, not measured, hence without a margin; to 4 decimals (criteria.md section 1)."""
        return thrice(np.round(self.care[code], 4))


def thrice(array: NDArray[Kind]) -> NDArray[Kind]:
    """The same columns for all three views."""
    return np.concatenate((array,) * VIEWS, axis=-1)


def mirrored(states: Flags) -> Flags:
    """The views swapped: for what excuses rather than accuses, erring away from the limit is erring towards it."""
    away, true, towards = np.split(states, VIEWS, axis=1)
    return np.concatenate((towards, true, away), axis=1)


def graded(relative: Flags, absolute: Flags) -> States:
    """0 clear, 1 relative, 2 absolute."""
    return np.where(absolute, ABSOLUTE, np.where(relative, RELATIVE, CLEAR)).astype(np.int8)
