"""The weight row of Table 3. Source: criteria.md section 3, `weight-gain`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.truth.view import States, View, graded, thrice

GAIN = 0.15


class WeightGain:
    """Relative at more than 15 % over the baseline as it is charted, to 0.1 kg."""

    def __init__(self, baseline: NDArray[np.float64]) -> None:
        self.baseline = thrice(np.round(baseline, 1))

    def __call__(self, view: View) -> States:
        gained = np.round(view.value("weight") / self.baseline - 1, 4) > GAIN
        return graded(gained, np.zeros_like(gained))
