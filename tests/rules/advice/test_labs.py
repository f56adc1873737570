"""Advice on laboratory values beyond their limits: CK, comparators, values that cannot be read (criteria.md 7.1, 8)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, states_at, table, timed


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


HIGH = {"ck": {"value": 900, "high": 200}}
ALERTS = {
    "CK above its high": ("ck-elevated", start().labs("08:00", **HIGH), ["opened advisory 08:00"]),
    "a troponin later answers it": (
        "ck-elevated",
        start().labs("08:00", **HIGH).labs("09:00", troponin_t={"value": 0.01, "high": 0.05}),
        ["opened advisory 08:00", "resolved clear 09:00"],
    ),
    "one of the same sample too": (
        "ck-elevated",
        start().labs("08:00", **HIGH, ck_mb={"value": 2, "high": 5}),
        [],
    ),
    "one of before does not": (
        "ck-elevated",
        start().labs("07:59", troponin_t={"value": 0.01, "high": 0.05}).labs("08:00", **HIGH),
        ["opened advisory 08:00"],
    ),
    "a newer CK asks again": (
        "ck-elevated",
        start().labs("08:00", **HIGH, ck_mb={"value": 2, "high": 5}).labs("14:00", **HIGH),
        ["opened advisory 14:00"],
    ),
    "a result that is all below asks for it": (
        "acidosis",
        start().labs("08:00", bicarbonate={"value": "<20"}),
        ["opened advisory 08:00"],
    ),
    "one that may be below tells nothing": (
        "acidosis",
        start().labs("08:00", bicarbonate={"value": "<21"}),
        [],
    ),
    "and keeps what was": (
        "acidosis",
        start().labs("08:00", bicarbonate=19).labs("09:00", bicarbonate={"value": "<21"}),
        ["opened advisory 08:00"],
    ),
    "one that is all above ends it": (
        "acidosis",
        start().labs("08:00", bicarbonate=19).labs("09:00", bicarbonate={"value": ">21"}),
        ["opened advisory 08:00", "resolved clear 09:00"],
    ),
}


@table(ALERTS, "code course expected")
def test_what_is_said_of_a_lab(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md sections 7.1, 8 and 9."""
    assert timed(course, code) == expected


WORDS = {
    "the value and what to give": (
        start().labs("08:00", potassium=3.4),
        "hypokalemia",
        "Potassium 3.4 mmol/L: potassium chloride 10 mEq over 1 h IV",
    ),
    "the limit that came with it": (
        start().labs("08:00", magnesium={"value": 1.5, "low": 1.7}),
        "hypomagnesemia",
        "Magnesium 1.5 mg/dL, normal from 1.7: magnesium sulfate 1 g",
    ),
    "nothing to be done": (
        start().labs("08:00", albumin={"value": 2.8, "low": 3.5}),
        "hypoalbuminemia",
        "no treatment needed",
    ),
    "never rounded onto the limit": (
        start().labs("08:00", bicarbonate=19.999),
        "acidosis",
        "Bicarbonate 19.999 mmol/L",
    ),
    "with its comparator": (
        start().labs("08:00", platelets={"value": "<10"}),
        "transfuse-platelets",
        "Platelets <10",
    ),
}


@table(WORDS, "course code expected")
def test_a_lab_is_named_with_its_value(course: Course, code: str, expected: str) -> None:
    """criteria.md section 10."""
    assert expected in states_at(course, "08:00")["advice"][code]["text"]
