"""Convert what was charted without "per kg" with the patient's weight (criteria.md 3.3 and 7.2)."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import msgspec

from rules.chart.facts import AT, Baseline, Weight

IU_PER_MG = 18e6 / 1.1
"""18 million international units of aldesleukin weigh 1.1 mg."""
DOSE_UNITS: Mapping[str, tuple[bool, float]] = {
    "[iU]/kg": (True, 1.0),
    "[iU]": (False, 1.0),
    "M[iU]": (False, 1e6),
    "mg": (False, IU_PER_MG),
}
"""Unit of a dose -> whether it is per kg, and how many international units one of it is."""


class Weighing(msgspec.Struct, frozen=True):
    """The weights that count, in order of `at`, and the baselines."""

    weights: Sequence[Weight] = ()
    baselines: Sequence[Baseline] = ()

    def kg(self, at: int) -> float | None:
        """Return the weight to convert an amount with that was charted at `at`; None when none is known.

        It is the latest one not after `at`, else the baseline; a weight taken later changes nothing.
        """
        found = self.fact(at)
        if found is None:
            return None
        return found.readings["weight"] if isinstance(found, Baseline) else found.value

    def fact(self, at: int) -> Weight | Baseline | None:
        """Return the fact that says that weight."""
        i = bisect_right(self.weights, at, key=AT)
        if i:
            return self.weights[i - 1]
        return next((one for one in reversed(self.baselines) if "weight" in one.readings), None)


def units_per_kg(amount: float, unit: str, kg: float | None) -> float | None:
    """Return a dose of IL-2 in international units per kg; None when it needs a weight that is not known."""
    per_kg, scale = DOSE_UNITS[unit]
    if per_kg:
        return round(amount, 4)
    return None if kg is None else round(amount * scale / kg, 4)
