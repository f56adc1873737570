"""The tail of vitals: the last 8 h record by record, what came before as the state it left (criteria.md
section 1, arrival order).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.courses import Course, iso, seen, states_at, table
from tests.rules.watched import HOURS, rates, watched


def judged(course: Course, at: str) -> dict[str, Any]:
    """What arrival order must not change: the criteria without their history, and the pressure."""
    states = states_at(course, at)
    return {
        code: {k: v for k, v in row.items() if k != "since"} for code, row in states["criteria"].items()
    } | {"bp": states["blood_pressure"]}


def test_late_readings_of_a_long_watch_are_judged_as_if_they_had_come_in_time() -> None:
    """criteria.md section 1: sustained runs and hysteresis are worked out in order of `at`."""
    assert judged(watched(late=25), "12:30") == judged(watched(), "12:30")


@pytest.mark.parametrize("back", [1, 45, 200, 470])
def test_a_reading_corrected_any_time_within_8_h_is_as_if_it_had_been_right(back: int) -> None:
    """criteria.md section 1: as if its old value had never been recorded."""
    number = HOURS * 60 - back
    course, right = watched(), watched()
    course.correct(f"m{number}", "12:00", hr=150, sbp=70, spo2=90, temp=39.0)
    next(r for r in right.records if r["id"] == f"m{number}")["readings"] = course.records[-1]["readings"]
    assert judged(course, "12:00") == judged(right, "12:00")


def test_a_withdrawn_reading_is_as_if_it_had_never_been() -> None:
    """criteria.md section 1: `entered-in-error` withdraws."""
    course = watched().vitals("11:40:30", "wrong", hr=30, sbp=60, spo2=85, temp=41).withdraw("wrong", "11:50")
    assert judged(course, "12:00") == judged(watched(), "12:00")


def test_a_record_that_left_the_tail_is_still_a_duplicate() -> None:
    """criteria.md section 1: the same `(patient, id)` again changes nothing."""
    course = watched()
    expected = states_at(course, "12:00")
    course.records.append(next(r for r in course.records if r["id"] == "m60") | {"known": iso("12:00")})
    assert states_at(course, "12:00") == expected


def test_a_weight_whose_record_left_the_tail_can_be_withdrawn() -> None:
    """criteria.md section 1: a weight counts however late, and so does its withdrawal."""
    course = Course().start("00:00", location="icu").vitals("00:10", "weighed", weight=82)
    course.records += watched().records[3:]
    assert seen(course, "12:00", "weight-gain") == "relative"
    assert seen(course.withdraw("weighed", "12:00"), "12:00", "weight-gain") == "indeterminate missing weight"


LATE = {
    "as the latest value it counts": (Course().start("00:00").vitals("01:00", known="10:00", sbp=70), 70),
    "behind the latest value it does not": (watched().vitals("00:30:30", "old", known="12:00", sbp=70), 110),
}


@table(LATE, "course latest")
def test_a_reading_over_8_h_late_counts_only_as_a_latest_value(course: Course, latest: float) -> None:
    """criteria.md section 1: readings more than 8 h behind the clock [choice] may count only as latest
    values.
    """
    pressure = states_at(course, "12:00")["blood_pressure"]
    assert (pressure["latest"], pressure["state"] in ("relative", "absolute")) == (latest, False)


RUN = (("08:00", "11:00", 135), ("08:40", "11:01", 135))
STALE = {
    "alone it trips nothing": (rates(*RUN), "11:02", "indeterminate missing heart-rate"),
    "with a later fresh one it does not count either": (
        rates(*RUN, ("09:20", "11:05", 135)),
        "11:05",
        "clear",
    ),
    "it does not end the run of a later fresh one": (
        rates(("09:20", "11:00", 135), ("10:00", "11:00", 135), *RUN),
        "11:02",
        "absolute",
    ),
    "it clears nothing": (
        rates(
            ("07:00", "07:00", 135), ("07:40", "07:40", 135), ("08:10", "11:00", 90), ("08:50", "11:01", 90)
        ),
        "11:02",
        "absolute stale",
    ),
    "with a later fresh one it clears nothing either": (
        rates(
            ("07:00", "07:00", 135),
            ("07:40", "07:40", 135),
            ("08:10", "11:00", 90),
            ("08:50", "11:01", 90),
            ("09:30", "11:02", 90),
        ),
        "11:02",
        "absolute",
    ),
}


@table(STALE)
def test_a_reading_already_stale_when_known(course: Course, at: str, expected: str) -> None:
    """criteria.md section 1: neither trips nor clears anything."""
    assert seen(course, at, "sinus-tachycardia") == expected
