"""Units beside another reader of UCUM: what converts there converts here by the same factor, and nothing else."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import pytest

from rules.ingest import units
from rules.ingest.units import ONE
from rules.wire import vocabulary

ucumvert = pytest.importorskip("ucumvert")

PREFIXES = ("", "k", "d", "c", "m", "u", "n", "p")
MASSES = [f"{prefix}g" for prefix in PREFIXES]
AMOUNTS = [f"{prefix}mol" for prefix in PREFIXES if prefix not in ("d", "c")]
VOLUMES = ("L", "dL", "mL", "uL", "cL", "m3", "cm3")
COUNTS = [f"{number}/{volume}" for number, volume in product(("10*3", "10*6", "10*9", "10*12"), VOLUMES)]
TIMES = ("/min", "/s", "/h", "/d")
EXPRESSIONS = [
    *(f"{top}/{volume}" for top, volume in product([*MASSES, *AMOUNTS, "[iU]", "U", "k[iU]"], VOLUMES)),
    *COUNTS, *(f"/{volume}" for volume in VOLUMES), *MASSES, *TIMES, *VOLUMES,
    "mm[Hg]", "kPa", "Pa", "hPa", "cm[H2O]", "bar", "%", "1", "[lb_av]", "[oz_av]", "L/min", "mL/min", "L/h",
    "mg/dL/h", "kg.m", "s", "meq/L", "eq/L", "[ppm]",
]  # fmt: skip
OTHER_DIMENSIONS = ("temperature",)
"""An offset is no factor: tests of its own hold it."""


@cache
def read(unit: str) -> Any:
    """Return a unit as ucumvert reads it."""
    return registry().from_ucum(unit)


@cache
def registry() -> Any:
    return ucumvert.PintUcumRegistry()


def factor(unit: str, canonical: str) -> float | None:
    """Return how many canonical units one of a unit is, by ucumvert; None: it is another dimension."""
    import pint

    if ("U" in unit) != ("U" in canonical):
        return None  # to ucumvert an arbitrary unit is a plain number
    try:
        return float(read(unit).to(read(canonical)).magnitude)
    except pint.errors.DimensionalityError:
        return None


def ours(found: units.Conversion | None) -> float | None:
    if found is None:
        return None
    scale = found.scale or ONE
    return scale.times / scale.over


QUANTITIES = [(code, unit, units.lab) for code, unit in vocabulary.LABS.items()] + [
    (code, unit, units.vital)
    for code, unit in vocabulary.VITALS.items()
    if unit and code not in OTHER_DIMENSIONS
]
CODES = list({unit: (code, unit, convert) for code, unit, convert in reversed(QUANTITIES)}.values())
"""One quantity of each canonical unit."""
ids = [f"{code} {unit}" for code, unit, _ in CODES]


@pytest.mark.parametrize(("code", "canonical", "convert"), CODES, ids=ids)
def test_a_unit_of_the_same_dimension_converts_by_the_same_factor(
    code: str, canonical: str, convert: Any
) -> None:
    different = {}
    for unit in EXPRESSIONS:
        there, here = factor(unit, canonical), ours(convert(code, unit))
        if there is not None and (here is None or here != pytest.approx(there, rel=1e-6)):
            different[unit] = (here, there)
    assert different == {}


@pytest.mark.parametrize(("code", "canonical", "convert"), CODES, ids=ids)
def test_what_converts_here_alone_is_an_amount_of_substance(code: str, canonical: str, convert: Any) -> None:
    """Of moles, equivalents and arbitrary units: their factors are the analyte's own (wire.md)."""
    alone = [
        unit
        for unit in EXPRESSIONS
        if factor(unit, canonical) is None and ours(convert(code, unit)) is not None
    ]
    assert [unit for unit in alone if not any(word in unit for word in ("mol", "eq", "U", "g/"))] == []
