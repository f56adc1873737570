"""Vasopressors: rates, ends, lines, units."""

from __future__ import annotations

from typing import Any

import pytest

from rules.ingest import units
from simulators.mimic_iv.inputs import PRESSORS, infusions
from simulators.mimic_iv.tables import Given
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import ms

PHENYLEPHRINE, VASOPRESSIN, NOREPINEPHRINE = 221749, 222315, 221906


def ran(
    start: str, end: str, rate: float | None, item: int = PHENYLEPHRINE, unit: str = "mcg/kg/min", **more: Any
) -> Given:
    return Given(
        ms(start),
        ms(end),
        more.pop("stored", ms(start)),
        item,
        rate=rate,
        rate_unit=unit,
        **{"order": 5, "weight": 80.0, **more},
    )


def rates(rows: list[Given]) -> list[tuple[int, float, str]]:
    return [
        (fact.at, fact.fields["rate"], fact.fields.get("line", "")) for fact in infusions(rows, ImportTally())
    ]


def test_a_rate_stops_at_its_end() -> None:
    assert rates([ran("09:00", "10:00", 0.7)]) == [(ms("09:00"), 0.7, ""), (ms("10:00"), 0, "")]


def test_a_rate_that_the_next_one_follows_does_not_stop() -> None:
    assert rates([ran("09:00", "10:00", 0.7), ran("10:00", "11:00", 0.9)]) == [
        (ms("09:00"), 0.7, ""),
        (ms("10:00"), 0.9, ""),
        (ms("11:00"), 0, ""),
    ]


def test_a_pause_is_a_rate_of_0() -> None:
    found = rates([ran("09:00", "10:00", 0.7), ran("10:05", "11:00", 0.7)])
    assert found == [
        (ms("09:00"), 0.7, ""),
        (ms("10:00"), 0, ""),
        (ms("10:05"), 0.7, ""),
        (ms("11:00"), 0, ""),
    ]


def test_a_new_bag_is_a_new_order_on_the_same_line() -> None:
    assert [
        line
        for _, _, line in rates([ran("09:00", "10:00", 0.7, order=5), ran("10:00", "11:00", 0.7, order=6)])
    ] == ["", "", ""]


def test_two_pumps_at_once_are_two_lines() -> None:
    found = rates([ran("09:00", "11:00", 0.7), ran("10:00", "12:00", 0.4)])
    assert found == [
        (ms("09:00"), 0.7, ""),
        (ms("11:00"), 0, ""),
        (ms("10:00"), 0.4, "2"),
        (ms("12:00"), 0, "2"),
    ]


def test_two_agents_never_share_a_line() -> None:
    facts = list(
        infusions([ran("09:00", "10:00", 0.7), ran("09:00", "10:00", 0.1, NOREPINEPHRINE)], ImportTally())
    )
    assert {(fact.fields["agent"], fact.fields.get("line")) for fact in facts} == {
        ("phenylephrine", None),
        ("norepinephrine", None),
    }


@pytest.mark.parametrize(
    ("row", "rate", "unit"),
    [
        (ran("09:00", "10:00", 0.7), 0.7, "mcg/kg/min"),
        (ran("09:00", "10:00", 100.0, unit="mcg/min"), 1.25, "ug/kg/min"),
        (ran("09:00", "10:00", 100.0, unit="mcg/min", weight=None), 100, "mcg/min"),
        (ran("09:00", "10:00", 0.1, NOREPINEPHRINE, "mg/kg/min", weight=1.0), 0.1, "ug/kg/min"),
        (ran("09:00", "10:00", 0.0001, NOREPINEPHRINE, "mg/kg/min"), 0.0001, "mg/kg/min"),
        (ran("09:00", "10:00", 2.4, VASOPRESSIN, "units/hour"), 2.4, "units/hour"),
        (ran("09:00", "10:00", 0.04, VASOPRESSIN, "units/min"), 0.04, "units/min"),
    ],
)
def test_rates_are_in_units_that_the_wire_takes(row: Given, rate: float, unit: str) -> None:
    fact = next(infusions([row], ImportTally()))
    assert (fact.fields["rate"], fact.fields["unit"]) == (rate, unit)
    assert units.rate(PRESSORS[row.item].agent, unit) is not None


def test_a_push_is_a_medication() -> None:
    (fact,) = infusions(
        [Given(ms("09:00"), ms("09:01"), None, PHENYLEPHRINE, amount=0.1, amount_unit="mg")], ImportTally()
    )
    assert (fact.kind, dict(fact.fields)) == (
        "medication",
        {"agent": "phenylephrine", "amount": 0.1, "unit": "mg", "route": "IV"},
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Given(ms("09:00"), ms("09:01"), None, PHENYLEPHRINE), "no-rate-or-amount"),
        (ran("09:00", "09:00", 0.7), "no-duration"),
    ],
)
def test_a_row_that_ran_for_no_time_is_dropped_and_counted(row: Given, reason: str) -> None:
    tally = ImportTally()
    assert list(infusions([row], tally)) == []
    assert tally.dropped["icu/inputevents"] == {reason: 1}


def test_the_end_is_known_when_it_comes_though_the_row_was_stored_before() -> None:
    start, stop = infusions([ran("09:00", "10:00", 0.7, stored=ms("09:05"))], ImportTally())
    assert (start.known, stop.known) == (ms("09:05"), ms("10:00"))
