"""Advice after therapy (criteria.md section 7; paper, Posttherapy)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, states_at, table, timed


def ended(at: str = "20:00", dose: str = "08:00") -> Course:
    """A cycle from midnight with one dose; therapy ended at `at`."""
    return Course().start("00:00").dose(dose).end(at)


def open_at(course: Course, at: str, code: str) -> bool:
    return code in states_at(course, at)["advice"]


def dripping(at: str, end: str = "20:00") -> Course:
    return ended(end).given("iv-maintenance", at, 100)


MAINTENANCE = {
    "charted in the last 4 h": (dripping("19:00"), "20:00", True),
    "until 4 h after it": (dripping("19:00"), "22:59:59.999", True),
    "not at 4 h": (dripping("19:00"), "23:00", False),
    "not before therapy-end": (dripping("19:00"), "19:59:59.999", False),
    "from 8 h after the last dose": (dripping("14:30", "15:00"), "16:00", True),
    "not before 8 h": (dripping("14:30", "15:00"), "15:59:59.999", False),
    "without a dose from 8 h after therapy-end": (
        Course().start("00:00").end("08:00").given("iv-maintenance", "15:00", 100),
        "16:00",
        True,
    ),
    "another intake is none": (ended().given("oral", "19:30", 500), "20:00", False),
}


@table(MAINTENANCE)
def test_stop_maintenance(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: after therapy-end, from 8 h after the last dose, while iv-maintenance was
    charted in the last 4 h.
    """
    assert open_at(course, at, "stop-maintenance") is expected


def wet(rate: float = 199.9, sbp: float = 112, weight: float = 70.1, **more: Any) -> Course:
    """After a dose at 08:00 and the end at 20:00; the baseline is 124 mm[Hg] and 70 kg."""
    drawn = ended(more.get("end", "20:00"), more.get("dose", "08:00"))
    return drawn.vitals("20:30", sbp=sbp, weight=weight).urine("21:00", rate, start="20:00")


def by_the_minute(pressures: list[float]) -> Course:
    """Under a monitor from 21:01 on: none of these pressures crosses a limit of hypotension."""
    course = wet()
    for minute, sbp in enumerate(pressures, 1):
        course.vitals(f"21:{minute:02}", hr=90, spo2=98, temp=37.0, sbp=sbp, **{"respiratory-rate": 16})
    return course


DIURESE = {
    "just under 200 mL/h": (wet(), "21:00", True),
    "not at 200 mL/h": (wet(200), "21:00", False),
    "a tripped urine-hour is below 200 too": (wet(5), "21:00", True),
    "not before therapy-end": (wet(end="22:00"), "21:30", False),
    "not at target, with a baseline that allows it": (
        Course()
        .start("00:00", sbp=99)
        .dose("08:00")
        .end("20:00")
        .vitals("20:30", sbp=80, weight=71)
        .urine("21:00", 100, start="20:00"),
        "21:00",
        False,
    ),
    "just above target and 90 % of it": (
        Course()
        .start("00:00", sbp=99)
        .dose("08:00")
        .end("20:00")
        .vitals("20:30", sbp=89.1, weight=71)
        .urine("21:00", 100, start="20:00"),
        "21:00",
        True,
    ),
    "at 90 % of the baseline": (wet(sbp=111.6), "21:00", True),
    "not just under 90 %": (wet(sbp=111.5), "21:00", False),
    "not without a baseline pressure": (
        Course()
        .start("00:00", sbp=None)
        .dose("08:00")
        .end("20:00")
        .vitals("20:30", sbp=120, weight=71)
        .urine("21:00", 100, start="20:00"),
        "21:00",
        False,
    ),
    "not at the baseline weight": (wet(weight=70), "21:00", False),
    "not without a weight": (
        ended().vitals("20:30", sbp=120).urine("21:00", 100, start="20:00"),
        "21:00",
        False,
    ),
    "from 8 h after the last dose": (wet(dose="13:30"), "21:30", True),
    "not before 8 h": (wet(dose="13:30"), "21:29:59.999", False),
    "without a dose from 8 h after therapy-end": (
        Course()
        .start("00:00")
        .end("12:00")
        .vitals("20:30", sbp=112, weight=71)
        .urine("21:00", 100, start="19:00"),
        "21:00",
        True,
    ),
    "not once the newest pressure is under 90 % of the baseline": (
        wet().vitals("21:10", sbp=111.5),
        "21:10",
        False,
    ),
    "again once it is back": (wet().vitals("21:10", sbp=111.5).vitals("21:20", sbp=111.6), "21:20", True),
    "not without a pressure": (
        ended().vitals("20:30", weight=71).urine("21:00", 100, start="20:00"),
        "21:00",
        False,
    ),
    "not without a urine-hour": (ended().vitals("20:30", sbp=112, weight=71), "21:00", False),
    "while the urine-hour is fresh": (wet(), "28:59:59.999", True),
    "not when it is stale": (wet(), "29:00", False),
    "not when it is kept, stale": (wet(5), "29:00", False),
    "not while a vasopressor runs": (wet().phenylephrine("20:10", 0.2), "21:00", False),
    "nor within 4 h of it": (
        wet()
        .infusion("dopamine", "19:00", 2)
        .infusion("dopamine", "20:10", 0)
        .urine("24:00", 300, start="21:00"),
        "24:09:59.999",
        False,
    ),
    "but after": (
        wet()
        .infusion("dopamine", "19:00", 2)
        .infusion("dopamine", "20:10", 0)
        .urine("24:00", 300, start="21:00"),
        "24:10",
        True,
    ),
}


@table(DIURESE)
def test_diurese(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: after therapy-end, latest SBP above target, no vasopressor in the last 4 h, a
    fresh urine-hour value <200 mL/h.
    """
    assert open_at(course, at, "diurese") is expected


LATE = {
    "hypotensive at 48 h": (ended().vitals("67:00", sbp=75), "68:00", True),
    "not before 48 h": (ended().vitals("67:00", sbp=75), "67:59:59.999", False),
    "on a pressor at 48 h": (ended().phenylephrine("60:00", 0.1), "68:00", True),
    "neither": (ended().vitals("67:00", sbp=120), "68:00", False),
    "a pressor stopped closes it": (
        ended().phenylephrine("60:00", 0.1).phenylephrine("69:00", 0),
        "69:00",
        False,
    ),
    "a stale hypotension is still one": (ended().vitals("30:00", sbp=75), "68:00", True),
    "hypotension that begins later": (ended().vitals("70:00", sbp=75), "70:00", True),
}


@table(LATE)
def test_recovery_late(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: from 48 h after therapy-end, still hypotensive or on a pressor."""
    assert open_at(course, at, "recovery-late") is expected


def medicated(acetaminophen: str, indomethacin: str, h2: str, agent: str = "ranitidine") -> Course:
    return ended().drug("acetaminophen", acetaminophen).drug("indomethacin", indomethacin).drug(agent, h2)


PREMEDICATION = {
    "never charted: 6 h of acetaminophen from therapy-end": (ended(), "26:00", True),
    "not just before": (ended(), "25:59:59.999", False),
    "all charted: not before 1.5 x 4 h": (medicated("19:00", "19:00", "19:00"), "24:59:59.999", False),
    "then acetaminophen": (medicated("19:00", "19:00", "19:00"), "25:00", True),
    "acetaminophen charted again": (medicated("24:00", "19:00", "19:00"), "29:59:59.999", False),
    "indomethacin after 12 h": (
        medicated("28:00", "19:00", "24:00").drug("acetaminophen", "24:00"),
        "31:00",
        True,
    ),
    "an H2 blocker after 12 h": (
        medicated("28:00", "24:00", "19:00").drug("acetaminophen", "24:00"),
        "31:00",
        True,
    ),
    "any H2 blocker does": (
        medicated("28:00", "24:00", "24:00", "famotidine").drug("acetaminophen", "24:00"),
        "31:00",
        False,
    ),
    "not before therapy-end": (Course().start("00:00").dose("00:00"), "19:00", False),
    "not at 16 h": (ended(), "36:00", False),
    "until 16 h": (ended(), "35:59:59.999", True),
    "long overdue at therapy-end it opens there": (medicated("09:00", "19:00", "19:00"), "20:00", True),
}


@table(PREMEDICATION)
def test_continue_premedication(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: therapy-end to + 16 h, one of the three not charted for 1.5 x its Table 6
    interval (4, 8, 8 h).
    """
    assert open_at(course, at, "continue-premedication") is expected


ALERTS = {
    "stop-maintenance by its deadlines": (
        "stop-maintenance",
        dripping("14:30", "15:00").tick("20:00"),
        ["opened advisory 16:00", "resolved clear 18:30"],
    ),
    "diurese follows each pressure across 90 % of the baseline": (
        "diurese",
        by_the_minute([112, 112, 111.5, 112, 111.6, 111.5]),
        ["opened advisory 21:00", "resolved clear 21:03", "opened advisory 21:04", "resolved clear 21:06"],
    ),
    "recovery-late opens at 48 h": (
        "recovery-late",
        ended().phenylephrine("60:00", 0.1).tick("70:00"),
        ["opened advisory 68:00"],
    ),
    "continue-premedication from its deadline to 16 h": (
        "continue-premedication",
        ended().tick("40:00"),
        ["opened advisory 26:00", "resolved clear 36:00"],
    ),
}


@table(ALERTS, "code course expected")
def test_what_is_said_after_therapy(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md sections 7 and 9: a deadline's `at` is the deadline."""
    assert timed(course, code) == expected
