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
    said = [
        a["message"] for a in alerts(Course().start().finding(code, "01:00", value)) if a["subject"] == row
    ]
    assert said[0].startswith(message)
