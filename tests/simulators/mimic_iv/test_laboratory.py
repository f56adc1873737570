"""Laboratory results: numbers, limits of detection, reference ranges, specimens."""

from __future__ import annotations

from typing import Any

import pytest

from rules.ingest import units
from simulators.mimic_iv.laboratory import ANALYTES, results
from simulators.mimic_iv.tables import Resulted
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import ms

CREATININE, TROPONIN, INR = 50912, 51003, 51237


def result(item: int, number: float | None, known: str = "10:05", **more: Any) -> Resulted:
    return Resulted(ms("09:00"), ms(known), item, number, **{"specimen": 7, **more})


def test_a_result_carries_its_reference_range() -> None:
    (fact,) = results([result(CREATININE, 2.6, unit="mg/dL", low=0.5, high=1.2)], ImportTally())
    assert (fact.at, fact.known, fact.kind, fact.stem) == (ms("09:00"), ms("10:05"), "labs", "lab-7")
    assert fact.fields == {
        "readings": [{"code": "creatinine", "value": 2.6, "unit": "mg/dL", "low": 0.5, "high": 1.2}]
    }


def test_a_blanked_value_does_not_matter_beside_a_number() -> None:
    (fact,) = results([result(CREATININE, 2.6, text="___")], ImportTally())
    assert fact.fields["readings"][0]["value"] == 2.6


@pytest.mark.parametrize(
    ("text", "comments", "value"),
    [
        (None, "<0.01.  CTROPNT > 0.10 NG/ML SUGGESTS ACUTE MI.", 0.01),
        (None, "<1.", 1),
        (None, "<0.02*.", 0.02),
        ("<0.01", "___", 0.01),
        (">25.0", None, 25),
        ("GREATER THAN 150", None, 150),
        (None, "Less than 0.2", 0.2),
    ],
)
def test_a_limit_of_detection_is_the_value(text: str | None, comments: str | None, value: float) -> None:
    tally = ImportTally()
    (fact,) = results([result(TROPONIN, None, text=text, comments=comments, high=0.01)], tally)
    assert fact.fields["readings"][0]["value"] == value
    assert tally.adjusted["hosp/labevents"] == {"detection-limit": 1}


@pytest.mark.parametrize(
    "comments",
    [
        None,
        "___",
        "UNABLE TO REPORT.",
        "UNABLE TO REPORT, SPECIMEN CLOTTED.",
        "CTROPNT > 0.10 NG/ML SUGGESTS ACUTE MI.",
    ],
)
def test_a_result_that_was_not_reported_is_dropped_and_counted(comments: str | None) -> None:
    tally = ImportTally()
    assert list(results([result(TROPONIN, None, comments=comments)], tally)) == []
    assert tally.dropped["hosp/labevents"] == {"no-number": 1}


def test_one_specimen_stored_at_two_times_is_two_records() -> None:
    facts = list(
        results(
            [result(CREATININE, 2.6), result(50983, 140.0), result(50960, 1.9, known="11:00")], ImportTally()
        )
    )
    assert [[reading["code"] for reading in fact.fields["readings"]] for fact in facts] == [
        ["creatinine", "sodium"],
        ["magnesium"],
    ]


def test_a_result_without_a_unit_is_in_the_unit_of_the_table() -> None:
    facts = list(results([result(CREATININE, 2.6), result(INR, 1.1, specimen=8)], ImportTally()))
    assert [fact.fields["readings"] for fact in facts] == [
        [{"code": "creatinine", "value": 2.6, "unit": "mg/dL"}],
        [{"code": "inr", "value": 1.1}],
    ]


def test_every_analyte_is_a_code_of_the_wire_in_a_unit_that_it_takes() -> None:
    assert [item for item, analyte in ANALYTES.items() if units.lab(analyte.code, analyte.unit) is None] == []


def test_ionised_calcium_is_not_taken_for_total_calcium() -> None:
    assert 50808 not in ANALYTES
