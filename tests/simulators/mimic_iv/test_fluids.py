"""Fluids: bolus, maintenance, blood, and what is neither."""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire.vocabulary import IO_KINDS
from simulators.mimic_iv.inputs import FLUIDS, fluids, kind
from simulators.mimic_iv.tables import Given
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import ms

SALINE, MAIN, CONTINUOUS = 225158, "Main order parameter", "Continuous IV"
NINE = ms("09:00")


def fluid(item: int = SALINE, stored: int = NINE, **more: Any) -> Given:
    order = {"amount": 100.0, "amount_unit": "ml", "component": MAIN, "category": CONTINUOUS}
    return Given(NINE, ms("10:00"), stored, item, **{**order, **more})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (fluid(), "iv-maintenance"),
        (fluid(rate=100.0, rate_unit="mL/hour"), "iv-maintenance"),
        (fluid(rate=248.0, rate_unit="mL/hour"), "iv-maintenance"),
        (fluid(rate=999.9, rate_unit="mL/hour"), "iv-bolus"),
        (fluid(rate=5.0, rate_unit="mL/min"), "iv-bolus"),
        (fluid(category="Bolus"), "iv-bolus"),
        (fluid(component="Mixed solution", category="Continuous Med"), "other"),
        (fluid(component="Mixed solution", category="Drug Push", rate=999.0), "other"),
        (fluid(225943, component="Mixed solution"), "other"),
        (fluid(226089), "other"),
        (fluid(226364, category="Bolus"), "other"),
        (fluid(226368, category="Bolus"), "other"),
        (fluid(225168), "blood-product"),
        (fluid(220864), "blood-product"),
        (fluid(225174), "iv-bolus"),
    ],
)
def test_a_volume_has_the_kind_of_its_order(row: Given, expected: str) -> None:
    assert kind(row) == expected


def test_every_fluid_has_a_kind_of_the_wire() -> None:
    assert {kind(fluid(item)) for item in FLUIDS} <= set(IO_KINDS["in"])


def test_a_volume_counts_whole_at_its_end_over_the_time_it_ran() -> None:
    (fact,) = fluids([fluid(amount=500.0, stored=ms("09:02"))], ImportTally())
    assert (fact.at, fact.known, fact.fields["start"], fact.fields["volume"]) == (
        ms("10:00"),
        ms("10:00"),
        "2150-03-01T09:00:00Z",
        500,
    )


@pytest.mark.parametrize("amount", [None, 0.0, -20.0])
def test_an_input_of_nothing_is_dropped_and_counted(amount: float | None) -> None:
    tally = ImportTally()
    assert list(fluids([fluid(amount=amount)], tally)) == []
    assert tally.dropped["icu/inputevents"] == {"no-amount": 1}
