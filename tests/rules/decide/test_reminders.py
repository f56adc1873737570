"""Reminders: one stream a patient (criteria.md section 9)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, alerts, clock, table


def ischemic(known: str | None = None) -> Course:
    return Course().start("00:00").finding("ecg-ischemia", "08:00", known=known)


def reminder_alerts(course: Course) -> list[dict[str, Any]]:
    return [a for a in alerts(course) if a["transition"] == "reminder" and a["kind"] != "advice"]


def reminders(course: Course) -> list[str]:
    return [f"{clock(a['decided'])} {a['subject']}" for a in reminder_alerts(course)]


def times(course: Course) -> list[str | None]:
    return [clock(a["decided"]) for a in reminder_alerts(course)]


def id_of(course: Course, subject: str) -> str:
    found: str = next(a["id"] for a in alerts(course) if a["subject"] == subject)
    return found


def acked(course: Course, at: str, subject: str = "ecg-ischemia") -> Course:
    return course.ack(id_of(course, subject), at)


COUNT = {
    "15 min after the decision, 60 min after that, then every 2 h": (
        ischemic().tick("13:20"),
        ["08:15", "09:15", "11:15", "13:15"],
    ),
    "none before": (ischemic().tick("08:14:59.999"), []),
    "at the instant itself": (ischemic().tick("08:15"), ["08:15"]),
    "counted from the decision, not from at": (ischemic("08:30").tick("10:00"), ["08:45", "09:45"]),
    "a relative one has none": (Course().start("00:00").labs("08:00", platelets=45).tick("12:00"), []),
    "counted from when it became absolute": (
        Course().start("00:00").labs("07:00", platelets=45).labs("08:00", platelets=20).tick("09:00"),
        ["08:15"],
    ),
    "improved it has none": (
        Course().start("00:00").labs("08:00", platelets=20).labs("08:10", platelets=45).tick("12:00"),
        [],
    ),
    "resolved it has none": (ischemic().finding("ecg-ischemia", "08:20", False).tick("12:00"), ["08:15"]),
    "absolute again it counts anew": (
        ischemic()
        .finding("ecg-ischemia", "08:10", False)
        .finding("ecg-ischemia", "09:00", True)
        .tick("10:00"),
        ["09:15"],
    ),
    "another that becomes absolute begins the count again": (
        ischemic().finding("intubation", "08:10").tick("09:30"),
        ["08:25", "09:25"],
    ),
    "when one ends and another goes on, so does the count": (
        ischemic().finding("intubation", "08:10").finding("ecg-ischemia", "08:30", False).tick("09:30"),
        ["08:25", "09:25"],
    ),
    "the end of one at that very instant leaves the other's": (
        ischemic().finding("intubation", "08:10").finding("ecg-ischemia", "08:25", False).tick("08:30"),
        ["08:25"],
    ),
    "an acknowledgement of all ends it": (acked(ischemic(), "08:10").tick("10:00"), []),
    "one at that very instant comes first": (acked(ischemic(), "08:15").tick("10:00"), []),
    "one after the first leaves no second": (acked(ischemic(), "08:16").tick("10:00"), ["08:15"]),
    "one of two leaves the count to the other": (
        acked(ischemic().finding("intubation", "08:10"), "08:20").tick("09:30"),
        ["08:25", "09:25"],
    ),
    "an ack of an alert that nobody gave stops nothing": (
        ischemic().ack("0123456789abcdef", "08:10").tick("09:00"),
        ["08:15"],
    ),
    "one that runs out begins the count again": (acked(ischemic(), "08:10").tick("11:00"), ["10:25"]),
    "one taken back was never given: the count goes on": (
        acked(ischemic(), "08:10").add("ack", "08:20", "a4", status="entered-in-error").tick("09:20"),
        ["09:15"],
    ),
}


@table(COUNT, "course expected")
def test_when_reminders_come(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: 15 min after the decision that made the first absolute, then 60 min, then 2 h."""
    assert times(course) == expected


WHICH = {
    "hypotension": (
        Course().start("00:00").vitals("08:00", sbp=75).tick("08:20"),
        ["08:15 hypotension"],
    ),
    "the one that has been absolute longest": (
        ischemic().finding("atrial-fibrillation", "08:10").tick("08:30"),
        ["08:25 ecg-ischemia"],
    ),
    "of two at one instant the first in order": (
        ischemic().finding("atrial-fibrillation", "08:00").tick("08:20"),
        ["08:15 atrial-fibrillation"],
    ),
    "not the recommendation at correct": (
        Course().start("00:00").finding("vivid-dreams", "08:00").tick("12:00"),
        [],
    ),
    "not monitoring": (Course().start("00:00").tick("12:00"), []),
    "an acknowledged one is not the one reminded of; the recommendation is unacknowledged by a reason": (
        acked(ischemic().finding("intubation", "08:10"), "08:20").tick("08:30"),
        ["08:25 recommendation"],
    ),
    "an instant that prints another transition of one leaves it out and counts it as given": (
        Course().start("00:00").dose("00:00").finding("ecg-ischemia", "32:00").tick("33:20"),
        ["33:15 ecg-ischemia"],
    ),
}


@table(WHICH, "course expected")
def test_which_episode_is_reminded_of(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: of kind criterion, blood-pressure or recommendation, absolute longest first."""
    assert reminders(course) == expected


def test_a_reminder_names_all_that_is_unacknowledged() -> None:
    """criteria.md section 9: `context.unacknowledged`."""
    (found,) = reminder_alerts(ischemic().finding("intubation", "08:10").tick("08:25"))
    assert (found["level"], found["priority"]) == ("absolute", "high")
    assert found["context"]["unacknowledged"] == ["ecg-ischemia", "recommendation", "intubation"]


def test_a_reminder_says_what_stands_now() -> None:
    """criteria.md section 9: every transition carries level, value and evidence."""
    drawn = Course().start("00:00").labs("08:00", platelets=20).labs("08:10", "l2", platelets=12)
    (found,) = reminder_alerts(drawn.tick("08:20"))
    assert (found["value"], found["evidence"], clock(found["at"])) == (12, ["l2"], "08:15")


def left(subject: str) -> Course:
    return Course().start("00:00").finding(subject, "07:00").end("08:00").tick("08:20")


AFTER_THERAPY = {
    "an arrhythmia": (left("atrial-fibrillation"), True),
    "bleeding": (left("frank-blood"), True),
    "intubation": (left("intubation"), True),
    "infection": (left("infection"), True),
    "disorientation": (left("disorientation"), True),
    "hallucination": (left("hallucination"), True),
    "not ischemia": (left("ecg-ischemia"), False),
    "not moist desquamation": (left("moist-desquamation"), False),
}


@table(AFTER_THERAPY, "course expected")
def test_what_reminds_after_therapy(course: Course, expected: bool) -> None:
    """criteria.md section 9: only what can still kill; the count goes on."""
    assert times(course) == (["07:15", "08:15"] if expected else ["07:15"])
