"""Blood pressure against the Table 2 target (criteria.md section 5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.courses import Course, alerts, states_at, table, timed, transitions


def pressed(*readings: tuple[str, float], location: str = "ward", baseline: float | None = 124) -> Course:
    """Systolic pressures by time; the default baseline makes the target 90."""
    drawn = Course().start("00:00", location=location, sbp=baseline)
    for time, value in readings:
        drawn.vitals(time, id=time, sbp=value)
    return drawn


def state(course: Course, at: str) -> str:
    found = states_at(course, at)["blood_pressure"]
    kept = found["stale"] and found["state"] != "indeterminate"
    return found["state"] + (" stale" if kept else "")


@pytest.mark.parametrize(
    ("baseline", "target"),
    [(99.9, 80), (100, 85), (120, 85), (120.1, 90), (160, 90)],
    ids=["below 100 -> 80", "100 -> 85", "120 -> 85", "over 120 -> 90", "160 -> 90"],
)
def test_the_target_follows_the_baseline(baseline: float, target: float) -> None:
    """criteria.md section 5; Table 2."""
    found = states_at(pressed(baseline=baseline), "01:00")["blood_pressure"]
    assert (found["target"], found["assumed"]) == (target, False)


def test_without_a_baseline_the_strictest_target_is_assumed() -> None:
    """criteria.md section 5."""
    found = states_at(pressed(baseline=None), "01:00")["blood_pressure"]
    assert (found["target"], found["assumed"]) == (90, True)


def test_the_baseline_is_no_reading_of_the_course() -> None:
    """criteria.md section 5: readings of a `baseline` event are the baseline only."""
    found = states_at(pressed(baseline=60), "01:00")["blood_pressure"]
    assert (found["latest"], found["state"]) == (None, "indeterminate")


@pytest.mark.parametrize(
    ("known", "stale"), [("15:59:59.999", False), ("16:00", True), ("40:00", True), (None, False)]
)
def test_a_pressure_that_was_stale_when_it_became_known_is_stale_data(known: str | None, stale: bool) -> None:
    """criteria.md section 5: `stale` is true whenever the data are; never seen is no data."""
    drawn = (
        Course().start("00:00")
        if known is None
        else Course().start("00:00").vitals("08:00", sbp=120, known=known)
    )
    found = states_at(drawn, known or "40:00")["blood_pressure"]
    assert (found["stale"], found["state"]) == (
        stale,
        "clear" if known == "15:59:59.999" else "indeterminate",
    )


LOW = (("08:00", 90), ("08:05", 90))
DEEP = (("08:00", 80),)
STATES: dict[str, tuple[Any, ...]] = {
    "never seen it cannot be told": (pressed(), "09:00", "indeterminate"),
    "one reading at target is no run": (pressed(("08:00", 90)), "08:00", "clear"),
    "two at target 5 min apart are relative": (pressed(*LOW), "08:05", "relative"),
    "just under 5 min apart are not": (pressed(("08:00", 90), ("08:04:59.999", 90)), "08:05", "clear"),
    "just above target is clear": (pressed(("08:00", 90.1), ("08:05", 90.1)), "08:05", "clear"),
    "a reading above breaks the run": (
        pressed(("08:00", 90), ("08:03", 91), ("08:06", 90)),
        "08:06",
        "clear",
    ),
    "kPa are converted": (
        pressed(("08:00", 90)).vitals("08:05", sbp={"value": 11.9, "unit": "kPa"}),
        "08:05",
        "relative",
    ),
    "one of five above does not": (
        pressed(*((f"08:0{minute}", 91 if minute == 3 else 90) for minute in range(1, 6)), ("08:06", 90)),
        "08:06",
        "relative",
    ),
    "neighbours an interval and a quarter apart join": (
        pressed(("08:00", 90), ("13:00", 90)),
        "13:00",
        "relative",
    ),
    "neighbours further apart do not": (pressed(("08:00", 90), ("13:00:00.001", 90)), "13:01", "clear"),
    "in the ICU neighbours 75 min apart join": (
        pressed(("08:00", 90), ("09:15", 90), location="icu"),
        "09:15",
        "relative",
    ),
    "in the ICU neighbours further apart do not": (
        pressed(("08:00", 90), ("09:15:00.001", 90), location="icu"),
        "09:16",
        "clear",
    ),
    "a single reading at target - 10 is absolute": (pressed(*DEEP), "08:00", "absolute"),
    "just above target - 10 is not": (pressed(("08:00", 80.1)), "08:00", "clear"),
    "with another reading less than 5 min before it may be an artefact": (
        pressed(("07:55:00.001", 120), ("08:00", 80)),
        "08:00",
        "clear",
    ),
    "with one 5 min before it counts at once": (pressed(("07:55", 120), ("08:00", 80)), "08:00", "absolute"),
    "with one at its moment it may be an artefact": (
        pressed(("08:00", 120)).vitals("08:00", sbp=80),
        "08:00",
        "clear",
    ),
    "and so may the earlier of the two": (
        pressed(("08:00", 80)).vitals("08:00", sbp=120),
        "08:00",
        "clear",
    ),
    "a second one confirms it": (
        pressed(("07:59", 120), ("08:00", 80), ("08:01", 80)),
        "08:01",
        "absolute",
    ),
    "with one above between it does not": (
        pressed(("07:59", 120), ("08:00", 80), ("08:01", 120), ("08:02", 80)),
        "08:02",
        "clear",
    ),
    "learned late the one before makes it a monitor's": (
        pressed(("08:00", 80)).vitals("07:58", known="09:00", sbp=120),
        "09:00",
        "clear",
    ),
    "one reading above target - 10 leaves it absolute": (pressed(*DEEP, ("08:05", 85)), "08:05", "absolute"),
    "two spanning 5 min make it relative": (
        pressed(*DEEP, ("08:05", 80.1), ("08:10", 80.1)),
        "08:10",
        "relative",
    ),
    "spanning less do not": (pressed(*DEEP, ("08:05", 85), ("08:09:59.999", 85)), "08:10", "absolute"),
    "target + 5 does not clear": (pressed(*LOW, ("08:10", 95), ("08:15", 95)), "08:15", "relative"),
    "above target + 5 for 5 min clears relative": (
        pressed(*LOW, ("08:10", 95.1), ("08:15", 95.1)),
        "08:15",
        "clear",
    ),
    "and clears absolute": (pressed(*DEEP, ("08:10", 100), ("08:15", 100)), "08:15", "clear"),
    "above target + 5 for less does not": (
        pressed(*LOW, ("08:10", 100), ("08:14", 100)),
        "08:15",
        "relative",
    ),
    "above target for less than 2 h does not": (
        pressed(*LOW, ("08:10", 92), ("09:10", 92), ("10:09:59.999", 92)),
        "10:10",
        "relative",
    ),
    "above target for 2 h does": (
        pressed(*LOW, ("08:10", 92), ("09:10", 92), ("10:10", 92)),
        "10:10",
        "clear",
    ),
    "at target for 2 h does not": (
        pressed(*LOW, ("08:10", 90), ("09:10", 90), ("10:10", 90)),
        "10:10",
        "relative",
    ),
    "above target for 2 h clears absolute too": (
        pressed(*DEEP, ("08:01", 92), ("09:01", 92), ("10:01", 92)),
        "10:01",
        "clear",
    ),
    "relative and less than 8 h old is not stale": (pressed(*LOW), "16:04:59.999", "relative"),
    "relative and 8 h old keeps its state, stale": (pressed(*LOW), "16:05", "relative stale"),
    "absolute and 8 h old keeps its state, stale": (pressed(*DEEP), "16:00", "absolute stale"),
    "clear and less than 8 h old is clear": (pressed(("08:00", 120)), "15:59:59.999", "clear"),
    "clear and 8 h old cannot be told": (pressed(("08:00", 120)), "16:00", "indeterminate"),
    "in the ICU it goes stale after 2 h": (
        pressed(("08:00", 120), location="icu"),
        "10:00",
        "indeterminate",
    ),
    "corrected it never was": (pressed(*LOW).correct("08:05", "09:00", sbp=120), "09:00", "clear"),
    "withdrawn it never was": (pressed(*LOW).withdraw("08:05", "09:00"), "09:00", "clear"),
    "corrected long after, it never was": (
        pressed(*DEEP, *((f"{hour:02}:00", 92) for hour in range(9, 30))).correct("08:00", "29:30", sbp=120),
        "29:30",
        "clear",
    ),
    "a late reading makes the run": (
        pressed(("08:05", 90)).vitals("08:00", known="09:00", sbp=90),
        "09:00",
        "relative",
    ),
    "a late reading breaks the run": (
        pressed(("08:00", 90), ("08:10", 90)).vitals("08:05", known="09:00", sbp=110),
        "09:00",
        "clear",
    ),
    "a baseline learned late moves the target": (
        pressed(*LOW, baseline=None).baseline("00:00", sbp=110, known="09:00"),
        "09:00",
        "clear",
    ),
}


@table(STATES)
def test_hypotension(course: Course, at: str, expected: str) -> None:
    """criteria.md section 5: relative on a run at or below target, absolute on a confirmed reading at or below
    target - 10.
    """
    assert state(course, at) == expected


ALERTS = {
    "opened at the reading that made the run long enough": (
        pressed(("08:00", 90), ("08:03", 90), ("08:07", 90)),
        ["opened relative 08:07"],
    ),
    "up and down in one episode": (
        pressed(*LOW, ("08:10", 80), ("08:12", 85), ("08:17", 85), ("08:18", 100), ("08:23", 100)),
        [
            "opened relative 08:05",
            "worsened absolute 08:10",
            "improved relative 08:17",
            "resolved clear 08:23",
        ],
    ),
    "unconfirmed it is told when the next reading confirms it": (
        pressed(("07:58", 120), ("08:00", 78), ("08:02", 79)),
        ["opened absolute 08:02"],
    ),
    "learned late it is opened at its own time": (
        pressed().vitals("08:00", known="09:00", sbp=75),
        ["opened absolute 08:00 @09:00"],
    ),
    "withdrawn is amended": (pressed(*DEEP).withdraw("08:00", "08:10"), ["opened absolute", "amended clear"]),
    "corrected is amended": (
        pressed(*LOW).correct("08:05", "08:10", sbp=110),
        ["opened relative", "amended clear"],
    ),
    "corrected down is worsened": (
        pressed(*LOW).correct("08:05", "08:10", sbp=80),
        ["opened relative", "worsened absolute"],
    ),
    "going stale says nothing": (pressed(*LOW).tick("40:00"), ["opened relative 08:05"]),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_hypotension(course: Course, expected: list[str]) -> None:
    """criteria.md sections 5 and 9."""
    assert (timed if any(len(line.split()) > 2 for line in expected) else transitions)(
        course, "hypotension"
    ) == expected


def test_hypotension_is_neither_a_criterion_nor_counted() -> None:
    """criteria.md section 5: it is not a Table 3 row and is not counted."""
    found = states_at(pressed(*DEEP), "08:00")
    assert "hypotension" not in found["criteria"]
    assert (found["relative"], found["absolute"]) == (0, 0)


PHASES = [
    ("07:59", None),
    ("08:00", "before-peak"),
    ("11:59:59.999", "before-peak"),
    ("12:00", "peak"),
    ("13:59:59.999", "peak"),
    ("14:00", "after-peak"),
]


@pytest.mark.parametrize(("at", "phase"), PHASES, ids=[at for at, _ in PHASES])
def test_where_in_the_dose_interval_a_hypotension_falls(at: str, phase: str | None) -> None:
    """criteria.md section 5: before-peak below 4 h, peak 4 h to below 6 h, after-peak; null before the first
    dose.
    """
    drawn = pressed().dose("08:00").vitals(at, sbp=75)
    assert states_at(drawn, at)["blood_pressure"]["phase"] == phase
    (opened,) = [a for a in alerts(drawn) if a["subject"] == "hypotension"]
    assert opened["context"]["phase"] == phase


def means(*readings: tuple[str, float], baseline: float | None = 124) -> Course:
    drawn = Course().start("00:00", sbp=baseline)
    for time, value in readings:
        drawn.vitals(time, id=time, mean_bp=value)
    return drawn


MEANS: dict[str, tuple[Any, ...]] = {
    "below 60 twice is relative": (means(("08:00", 59.9), ("08:05", 59.9)), "08:05", "relative"),
    "60 twice is clear": (means(("08:00", 60), ("08:05", 60)), "08:05", "clear"),
    "below 55 once is absolute": (means(("08:00", 54.9)), "08:00", "absolute"),
    "55 once is clear": (means(("08:00", 55)), "08:00", "clear"),
    "with the target of 80 below 55 twice is relative": (
        means(("08:00", 54.9), ("08:05", 54.9), baseline=99),
        "08:05",
        "relative",
    ),
    "with the target of 80 55 twice is clear": (
        means(("08:00", 55), ("08:05", 55), baseline=99),
        "08:05",
        "clear",
    ),
    "with the target of 80 below 50 once is absolute": (
        means(("08:00", 49.9), baseline=99),
        "08:00",
        "absolute",
    ),
    "with the target of 80 50 once is clear": (means(("08:00", 50), baseline=99), "08:00", "clear"),
    "60 for 5 min clears": (
        means(("08:00", 59), ("08:05", 59), ("08:10", 60), ("08:15", 60)),
        "08:15",
        "clear",
    ),
    "with a systolic at its moment it does not stand in": (
        means().vitals("08:00", sbp=120, mean_bp=50),
        "08:00",
        "clear",
    ),
    "nor with one charted apart at its moment": (
        means(("08:00", 50)).vitals("08:00", sbp=120),
        "08:00",
        "clear",
    ),
    "nor does it hide one charted apart before it, at its moment": (
        means().vitals("08:00", sbp=58).vitals("08:00", mean_bp=75),
        "08:00",
        "absolute",
    ),
    "nor with one less than 5 min before it": (
        means().vitals("07:55:00.001", sbp=120).vitals("08:00", mean_bp=50),
        "08:00",
        "clear",
    ),
    "with one 5 min before it does": (
        means().vitals("07:55", sbp=120).vitals("08:00", mean_bp=50),
        "08:00",
        "absolute",
    ),
    "a systolic learned late takes its place": (
        means(("08:00", 50)).vitals("07:58", known="08:10", sbp=120),
        "08:10",
        "clear",
    ),
    "withdrawn the mean stands in": (
        means().vitals("07:58", "s", sbp=120).vitals("08:00", mean_bp=50).withdraw("s", "08:10"),
        "08:10",
        "absolute",
    ),
    "a baseline learned late moves its limits too": (
        means(("08:00", 52), baseline=None).baseline("00:00", sbp=95, known="09:00"),
        "09:00",
        "clear",
    ),
}


@table(MEANS)
def test_a_mean_pressure_stands_in_where_no_systolic_is_near(course: Course, at: str, expected: str) -> None:
    """criteria.md section 5."""
    assert state(course, at) == expected


def test_the_latest_pressure_says_if_it_is_a_mean() -> None:
    """criteria.md section 5: `latest` then says so."""
    course = means(("08:00", 59), ("08:05", 59))
    found = states_at(course, "08:05")["blood_pressure"]
    assert (found["latest"], found["code"]) == (59, "mean-bp")
    (opened,) = [a for a in alerts(course) if a["subject"] == "hypotension"]
    assert (opened["value"], opened["limit"]) == (59, "<60")
    assert opened["message"].startswith("Mean pressure 59")
    found = states_at(course.vitals("08:10", sbp=100), "08:10")["blood_pressure"]
    assert (found["latest"], found["code"]) == (100, "systolic-bp")
