"""Rows that one value decides, at their limits."""

from __future__ import annotations

import pytest

from tests.simulators.truth.lived import levels, lived, patient


@pytest.mark.parametrize(
    ("code", "row", "value", "found"),
    [
        ("platelets", "platelets", 50.1, []),
        ("platelets", "platelets", 50, ["relative"]),
        ("platelets", "platelets", 30, ["relative"]),
        ("platelets", "platelets", 29.9, ["absolute"]),
        ("creatinine", "creatinine", 2.49, []),
        ("creatinine", "creatinine", 2.5, ["relative"]),
        ("creatinine", "creatinine", 2.96, ["relative"]),
        ("creatinine", "creatinine", 3.0, ["absolute"]),
        ("bilirubin", "bilirubin", 7.0, []),
        ("bilirubin", "bilirubin", 7.1, ["relative"]),
        ("bilirubin", "bilirubin", 30, ["relative"]),
        ("troponin-t", "cardiac-enzymes", 0.03, []),
        ("troponin-t", "cardiac-enzymes", 0.031, ["absolute"]),
        ("ck-mb", "cardiac-enzymes", 5.0, []),
        ("ck-mb", "cardiac-enzymes", 5.1, ["absolute"]),
    ],
)
def test_a_laboratory_row_is_what_the_value_is(code: str, row: str, value: float, found: list[str]) -> None:
    assert levels(lived(60, {code: value}), row) == found


@pytest.mark.parametrize(("weight", "found"), [(80.5, []), (80.6, ["relative"]), (100, ["relative"])])
def test_a_gain_of_more_than_15_percent_is_relative(weight: float, found: list[str]) -> None:
    assert levels(lived(60, {"weight": weight}, who=patient(weight=70.0)), "weight-gain") == found
