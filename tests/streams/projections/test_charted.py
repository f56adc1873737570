from __future__ import annotations

import json
from typing import Any

import pytest

from rules.ingest.decode import decode
from streams.projections.charted import ChartedFacts
from tests.streams.board.wards import GUIDE, at, cycle, ms, vitals


def facts(*events: dict[str, Any]) -> ChartedFacts:
    made = ChartedFacts()
    for event in events:
        found = decode(json.dumps(event).encode())[0]
        assert found is not None
        made.apply(found, GUIDE)
    return made


def pressures(found: ChartedFacts) -> list[float]:
    series = found.signals.get("systolic-bp")
    return [value for _, value in series.between(0, 1 << 50)] if series else []


FIRST = vitals("v1", 10, sbp=90)


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        ({}, [90]),
        ({"readings": [{"code": "systolic-bp", "value": 70, "unit": "mm[Hg]"}]}, [90]),
        ({"at": at(11)}, [90]),
        ({"status": "corrected", "readings": [{"code": "systolic-bp", "value": 70, "unit": "mm[Hg]"}]}, [70]),
        ({"status": "entered-in-error"}, []),
    ],
    ids=[
        "the same again",
        "another value under the id",
        "the same later",
        "a correction",
        "entered in error",
    ],
)
def test_a_second_record_of_an_id(second: dict[str, Any], shown: list[float]) -> None:
    assert pressures(facts(FIRST, {**FIRST, **second})) == shown


HEART = [{"code": "heart-rate", "value": 110, "unit": "/min"}]


@pytest.mark.parametrize(
    ("readings", "shown"),
    [
        (HEART, [90]),
        ([{"code": "systolic-bp", "status": "entered-in-error"}], []),
        ([*HEART, {"code": "systolic-bp", "value": "low", "unit": "mm[Hg]"}], []),
    ],
    ids=["one that does not name the code", "one that takes it back", "one that cannot be read"],
)
def test_a_correction_goes_code_by_code(readings: list[dict[str, Any]], shown: list[float]) -> None:
    """criteria.md section 1."""
    found = facts(FIRST, {**FIRST, "status": "corrected", "readings": readings})
    assert pressures(found) == shown
    assert ("heart-rate" in found.signals) == (readings[0]["code"] == "heart-rate")


@pytest.mark.parametrize("status", ["corrected", "entered-in-error"])
def test_a_correction_that_came_first_outranks_the_final_that_follows(status: str) -> None:
    corrected = vitals("v1", 10, sbp=70) | {"status": status}
    assert pressures(facts(corrected, FIRST)) == ([70] if status == "corrected" else [])


def test_a_final_replaces_a_preliminary_and_not_the_other_way_round() -> None:
    preliminary = vitals("v1", 10, sbp=95) | {"status": "preliminary"}
    assert pressures(facts(preliminary, FIRST)) == [90]
    assert pressures(facts(FIRST, preliminary)) == [90]


def test_an_artefact_is_not_shown() -> None:
    assert pressures(facts(vitals("v1", 1, sbp=290), vitals("v2", 2, sbp=88))) == [88]


def test_the_newest_fact_is_by_when_it_was_true() -> None:
    assert facts(vitals("v1", 30, sbp=90), vitals("v2", 10, sbp=91)).newest == ms(30)


def test_where_the_patient_lies_is_the_last_that_was_said() -> None:
    moved = {
        "type": "encounter",
        "id": "e3",
        "patient": "p1",
        "at": at(90),
        "event": "transfer",
        "location": "icu",
    }
    assert facts(*cycle()).location == "ward"
    assert facts(moved, *cycle()).location == "icu"


def test_a_discharge_ends_the_stay() -> None:
    gone = {"type": "encounter", "id": "e9", "patient": "p1", "at": at(900), "event": "discharge"}
    assert not facts(*cycle()).discharged
    assert facts(*cycle(), gone).discharged


def test_a_withdrawn_volume_is_not_drawn() -> None:
    urine = {
        "type": "io",
        "id": "u1",
        "patient": "p1",
        "at": at(60),
        "direction": "out",
        "kind": "urine",
        "volume": 8,
        "unit": "mL",
    }
    assert len(facts(urine).settled()) == 1
    assert facts(urine, {**urine, "status": "entered-in-error"}).settled() == []
    assert facts({**urine, "status": "entered-in-error"}, urine).settled() == []
