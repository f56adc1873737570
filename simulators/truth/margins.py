"""How far a charted measurement may stand from what it measures: what truth allows for before it calls an excess distinct."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.charting.noise import BOUND, NOISE
from simulators.charting.volumes import READ


class Margin(NamedTuple):
    """`least` (in the quantity's unit) plus `share` of the value; `worse`: the sign of the direction towards the limit."""

    least: float
    share: float
    worse: int

    def of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The margin of each value."""
        return self.least + self.share * np.abs(values)


def measured(code: str, worse: int) -> Margin:
    """The furthest a reading of the code is charted from the truth, its last digit included."""
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
        # As `simulators.charting.volumes` reads them: to 2 %, in steps of up to 5 mL; stool below 20 mL a shift not at all.
        "urine-rate": Margin(1.0, BOUND * READ, -1),
        "stool-rate": Margin(2.5, BOUND * READ, +1),
    }
)
