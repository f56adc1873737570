"""Vital signs: which reading each item is, and what shares a record."""

from __future__ import annotations

import pytest

from rules.wire.vocabulary import VITALS
from simulators.mimic_iv.chart_events import vitals
from simulators.mimic_iv.chart_items import READINGS, SOURCES
from simulators.mimic_iv.tables import Charted
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import codes, ms

NINE = ms("09:00")


def charted(item: int, number: float, unit: str | None = None, known: int = NINE) -> Charted:
    return Charted(NINE, known, item, number, None, unit)


@pytest.mark.parametrize(
    ("item", "number", "unit", "reading"),
    [
        (220045, 88.0, "bpm", {"code": "heart-rate", "value": 88, "unit": "/min"}),
        (220210, 19.0, "insp/min", {"code": "respiratory-rate", "value": 19, "unit": "/min"}),
        (220179, 112.0, "mmHg", {"code": "systolic-bp", "value": 112, "unit": "mm[Hg]"}),
        (220052, -23.0, "mmHg", {"code": "mean-bp", "value": -23, "unit": "mm[Hg]"}),
        (220277, 97.0, "%", {"code": "spo2", "value": 97, "unit": "%"}),
        (223761, 98.7, "°F", {"code": "temperature", "value": 98.7, "unit": "[degF]"}),
        (223761, 98.7, None, {"code": "temperature", "value": 98.7, "unit": "[degF]"}),
        (223762, 37.1, "°C", {"code": "temperature", "value": 37.1, "unit": "Cel"}),
        (226329, 36.9, "°C", {"code": "temperature", "value": 36.9, "unit": "Cel"}),
        (224639, 83.4, "kg", {"code": "weight", "value": 83.4, "unit": "kg"}),
    ],
)
def test_an_item_is_its_reading_in_the_unit_of_its_row(
    item: int, number: float, unit: str | None, reading: object
) -> None:
    assert [fact.fields["readings"] for fact in vitals([charted(item, number, unit)], ImportTally())] == [
        [reading]
    ]


def test_a_fahrenheit_typed_as_celsius_stays_as_typed_for_the_engine_to_refuse() -> None:
    (fact,) = vitals([charted(223762, 98.9, "°C")], ImportTally())
    assert fact.fields["readings"] == [{"code": "temperature", "value": 98.9, "unit": "Cel"}]


def test_a_unit_that_is_not_known_is_passed_on_and_not_guessed() -> None:
    (fact,) = vitals([charted(224639, 183.0, "stone")], ImportTally())
    assert fact.fields["readings"] == [{"code": "weight", "value": 183, "unit": "stone"}]


def test_what_was_measured_and_stored_together_is_one_record() -> None:
    (fact,) = vitals([charted(220045, 88.0), charted(220179, 112.0), charted(220277, 97.0)], ImportTally())
    assert codes(fact.fields) == {"heart-rate": 88, "systolic-bp": 112, "spo2": 97}


def test_what_was_stored_later_is_a_record_of_its_own() -> None:
    facts = list(vitals([charted(220045, 88.0), charted(223761, 98.7, known=ms("09:40"))], ImportTally()))
    assert [(fact.at, fact.known) for fact in facts] == [(NINE, NINE), (NINE, ms("09:40"))]


def test_cuff_and_arterial_line_of_one_minute_are_two_records_the_line_last() -> None:
    facts = list(
        vitals([charted(220050, 96.0), charted(220179, 112.0), charted(225309, 99.0)], ImportTally())
    )
    assert [(fact.fields["source"], codes(fact.fields)["systolic-bp"]) for fact in facts] == [
        ("monitor", 112),
        ("second arterial line", 99),
        ("arterial line", 96),
    ]


def test_two_different_values_of_one_code_are_both_kept() -> None:
    facts = list(vitals([charted(223761, 98.7), charted(223762, 38.5)], ImportTally()))
    assert [codes(fact.fields) for fact in facts] == [{"temperature": 98.7}, {"temperature": 38.5}]


def test_the_same_reading_twice_counts_once() -> None:
    tally = ImportTally()
    assert len(list(vitals([charted(220045, 88.0), charted(220045, 88.0)], tally))) == 1
    assert tally.dropped["icu/chartevents"] == {"repeated": 1}


def test_every_item_is_a_code_of_the_wire_from_a_known_source() -> None:
    assert {reading.code for reading in READINGS.values()} <= set(VITALS)
    assert {reading.source for reading in READINGS.values()} == set(SOURCES)
