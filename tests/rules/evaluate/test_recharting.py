"""Findings that stand are asked for again (criteria.md section 3.5)."""

from __future__ import annotations

import pytest

from tests.rules.courses import Course, alerts, states_at, table, timed

ASKED = {
    "just under 16 h": (Course().start().finding("dyspnea-at-rest", "01:00"), "16:59:59.999", []),
    "at 16 h": (Course().start().finding("dyspnea-at-rest", "01:00"), "17:00", ["opened advisory 17:00"]),
    "charted again as present": (
        Course().start().finding("dyspnea-at-rest", "01:00").finding("dyspnea-at-rest", "18:00"),
        "19:00",
        ["opened advisory 17:00", "resolved clear 18:00"],
    ),
    "charted again as absent": (
        Course().start().finding("dyspnea-at-rest", "01:00").finding("dyspnea-at-rest", "18:00", False),
        "40:00",
        ["opened advisory 17:00", "resolved clear 18:00"],
    ),
    "one that is absent does not count": (
        Course().start().finding("dyspnea-at-rest", "01:00", False),
        "40:00",
        [],
    ),
    "one of the cycle before does not count": (
        Course().start().finding("dyspnea-at-rest", "01:00").encounter("cycle-start", "10:00"),
        "40:00",
        [],
    ),
    "a withdrawn one does not count": (
        Course().start().finding("dyspnea-at-rest", "01:00", id="f").withdraw("f", "02:00"),
        "40:00",
        [],
    ),
}


@table(ASKED, "course until expected")
def test_a_finding_is_asked_for_again_after_16_h(course: Course, until: str, expected: list[str]) -> None:
    """criteria.md section 3.5: last charted 16 h ago: advisory, until it is charted again."""
    assert timed(course, "finding/dyspnea-at-rest", until) == expected


def dreams(level: str = "relative", until: str | None = None) -> Course:
    """Vivid dreams, charted at 01:00 and accepted at 02:00."""
    return Course().start().finding("vivid-dreams", "01:00").accept("vivid-dreams", "02:00", level, until)


ACCEPTED = {
    "while it is accepted it is not": (dreams(), "40:00", []),
    "nor when it was charted again": (dreams().finding("vivid-dreams", "03:00"), "40:00", []),
    "the acceptance ends after 16 h: from then on": (
        dreams(until="18:00"),
        "18:00",
        ["opened advisory 18:00"],
    ),
    "not a moment before": (dreams(until="18:00"), "17:59:59.999", []),
    "the acceptance ends before 16 h: at 16 h": (
        dreams(until="16:00"),
        "17:00",
        ["opened advisory 17:00"],
    ),
    "taken back after 16 h: from then on": (
        Course()
        .start()
        .finding("vivid-dreams", "01:00")
        .accept("vivid-dreams", "02:00", "relative", id="x")
        .withdraw("x", "18:00"),
        "19:00",
        ["opened advisory 18:00"],
    ),
    "accepted when it is asked for already": (
        Course().start().finding("vivid-dreams", "01:00").accept("vivid-dreams", "18:00", "relative"),
        "40:00",
        ["opened advisory 17:00", "resolved clear 18:00"],
    ),
}


@table(ACCEPTED, "course until expected")
def test_what_is_accepted_does_not_count_and_is_not_asked_for(
    course: Course, until: str, expected: list[str]
) -> None:
    """criteria.md section 3.5: a finding that counts, last charted 16 h ago."""
    assert timed(course, "finding/vivid-dreams", until) == expected


def test_a_level_above_the_accepted_one_lets_every_finding_of_the_row_count_again() -> None:
    """criteria.md section 3.5: a level above ends the acceptance at once, and for good."""
    drawn = Course().start().finding("guaiac-positive", "01:00").accept("bleeding", "02:00", "relative")
    assert timed(drawn, "finding/guaiac-positive", "19:59") == []
    drawn.finding("frank-blood", "20:00")
    assert timed(drawn, "finding/guaiac-positive", "20:00") == ["opened advisory 20:00"]


def test_an_unconfirmed_finding_is_asked_for_though_it_is_accepted() -> None:
    """criteria.md section 3.5: an unconfirmed one is asked for whether it counts or not."""
    drawn = Course().start().finding("cognition-failed", "01:00").accept("cognition", "02:00")
    assert timed(drawn, "finding/cognition-failed", "40:00") == ["opened technical 03:00"]
    again = drawn.finding("cognition-failed", "04:00")
    assert timed(again, "finding/cognition-failed", "40:00") == [
        "opened technical 03:00",
        "resolved clear 04:00",
    ]


def test_the_text_says_that_it_is_accepted() -> None:
    """criteria.md section 10: what ended is said."""
    drawn = Course().start().finding("vivid-dreams", "01:00").accept("vivid-dreams", "18:00", "relative")
    ended = [
        a["message"]
        for a in alerts(drawn, "18:00")
        if a["subject"] == "finding/vivid-dreams" and a["transition"] == "resolved"
    ]
    assert ended == ["Vivid dreams: accepted as known"]


CONFIRMED = {
    "not before 2 h": ("cognition-failed", (), "02:59:59.999", []),
    "at 2 h": ("cognition-failed", (), "03:00", ["opened technical 03:00"]),
    "charted again too early": ("cognition-failed", ("02:59",), "03:00", ["opened technical 03:00"]),
    "charted again at 2 h": ("cognition-failed", ("03:00",), "05:00", []),
    "charted again later": (
        "cognition-failed",
        ("04:00",),
        "05:00",
        ["opened technical 03:00", "resolved clear 04:00"],
    ),
    "another finding needs no second look": ("disorientation", (), "05:00", []),
}


@table(CONFIRMED, "code again until expected")
def test_an_unconfirmed_finding_is_asked_for_after_2_h(
    code: str, again: tuple[str, ...], until: str, expected: list[str]
) -> None:
    """criteria.md section 3.5: technical ("re-examine now"), until a record at or after that."""
    drawn = Course().start().finding(code, "01:00")
    for at in again:
        drawn.finding(code, at)
    assert timed(drawn, f"finding/{code}", until) == expected


def test_a_changed_mental_status_is_asked_for_after_2_h_of_its_run() -> None:
    """criteria.md section 3.5: `mental-status` changed, at the run's first record + 2 h."""
    drawn = Course().start().mental("01:00", "normal").mental("02:00", "changed").mental("03:30", "changed")
    assert timed(drawn, "finding/mental-status", "04:00") == ["opened technical 04:00"]
    assert timed(drawn.mental("04:30", "normal"), "finding/mental-status", "05:00") == [
        "opened technical 04:00",
        "resolved clear 04:30",
    ]


@pytest.mark.parametrize(
    ("course", "subject", "message"),
    [
        (
            Course().start().finding("dyspnea-at-rest", "01:00").tick("17:00"),
            "finding/dyspnea-at-rest",
            "Short of breath at rest, charted Monday 01:00: still present?",
        ),
        (
            Course().start().finding("cognition-failed", "01:00").tick("03:00"),
            "finding/cognition-failed",
            "Cannot subtract serial 7s or spell WORLD backward, charted Monday 01:00: re-examine now",
        ),
        (
            Course().start().finding("iv-site", "01:00").tick("11:00"),
            "monitoring/iv-site",
            "IV site not checked since Monday 01:00",
        ),
        (Course().start().tick("10:00"), "monitoring/iv-site", "IV site not checked since the cycle began"),
    ],
)
def test_the_text_says_what_to_look_at(course: Course, subject: str, message: str) -> None:
    """criteria.md section 10: a nurse's names, the site's time."""
    assert [a["message"] for a in alerts(course) if a["subject"] == subject] == [message]


def test_what_is_asked_for_is_listed_while_it_is_open() -> None:
    """criteria.md section 6: listed in the assessment only while open, after Table 1."""
    drawn = Course().start().finding("dyspnea-at-rest", "01:00")
    assert "finding/dyspnea-at-rest" not in states_at(drawn, "16:00")["monitoring"]
    assert list(states_at(drawn, "17:00")["monitoring"])[-1] == "finding/dyspnea-at-rest"


@pytest.mark.parametrize(
    ("code", "value", "message"),
    [
        ("ileus", True, "Ileus: present"),
        ("distention", True, "Abdominal distention: present"),
        ("severe-distention", True, "Severe abdominal distention affecting breathing: present"),
        ("rales", "half", "Moist rales 1/2 up the chest"),
    ],
)
def test_messages_name_the_finding_that_is_present(code: str, value: bool | str, message: str) -> None:
    """criteria.md section 3.5: messages name the finding that is present."""
    row = "abdominal-distention" if code != "rales" else "rales"
    messages = [
        a["message"] for a in alerts(Course().start().finding(code, "01:00", value)) if a["subject"] == row
    ]
    assert messages[0].startswith(message)
