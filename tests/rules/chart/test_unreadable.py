"""What was said and not understood is not nothing (criteria.md section 2)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.chart.chart import Chart
from rules.chart.unreadable import newest_is_unreadable, unreadable_between
from rules.decide.codec import decode, encode
from rules.guideline import SCHWARTZENTRUBER_2001
from tests.rules.courses import Course, folded, ms, seen, states_at, table

BAD = {"value": 5, "unit": "furlongs"}


def start() -> Course:
    return Course().start("00:00").complete("07:00")


def chart(course: Course) -> Chart:
    return folded(course).patients["p1"].chart


def bad_labs(course: Course, at: str, **fields: Any) -> Course:
    return course.labs(at, platelets=BAD, **fields).unreadable()


def bad_urine(course: Course, at: str, **fields: Any) -> Course:
    return course.add(
        "io", at, direction="out", kind="urine", volume=60, unit="furlongs", **fields
    ).unreadable()


def bad_rate(course: Course, at: str, line: str | None = None) -> Course:
    return course.infusion("phenylephrine", at, 10, "mL/h", line=line).unreadable()


NEWEST: dict[str, tuple[Any, ...]] = {
    "nothing was set aside": (start(), "platelets", False),
    "a bad unit": (bad_labs(start(), "08:00"), "platelets", True),
    "of another code": (bad_labs(start(), "08:00"), "creatinine", False),
    "an implausible value": (start().labs("08:00", platelets=5000), "platelets", True),
    "two values": (start().labs("08:00", platelets=60).add("labs", "08:30", readings=[
        {"code": "platelets", "value": 60, "unit": "K/uL"}, {"code": "platelets", "value": 6, "unit": "K/uL"},
    ]).unreadable(), "platelets", True),
    "a usable newer one": (bad_labs(start(), "08:00").labs("08:01", platelets=60), "platelets", False),
    "a usable older one that comes later": (
        bad_labs(start(), "08:00").labs("07:59", known="09:00", platelets=60), "platelets", True,
    ),
    "a usable one of the same time known later": (
        bad_labs(start(), "08:00").labs("08:00", known="08:30", platelets=60), "platelets", False,
    ),
    "known earlier": (
        bad_labs(start().labs("08:00", platelets=60), "08:00", known="08:30"), "platelets", True,
    ),
    "it is withdrawn": (bad_labs(start(), "08:00", id="x").withdraw("x", "09:00"), "platelets", False),
    "it is corrected": (
        bad_labs(start(), "08:00", id="x").labs("08:00", "x", known="09:00", status="corrected", platelets=60),
        "platelets",
        False,
    ),
    "the usable newer one is withdrawn": (
        bad_labs(start(), "08:00").labs("08:01", "x", platelets=60).withdraw("x", "09:00"), "platelets", True,
    ),
    "a weight in a bad unit": (start().vitals("08:00", weight=BAD).unreadable(), "weight", True),
    "a weight out of range": (start().vitals("08:00", weight=24), "weight", True),
    "a weight that jumps": (start().vitals("08:00", weight=100), "weight", True),
    "and is confirmed": (start().vitals("08:00", weight=100).vitals("09:00", weight=101), "weight", False),
    "a usable weight after it": (start().vitals("08:00", weight=100).vitals("09:00", weight=71), "weight", False),
    "urine in a bad unit": (bad_urine(start(), "08:00"), "urine", True),
    "a usable collection after it": (bad_urine(start(), "08:00").urine("09:00", 60), "urine", False),
    "too much urine": (start().urine("08:00", 3000.1), "urine", True),
    "a rate in a bad unit": (bad_rate(start(), "08:00"), "phenylephrine", True),
    "a usable rate after it": (bad_rate(start(), "08:00").phenylephrine("09:00", 1), "phenylephrine", False),
    "a stop after it": (bad_rate(start(), "08:00").phenylephrine("09:00", 0), "phenylephrine", False),
    "a rate of another agent after it": (
        bad_rate(start(), "08:00").infusion("dopamine", "09:00", 2), "phenylephrine", True,
    ),
    "an implausible rate": (start().phenylephrine("08:00", 21), "phenylephrine", True),
    "a device nobody knows": (start().vitals("08:00", device="tent").unreadable(), "o2-device", True),
    "a device after it": (
        start().vitals("08:00", device="tent").unreadable().vitals("09:00", device="mask"), "o2-device", False,
    ),
    "a flow out of range": (start().vitals("08:00", device="nasal-cannula", flow=81), "o2-flow", True),
    "the same device after it": (
        start().vitals("08:00", device="nasal-cannula", flow=81).vitals("09:00", device="nasal-cannula"),
        "o2-flow",
        True,
    ),
    "another device after it, which drops the flow": (
        start().vitals("08:00", device="nasal-cannula", flow=81).vitals("09:00", device="room-air"),
        "o2-flow",
        False,
    ),
    "a FiO2 that is a fraction": (start().vitals("08:00", device="mask", fio2=0.6), "fio2", True),
    "a reading of a baseline is the baseline's alone": (
        start().baseline("08:00", id="b", readings={"platelets": 5000}), "platelets", False,
    ),
}  # fmt: skip


@table(NEWEST, "course code expected")
def test_the_newest_result_by_at_may_be_unreadable(course: Course, code: str, expected: bool) -> None:
    """criteria.md section 2: until a usable newer one."""
    assert newest_is_unreadable(chart(course), code) is expected


@table(NEWEST, "course code expected")
def test_it_is_so_after_the_state_was_written_and_read(course: Course, code: str, expected: bool) -> None:
    patient = decode(encode(folded(course).patients["p1"]), SCHWARTZENTRUBER_2001)
    assert newest_is_unreadable(patient.chart, code) is expected


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("07:00", "08:00", True),
        ("08:00", "09:00", False),
        ("07:59", "08:00", True),
        ("07:00", "07:59", False),
    ],
)
def test_a_collection_is_unreadable_in_the_shift_in_which_it_ends(
    begin: str, end: str, expected: bool
) -> None:
    """criteria.md section 2: for `urine-shift` the shift in which it ends; a shift is (start, end]."""
    assert unreadable_between(chart(bad_urine(start(), "08:00")), "urine", ms(begin), ms(end)) is expected


SEEN: dict[str, tuple[Any, ...]] = {
    "clear becomes indeterminate": (
        bad_labs(start(), "08:00"), "platelets", "indeterminate missing platelets.unreadable",
    ),
    "what is tripped is kept, stale": (
        bad_labs(start().labs("07:30", platelets=20), "08:00"), "platelets", "absolute stale missing platelets.unreadable",
    ),
    "a newer one is read": (bad_labs(start(), "08:00").labs("08:01", platelets=20), "platelets", "absolute"),
    "of a rate": (
        bad_rate(start(), "08:00"), "phenylephrine-maximum", "indeterminate missing phenylephrine.unreadable",
    ),
    "of a vital sign staleness does it": (
        start().vitals("08:00", hr=400), "sinus-tachycardia", "clear",
    ),
}  # fmt: skip


@table(SEEN, "course code expected")
def test_what_depends_on_it_cannot_be_told(course: Course, code: str, expected: str) -> None:
    """criteria.md section 2."""
    assert seen(course, "09:00", code) == expected


def test_what_was_set_aside_moves_the_clock_and_is_not_seen() -> None:
    """criteria.md sections 1 and 2: it is not *seen* (section 6)."""
    course = bad_urine(start(), "09:00")
    assert folded(course).patients["p1"].now == ms("09:00")
    (line,) = [
        each for each in states_at(course, "09:00")["monitoring"].values() if each["what"] == "intake-output"
    ]
    assert line["last"] == "2026-03-02T07:00:00Z"


def test_people_see_what_was_set_aside_in_the_last_24_h() -> None:
    """criteria.md section 8: `ignored`: code, value, unit, at, why."""
    course = bad_labs(start(), "08:00")
    assert [(one["code"], one["value"], one["unit"]) for one in states_at(course, "31:59")["ignored"]] == [
        ("platelets", 5.0, "furlongs")
    ]


def test_artefacts_by_the_minute_for_days_leave_the_state_bounded() -> None:
    """A monitor may send them: those of the last day are kept, and no more than a few hundred."""
    course = start()
    for minute in range(8 * 60, 8 * 60 + 900):
        course.vitals(f"{minute // 60:02}:{minute % 60:02}", hr=400, fio2=5)
    kept = chart(course).set_aside
    assert len(kept) <= 260
    assert kept[-1].at == ms("22:59")
    assert newest_is_unreadable(chart(course), "fio2")
