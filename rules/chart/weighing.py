"""Convert what was charted without "per kg" with the patient's weight (criteria.md 3.3 and 7.2)."""

from collections.abc import Mapping, Sequence

import msgspec

from rules.chart.facts import Baseline, Weight

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

    def kg(self, at: int, known: int) -> float | None:
        """Return the weight to convert an amount with that was charted at `at` and became known at `known`.

        It is the latest one not after `at` among the facts, else the baseline; None when none was known with
        the amount, which was refused then: a weight that is charted later does not mend it.
        """
        before = [weight for weight in self.weights if weight.at <= at]
        baselines = [baseline for baseline in self.baselines if "weight" in baseline.readings]
        if all(fact.first > known for fact in (*before, *baselines)):
            return None
        return before[-1].value if before else baselines[-1].readings["weight"]


def units_per_kg(amount: float, unit: str, kg: float | None) -> float | None:
    """Return a dose of IL-2 in international units per kg; None when it needs a weight that is not known."""
    per_kg, scale = DOSE_UNITS[unit]
    if per_kg:
        return round(amount, 4)
    return None if kg is None else round(amount * scale / kg, 4)
