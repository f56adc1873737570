"""Acknowledgements: what they mean, how long they last, what takes them away (criteria.md section 9).

Whether an episode counts as acknowledged shows in the reminders: one comes 15 min after it no longer does.
"""

from __future__ import annotations

import pytest

from tests.rules.courses import Course, alerts, clock, table


def id_of(course: Course, subject: str) -> str:
    found: str = next(a["id"] for a in reversed(alerts(course)) if a["subject"] == subject)
    return found


def acked(course: Course, subject: str, *at: str) -> Course:
    for moment in at:
        course.ack(id_of(course, subject), moment)
    return course


def reminded(course: Course) -> list[str | None]:
    return [
        clock(a["decided"]) for a in alerts(course) if a["transition"] == "reminder" and a["kind"] != "advice"
    ]


def ischemic() -> Course:
    return Course().start("00:00").finding("ecg-ischemia", "08:00")


def unacknowledged_at(course: Course, until: str) -> str | None:
    """When the last count of reminders began: 15 min before its first."""
    first = next(iter(reminded(course.tick(until))), None)
    return first


LASTS = {
    "2 h": (acked(ischemic(), "ecg-ischemia", "08:01"), "10:16"),
    "renewed for the same time": (acked(ischemic(), "ecg-ischemia", "08:01", "09:30"), "11:45"),
    "renewed at the instant it runs out": (acked(ischemic(), "ecg-ischemia", "08:01", "10:01"), "12:16"),
    "when it has run out the next lasts 4 h": (
        acked(ischemic(), "ecg-ischemia", "08:01", "10:02"),
        "14:17",
    ),
    "and every later one 8 h": (
        acked(ischemic(), "ecg-ischemia", "08:01", "10:02", "14:03"),
        "22:18",
    ),
    "still 8 h": (
        acked(ischemic(), "ecg-ischemia", "08:01", "10:02", "14:03", "22:04"),
        "30:19",
    ),
    "of the second the renewal lasts 4 h": (
        acked(ischemic(), "ecg-ischemia", "08:01", "10:02", "12:00"),
        "16:15",
    ),
}


@table(LASTS, "course expected")
def test_how_long_an_acknowledgement_lasts(course: Course, expected: str) -> None:
    """criteria.md section 9: 2 h, when it has run out 4 h, then 8 h."""
    assert unacknowledged_at(course, "31:00") == expected


SLOW = {
    "platelets": Course().start("00:00").labs("08:00", platelets=20),
    "creatinine": Course().start("00:00").labs("08:00", creatinine=3.2),
    "moist-desquamation": Course().start("00:00").finding("moist-desquamation", "08:00"),
    "extremities": Course().start("00:00").finding("extremity-paresthesias", "08:00"),
    "infection": Course().start("00:00").finding("infection", "08:00"),
    "pleural-effusion": Course().start("00:00").finding("effusion-drained", "08:00"),
    "intubation": Course().start("00:00").finding("intubation", "08:00"),
}


@pytest.mark.parametrize("subject", SLOW)
def test_what_changes_slowly_is_acknowledged_for_8_h_at_once(subject: str) -> None:
    """criteria.md section 9."""
    assert unacknowledged_at(acked(SLOW[subject], subject, "08:01"), "17:00") == "16:16"


def test_acknowledging_the_recommendation_acknowledges_its_reasons() -> None:
    """criteria.md section 9: every open episode among its reasons, each for its own time."""
    drawn = acked(ischemic().finding("intubation", "08:01"), "recommendation", "08:05")
    assert unacknowledged_at(drawn, "17:00") == "10:20"


RECOMMENDATION = {
    "while every open absolute reason is, the recommendation is acknowledged": (
        acked(ischemic().finding("vivid-dreams", "08:01"), "ecg-ischemia", "08:05"),
        "09:00",
        [],
    ),
    "one of two absolute reasons is not enough": (
        acked(ischemic().finding("intubation", "08:01"), "ecg-ischemia", "08:05"),
        "08:30",
        ["08:16"],
    ),
    "three relative reasons, none acknowledged": (
        Course()
        .start("00:00")
        .finding("vivid-dreams", "08:00")
        .finding("emotional-lability", "08:00")
        .labs("08:00", platelets=45),
        "08:30",
        ["08:15"],
    ),
    "three relative reasons, by the recommendation": (
        acked(
            Course()
            .start("00:00")
            .finding("vivid-dreams", "08:00")
            .finding("emotional-lability", "08:00")
            .labs("08:00", platelets=45),
            "recommendation",
            "08:05",
        ),
        "24:00",
        [],
    ),
    "with no reason open by its own acknowledgement, which lasts 8 h": (
        acked(
            Course().start("00:00").finding("infection", "08:00").finding("infection", "09:30", False),
            "recommendation",
            "09:40",
        ),
        "18:00",
        ["08:15", "09:15", "17:55"],
    ),
}


@table(RECOMMENDATION, "course until expected")
def test_when_the_recommendation_is_acknowledged(course: Course, until: str, expected: list[str]) -> None:
    """criteria.md section 9: exactly while every open absolute episode among its reasons is."""
    assert reminded(course.tick(until)) == expected


def test_a_command_works_on_what_earlier_decisions_left_open() -> None:
    """criteria.md section 1: an ack at the instant of the opening is not an answer to it."""
    drawn = ischemic()
    assert reminded(drawn.ack(id_of(drawn, "ecg-ischemia"), "08:00").tick("08:20")) == ["08:15"]


RISES = {
    "a rise in level takes it away": (
        acked(Course().start("00:00").labs("08:00", platelets=45), "platelets", "08:05").labs(
            "09:00", platelets=20
        ),
        "09:20",
        ["09:15"],
    ),
    "a fall in level does not": (
        acked(Course().start("00:00").labs("08:00", platelets=20), "platelets", "08:05").labs(
            "09:00", platelets=45
        ),
        "09:20",
        [],
    ),
    "an acknowledgement of a relative episode does not run out": (
        acked(Course().start("00:00").labs("08:00", platelets=45), "platelets", "08:05"),
        "30:00",
        [],
    ),
    "after a rise it begins again with 2 h": (
        acked(
            acked(ischemic(), "ecg-ischemia", "08:01", "10:02")
            .finding("ecg-ischemia", "11:00", False)
            .finding("ecg-ischemia", "12:00"),
            "ecg-ischemia",
            "12:05",
        ),
        "14:30",
        ["14:20"],
    ),
}


@table(RISES, "course until expected")
def test_what_takes_an_acknowledgement_away(course: Course, until: str, expected: list[str]) -> None:
    """criteria.md section 9: worsening is never swallowed."""
    assert reminded(course.tick(until)) == expected


def test_an_acknowledgement_that_runs_out_prints_nothing_else() -> None:
    """criteria.md section 9: no transition; the reminders' count begins again."""
    drawn = acked(ischemic(), "ecg-ischemia", "08:01").tick("10:14")
    assert [a["transition"] for a in alerts(drawn) if a["subject"] == "ecg-ischemia"] == ["opened"]
