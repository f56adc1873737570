"""Show one chunk of a course as the definitions see it: three columns a patient, by how far a charted
measurement may deviate from what it measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulators.charting.noise import BOUND, NOISE
from simulators.charting.volumes import COLLECTED
from simulators.physiology.latent_state import Array, Flags, Whole


class Margin(NamedTuple):
    """`least` (in the quantity's unit) plus `share` of the value; `worse`: the sign of the direction towards
    the limit.
    """

    least: float
    share: float
    worse: int

    def of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the margin of each value."""
        return self.least + self.share * np.abs(values)


def measured(code: str, worse: int) -> Margin:
    """Return the furthest that a reading of the code is charted from the truth, its last digit included."""
    noise = NOISE[code]
    return Margin(BOUND * noise.sd + noise.step / 2, BOUND * noise.share, worse)


MARGINS: Final[Mapping[str, Margin]] = MappingProxyType(
    {
        "heart-rate": measured("heart-rate", +1),
        "systolic-bp": measured("systolic-bp", -1),
        # Fever excuses a fast pulse: lower is worse.
        "temperature": measured("temperature", -1),
        "spo2": measured("spo2", -1),
        "weight": measured("weight", +1),
        "creatinine": measured("creatinine", +1),
        "bilirubin": measured("bilirubin", +1),
        "platelets": measured("platelets", -1),
        "troponin-t": measured("troponin-t", +1),
        "ck-mb": measured("ck-mb", +1),
        # As `simulators.charting.volumes` reads them: to 2 %, in steps of up to 5 mL; stool below 20 mL a
        # shift not at all.
        "urine-rate": Margin(1.0, BOUND * COLLECTED, -1),
        "stool-rate": Margin(2.5, BOUND * COLLECTED, +1),
    }
)


Values = Array
States = NDArray[np.int8]

CLEAR, RELATIVE, ABSOLUTE = 0, 1, 2
VIEWS = 3
DUE_MIN = 480
Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class TruthView:
    """(minutes, 3 n) arrays: the first n columns err by the noise away from every limit, then n as it was,
    then n erring towards it.

    `minute`: the minute since the origin, of each row; `minute_of_day`: the same on the clock, UTC.
    `since_dose`: minutes since the last dose given, infinite before the first. `dosing`: from cycle start up
    to the end of therapy.
    """

    latent: Mapping[str, Array]
    care: Mapping[str, Array]
    minute: Whole
    minute_of_day: Whole
    since_dose: Values
    dosing: Flags

    @property
    def due(self) -> Flags:
        """Where a dose is due and not given: 8 h after the last, the first from cycle start."""
        return self.dosing & (self.since_dose >= DUE_MIN)

    def value(self, code: str) -> Values:
        """Return the latent quantity, erring by its margin to either side; without a margin it is the same in
        all three views.
        """
        true = self.latent[code]
        margin = MARGINS.get(code)
        if margin is None:
            return thrice(true)
        noise = margin.worse * margin.of(true)
        return np.concatenate((true - noise, true, true + noise), axis=1)

    def given(self, code: str) -> Values:
        """Return what care gives: charted, not measured, hence without a margin; to 4 decimals (criteria.md
        section 1).
        """
        return thrice(np.round(self.care[code], 4))


def thrice(array: NDArray[Kind]) -> NDArray[Kind]:
    """Return the same columns for all three views."""
    return np.concatenate((array,) * VIEWS, axis=-1)


def mirrored(states: Flags) -> Flags:
    """Return the views swapped: for a state that excuses another, erring away from the limit is erring
    towards it.
    """
    away, true, towards = np.split(states, VIEWS, axis=1)
    return np.concatenate((towards, true, away), axis=1)


def graded(relative: Flags, absolute: Flags) -> States:
    """Return 0 for clear, 1 for relative, 2 for absolute."""
    return np.where(absolute, ABSOLUTE, np.where(relative, RELATIVE, CLEAR)).astype(np.int8)
