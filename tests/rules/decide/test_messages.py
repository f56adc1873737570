"""What an alert says of a value and its limit."""

import pytest

from rules.decide.alert_texts import limit_words, meets
from tests.rules.courses import Course, alerts


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        (90.0, "<=90", True),
        (90.1, "<=90", False),
        (10.0, "<10", False),
        (9.9, "<10", True),
        (1.5, ">=1.5", True),
        (7.0, ">7", False),
    ],
)
def test_a_value_meets_the_limit_as_it_is_printed(value: float, limit: str, expected: bool) -> None:
    assert meets(value, limit) is expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("<10", "below 10"),
        ("<=20", "at or below 20"),
        (">=3", "at or above 3"),
        (">7", "above 7"),
        ("±10", "±10"),
    ],
)
def test_a_limit_in_words(limit: str, expected: str) -> None:
    assert limit_words(limit) == expected


def test_a_latched_state_says_that_the_value_has_not_recovered_yet() -> None:
    """criteria.md section 5: hypotension clears only after a run above target + 5."""
    course = Course().start().vitals("08:00", sbp=75).vitals("08:03", sbp=93).tick("09:00")
    said = [alert["message"] for alert in alerts(course) if alert["subject"] == "hypotension"]
    assert said[0] == "Systolic pressure 75 mmHg, at or below 80"
    assert said[-1].startswith("Systolic pressure 93 mmHg, was at or below 80, not yet recovered")


def test_the_recommendation_names_its_reasons_as_a_nurse_would() -> None:
    """criteria.md section 10."""
    course = Course().start().finding("infection", "08:00").vitals("08:00", sbp=75)
    said = [a["message"] for a in alerts(course) if a["subject"] == "recommendation"]
    assert said == [
        "Recommendation stop: stop rule infection; Strong clinical suspicion of infection, or documented; "
        "hypotension"
    ]


def test_a_stale_value_is_printed_with_its_age() -> None:
    """criteria.md section 10."""
    course = Course().start().vitals("08:00", sbp=75).tick("18:00")
    said = [a["message"] for a in alerts(course) if a["subject"] == "hypotension"]
    assert said[-1].startswith("Systolic pressure 75 mmHg (9:15 h old), at or below 80")


@pytest.mark.parametrize(
    ("location", "at", "said"),
    [
        ("ward", "11:15", "Systolic pressure 75 mmHg, at or below 80"),
        ("ward", "13:15", "Systolic pressure 75 mmHg (5:15 h old), at or below 80"),
        ("icu", "08:15", "Systolic pressure 75 mmHg, at or below 80"),
        ("icu", "09:15", "Systolic pressure 75 mmHg (1:15 h old), at or below 80"),
    ],
)
def test_a_value_older_than_its_interval_is_printed_with_its_age(location: str, at: str, said: str) -> None:
    """criteria.md section 10: 4 h on the ward, 1 h in intensive care."""
    course = Course().start("06:00").encounter("transfer", "06:00", location=location).vitals("08:00", sbp=75)
    found = [a for a in alerts(course.tick("14:00")) if a["subject"] == "hypotension"]
    assert [a["message"] for a in found if a["decided"].endswith(f"T{at}:00Z")] == [said]


def test_a_volume_of_nothing_has_an_age_too() -> None:
    course = Course().start("06:00").urine("08:00", 0, start="07:00").tick("14:00")
    said = [a["message"] for a in alerts(course) if a["subject"] == "urine-hour"]
    assert said[0] == "Urine 0 mL/h, below 10"
    assert "(5:15 h old)" in said[-1]


@pytest.mark.parametrize(("value", "dose"), [(19.0, "50 mEq"), (17.0, "100 mEq")])
def test_an_alert_names_the_dose_of_the_limit_that_is_met(value: float, dose: str) -> None:
    """criteria.md section 7, acidosis: 50 mEq below 20, 100 mEq below 18."""
    [said] = [
        alert
        for alert in alerts(Course().start().labs("08:00", bicarbonate=value))
        if alert["subject"] == "acidosis"
    ]
    assert dose in said["message"]
    assert dose in said["measures"][0]["text"]
