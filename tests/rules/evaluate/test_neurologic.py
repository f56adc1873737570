"""Table 3, neurologic rows (criteria.md section 3)."""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import course, finding_alerts, finding_states, writes_times

ROWS = (
    ("vivid-dreams", "vivid-dreams", "relative"),
    ("emotional-lability", "emotional-lability", "relative"),
    ("emotional-lability", "persistent-crying", "absolute"),
    ("hallucination", "hallucination", "absolute"),
    ("cognition", "cognition-failed", "absolute"),
    ("disorientation", "disorientation", "absolute"),
)
STATES = {
    name: (row, *case)
    for row, finding, level in ROWS
    for name, case in finding_states(finding, level).items()
}
STATES["crying denied leaves lability"] = (
    "emotional-lability",
    course()
    .finding("emotional-lability", "08:00")
    .finding("persistent-crying", "08:00")
    .finding("persistent-crying", "09:00", False),
    "09:00",
    "relative",
)
ALERTS = {
    name: (row, *case)
    for row, finding, level in ROWS
    for name, case in finding_alerts(finding, level).items()
}


@table(STATES, "code course at expected")
def test_a_neurologic_finding(code: str, course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, neurologic."""
    assert seen(course, at, code) == expected


@table(ALERTS, "code course until expected")
def test_what_is_said_of_a_neurologic_finding(
    code: str, course: Course, until: str | None, expected: list[str]
) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, code, until) == expected


def minded(*records: tuple[str, str]) -> Course:
    drawn = course()
    for time, value in records:
        drawn.mental(time, value, id=time)
    return drawn


MENTAL_STATUS = {
    "never charted it cannot be told": (minded(), "09:00", "indeterminate missing mental-status"),
    "normal is clear": (minded(("08:00", "normal")), "08:00", "clear"),
    "normal and just under 16 h old is clear": (minded(("08:00", "normal")), "23:59:59.999", "clear"),
    "normal and 16 h old cannot be told": (
        minded(("08:00", "normal")),
        "24:00",
        "indeterminate missing mental-status",
    ),
    "changed is clear at first, and says until when": (
        minded(("08:00", "changed")),
        "08:00",
        "clear until 10:00",
    ),
    "changed for just under 2 h is clear": (
        minded(("08:00", "changed")),
        "09:59:59.999",
        "clear until 10:00",
    ),
    "changed for 2 h is absolute": (minded(("08:00", "changed")), "10:00", "absolute"),
    "the 2 h run from the first of the unbroken run": (
        minded(("08:00", "changed"), ("09:30", "changed")),
        "10:00",
        "absolute",
    ),
    "reversed within 2 h it is clear": (minded(("08:00", "changed"), ("09:59", "normal")), "12:00", "clear"),
    "a new change starts anew": (
        minded(("08:00", "changed"), ("09:00", "normal"), ("09:30", "changed")),
        "11:29:59.999",
        "clear until 11:30",
    ),
    "reversed after 2 h it clears": (minded(("08:00", "changed"), ("12:00", "normal")), "12:00", "clear"),
    "absolute and just under 16 h old is not stale": (
        minded(("08:00", "changed")),
        "23:59:59.999",
        "absolute",
    ),
    "absolute and 16 h old keeps its state, stale": (
        minded(("08:00", "changed")),
        "24:00",
        "absolute stale",
    ),
    "learned late it is absolute at once": (
        course().mental("08:00", "changed", known="10:30"),
        "10:30",
        "absolute",
    ),
    "a late normal breaks the run": (
        minded(("08:00", "changed"), ("10:30", "changed")).mental("09:00", "normal", known="11:00"),
        "11:00",
        "clear until 12:30",
    ),
    "stale when it becomes known it trips nothing": (
        course().mental("08:00", "changed", known="24:00"),
        "25:00",
        "indeterminate missing mental-status",
    ),
    "it carries over into a second cycle, unlike what is charted by exception": (
        minded(("18:00", "changed")).encounter("cycle-start", "19:00"),
        "20:00",
        "absolute",
    ),
    "corrected it never was": (
        minded(("08:00", "changed")).correct("08:00", "11:00", value="normal"),
        "11:00",
        "clear",
    ),
    "withdrawn falls back on the record before": (
        minded(("07:00", "normal"), ("08:00", "changed")).withdraw("08:00", "11:00"),
        "11:00",
        "clear",
    ),
    "withdrawn altogether cannot be told": (
        minded(("08:00", "changed")).withdraw("08:00", "11:00"),
        "11:00",
        "indeterminate missing mental-status",
    ),
}


@table(MENTAL_STATUS)
def test_mental_status(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `mental-status`: changed is absolute 2 h after the first record of its run;
    older than 16 h it cannot be told.
    """
    assert seen(course, at, "mental-status") == expected


MENTAL_STATUS_ALERTS = {
    "opened at its deadline without any event": (
        minded(("08:00", "changed")).tick("10:01"),
        ["opened absolute 10:00"],
    ),
    "learned late it is opened at its deadline": (
        course().mental("08:00", "changed", known="10:30"),
        ["opened absolute 10:00 @10:30"],
    ),
    "resolved at the record that reverses it": (
        minded(("08:00", "changed")).mental("10:05", "normal", known="10:10"),
        ["opened absolute 10:00", "resolved clear 10:05 @10:10"],
    ),
    "reversed in time it says nothing": (minded(("08:00", "changed"), ("09:59", "normal")).tick("12:00"), []),
    "reversed at the very 2 h it says nothing": (
        minded(("08:00", "changed"), ("10:00", "normal")).tick("12:00"),
        [],
    ),
    "corrected is amended": (
        minded(("08:00", "changed")).correct("08:00", "11:00", value="normal"),
        ["opened absolute", "amended clear"],
    ),
    "withdrawn is amended": (
        minded(("08:00", "changed")).withdraw("08:00", "11:00"),
        ["opened absolute", "amended clear"],
    ),
    "the record that broke the run withdrawn opens at the deadline it had": (
        minded(("08:00", "changed"), ("09:00", "normal"), ("09:30", "changed")).withdraw("09:00", "10:45"),
        ["opened absolute 10:00 @10:45"],
    ),
    "the first of the run withdrawn is amended": (
        minded(("08:00", "changed"), ("09:30", "changed")).withdraw("08:00", "11:00"),
        ["opened absolute", "amended clear"],
    ),
    "going stale says nothing": (minded(("08:00", "changed")).tick("30:00"), ["opened absolute 10:00"]),
}


@table(MENTAL_STATUS_ALERTS, "course expected")
def test_what_is_said_of_mental_status(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: a deadline's `at` is the deadline; section 1: all that shares an instant is
    taken together.
    """
    assert (timed if writes_times(expected) else transitions)(course, "mental-status") == expected
