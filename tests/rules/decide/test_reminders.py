"""Reminders and acknowledgements (criteria.md section 9)."""

from __future__ import annotations

from tests.rules.courses import Course, alerts, clock, table


def absolute(known: str = "08:00") -> Course:
    return Course().start("00:00").labs("08:00", known=known, platelets=20)


def reminders(course: Course, subject: str = "platelets") -> list[str | None]:
    return [
        clock(a["decided"])
        for a in alerts(course)
        if a["subject"] == subject and a["transition"] == "reminder"
    ]


def id_of(course: Course, subject: str = "platelets") -> str:
    found: str = next(a["id"] for a in alerts(course) if a["subject"] == subject)
    return found


def acked(at: str, course: Course | None = None, subject: str = "platelets") -> Course:
    drawn = course or absolute()
    return drawn.ack(id_of(drawn, subject), at)


REMINDERS = {
    "15 min after the decision, then hourly": (absolute().tick("10:45"), ["08:15", "09:15", "10:15"]),
    "none before": (absolute().tick("08:14:59.999"), []),
    "counted from the decision, not from at": (absolute("08:30").tick("10:00"), ["08:45", "09:45"]),
    "a relative one has none": (Course().start("00:00").labs("08:00", platelets=45).tick("12:00"), []),
    "counted from when it became absolute": (
        Course().start("00:00").labs("07:00", platelets=45).labs("08:00", platelets=20).tick("09:00"),
        ["08:15"],
    ),
    "improved it has none": (absolute().labs("08:10", platelets=45).tick("12:00"), []),
    "absolute again it counts anew": (
        absolute().labs("08:10", platelets=45).labs("09:00", platelets=20).tick("10:00"),
        ["09:15"],
    ),
    "resolved it has none": (absolute().labs("08:20", platelets=100).tick("12:00"), ["08:15"]),
    "acknowledged it has none": (acked("08:10").tick("12:00"), []),
    "acknowledged at the very instant it has none": (acked("08:15").tick("12:00"), []),
    "acknowledged after the first it has no second": (acked("08:16").tick("12:00"), ["08:15"]),
    "an ack of another alert does not stop it": (
        absolute().ack("0123456789abcdef", "08:10").tick("09:00"),
        ["08:15"],
    ),
    "stale it goes on": (absolute().tick("45:10"), [f"{h:02}:15" for h in range(8, 45)]),
}


@table(REMINDERS, "course expected")
def test_reminders_of_an_absolute_criterion(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: unacknowledged, 15 min after the decision that made it absolute, then every 60
    min.
    """
    assert reminders(course) == expected


def ischemic() -> Course:
    return Course().start("00:00").finding("ecg-ischemia", "08:00")


KINDS = {
    "hypotension": (Course().start("00:00").vitals("08:00", sbp=75).tick("08:30"), "hypotension", ["08:15"]),
    "the recommendation at delay": (ischemic().tick("08:30"), "recommendation", ["08:15"]),
    "not the recommendation at correct": (
        Course().start("00:00").finding("vivid-dreams", "08:00").tick("12:00"),
        "recommendation",
        [],
    ),
    "not monitoring": (Course().start("00:00").tick("12:00"), "monitoring/vital-signs", []),
    "not advice": (Course().start("00:00").bolus("08:00", 2000).tick("12:00"), "fluid-limit", []),
    "delay to stop does not restart the count": (
        ischemic().finding("infection", "08:10").tick("09:20"),
        "recommendation",
        ["08:15", "09:15"],
    ),
    "none at an instant that prints another transition": (
        ischemic().finding("infection", "08:15").tick("09:20"),
        "recommendation",
        ["09:15"],
    ),
    "stop takes the acknowledgement of delay away, and does not restart the count": (
        acked("08:05", ischemic(), "recommendation").finding("infection", "08:40").tick("09:20"),
        "recommendation",
        ["09:15"],
    ),
    "an ack at the instant of the worsening is taken away by it": (
        acked("08:40", ischemic(), "recommendation").finding("infection", "08:40").tick("09:20"),
        "recommendation",
        ["08:15", "09:15"],
    ),
    "an ack after the worsening stands": (
        acked("08:50", ischemic().finding("infection", "08:40"), "recommendation").tick("09:20"),
        "recommendation",
        ["08:15"],
    ),
}


@table(KINDS, "course subject expected")
def test_which_episodes_are_reminded(course: Course, subject: str, expected: list[str]) -> None:
    """criteria.md section 9: of kind criterion, blood-pressure or recommendation; worsening takes the
    acknowledgement away.
    """
    assert reminders(course, subject) == expected


def test_worsening_pages_though_acknowledged_at_a_lower_level() -> None:
    """criteria.md section 9: worsening is never swallowed."""
    drawn = (
        acked("08:10", Course().start("00:00").labs("08:00", platelets=45))
        .labs("09:00", platelets=20)
        .tick("09:20")
    )
    said = [(a["transition"], clock(a["decided"])) for a in alerts(drawn) if a["subject"] == "platelets"]
    assert said == [("opened", "08:00"), ("worsened", "09:00"), ("reminder", "09:15")]


def test_a_reminder_says_what_stands_now() -> None:
    """criteria.md section 9: every transition carries level, value and evidence."""
    said = [
        a
        for a in alerts(absolute().labs("08:10", "l2", platelets=12).tick("08:20"))
        if a["transition"] == "reminder" and a["subject"] == "platelets"
    ]
    assert [(a["level"], a["value"], a["evidence"], clock(a["at"])) for a in said] == [
        ("absolute", 12, ["l2"], "08:15")
    ]
