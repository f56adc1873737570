"""Doses in error that are acknowledged, and doses given against the advice (criteria.md section 7.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.courses import Course, alerts, states_at, table, timed

ERROR, AUDIT = "dose-error", "dose-against-advice"


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


def episode(course: Course, subject: str = ERROR) -> str:
    id: str = next(a["id"] for a in alerts(course) if a["subject"] == subject)
    return id


def doubled() -> Course:
    """A dose at 08:00 and a second one at 09:00."""
    return start().complete("07:30").dose("08:00", id="a").dose("09:00", id="b")


def acked(at: str = "09:30") -> Course:
    drawn = doubled()
    return drawn.ack(episode(drawn), at)


def test_an_unacknowledged_error_delays_and_holds() -> None:
    """criteria.md section 4."""
    found = states_at(doubled(), "09:15")
    assert found["recommendation"] == "delay"
    assert "dose-error" in found["reasons"]
    assert "dose-error" in found["dose"]["blockers"]


def test_an_acknowledged_error_neither_moves_nor_blocks() -> None:
    """criteria.md section 7.2."""
    found = states_at(acked(), "09:30")
    assert found["recommendation"] == "proceed"
    assert "dose-error" not in found["reasons"]
    assert "dose-error" not in found["dose"]["blockers"]
    assert "dose-error" in found["advice"]


def test_the_acknowledgement_lasts_as_long_as_the_episode() -> None:
    """criteria.md sections 7.2 and 9: it does not run out."""
    drawn = acked().tick("32:59")
    assert "dose-error" not in states_at(drawn, "32:59")["reasons"]
    assert timed(drawn.tick("40:00"), ERROR) == ["opened absolute 09:00", "resolved clear 33:00"]


def test_another_dose_in_error_takes_it_away() -> None:
    """criteria.md section 7.2: `worsened`, `at` that dose's, evidence it."""
    drawn = acked().dose("10:00", id="c", known="10:20")
    assert timed(drawn, ERROR) == ["opened absolute 09:00", "worsened absolute 10:00 @10:20"]
    worse = alerts(drawn)[-1] if alerts(drawn)[-1]["subject"] == ERROR else None
    worse = worse or next(a for a in reversed(alerts(drawn)) if a["subject"] == ERROR)
    assert worse["evidence"] == ["c"]
    assert "acknowledged" not in worse["context"]
    assert "dose-error" in states_at(drawn, "10:20")["reasons"]


def test_acknowledged_again_it_is_quiet_again() -> None:
    """criteria.md section 7.2."""
    drawn = acked().dose("10:00", id="c")
    drawn.ack(episode(drawn), "10:30")
    assert "dose-error" not in states_at(drawn, "10:30")["reasons"]


def test_a_right_dose_leaves_the_acknowledgement() -> None:
    """criteria.md section 7.2."""
    drawn = acked().dose("17:00", id="c")
    assert timed(drawn, ERROR) == ["opened absolute 09:00"]
    assert "dose-error" not in states_at(drawn, "17:00")["reasons"]


def seen(course: Course, at: str, **more: Any) -> Course:
    """All that a dose needs, seen at one time and normal but for what is named."""
    course.complete(at)
    labs = {"hematocrit": 38, "sodium": 140, "urea": 15, "glucose": 100}
    course.labs(at, **labs)
    return course.vitals(at, **more) if more else course


def first() -> Course:
    """Dose 1 at 08:00, with all seen that it needs."""
    return seen(start(), "07:30").dose("08:00")


def given(at: str = "16:00", **more: Any) -> Course:
    """Dose 1 at 08:00, all that is needed seen at 15:30, dose 2."""
    return seen(first(), "15:30", **more).dose(at)


AUDITS = {
    "a dose that was ready": (given(), "16:00", False),
    "one of which nothing was seen": (first().dose("16:00"), "16:00", True),
    "one that a criterion holds": (
        seen(first(), "15:30").labs("15:40", creatinine=3.0).dose("16:00"),
        "16:00",
        True,
    ),
    "one that is for a clinician to decide": (
        seen(first(), "15:30").labs("15:40", creatinine=2.6).dose("16:00"),
        "16:00",
        False,
    ),
    "one after therapy-end": (
        seen(first(), "15:30").end("15:45").dose("16:00"),
        "16:00",
        True,
    ),
    "one over a stop rule": (
        seen(first().finding("infection", "10:00"), "15:30").dose("16:00"),
        "16:00",
        True,
    ),
    "one over a stop rule that was resumed": (
        seen(
            first()
            .finding("hallucination", "10:00")
            .finding("hallucination", "11:00", False)
            .resume("neuropsychiatric", "12:00"),
            "15:30",
        ).dose("16:00"),
        "16:00",
        False,
    ),
    "a resume after it comes too late": (
        seen(
            first().finding("hallucination", "10:00").finding("hallucination", "11:00", False),
            "15:30",
        )
        .resume("neuropsychiatric", "16:05")
        .dose("16:00", known="16:10"),
        "16:10",
        True,
    ),
    "too early it was waiting": (seen(first(), "14:30").dose("15:00"), "15:00", False),
    "for 8 h": (first().dose("16:00"), "23:59:59.999", True),
    "no longer": (first().dose("16:00"), "24:00", False),
    "what was charted after it does not count": (
        seen(first(), "15:30").labs("16:05", creatinine=3.0).dose("16:00", known="16:10"),
        "16:10",
        False,
    ),
    "what was charted before it, and known after it, does": (
        seen(first(), "15:30").dose("16:00", known="16:10").labs("15:40", known="16:05", creatinine=3.0),
        "16:10",
        True,
    ),
    "what became known after its decision does not": (
        given().labs("15:40", known="16:05", creatinine=3.0),
        "16:05",
        False,
    ),
    "a finding of the time before that is over": (
        seen(first(), "15:30")
        .finding("infection", "10:00", known="16:05")
        .finding("infection", "12:00", False, known="16:05")
        .dose("16:00", known="16:10"),
        "16:10",
        True,
    ),
    "readings older than an hour": (
        seen(first(), "14:59:59.999").dose("16:00"),
        "16:00",
        True,
    ),
    "an error that nobody acknowledged": (
        seen(start().dose("02:00").dose("08:00"), "15:30").dose("16:00"),
        "16:00",
        True,
    ),
}


@table(AUDITS)
def test_a_dose_given_against_the_advice(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.2: readiness at its `at`, without the dose, was hold, unknown or finished."""
    assert (AUDIT in states_at(course, at)["advice"]) is expected


def test_an_acknowledged_error_is_no_ground() -> None:
    """criteria.md section 7.2."""
    drawn = start().dose("02:00").dose("08:00")
    drawn.ack(episode(drawn), "08:30")
    assert AUDIT not in states_at(seen(drawn, "15:30").dose("16:00"), "16:00")["advice"]


def test_it_says_the_dose_and_its_readiness() -> None:
    """criteria.md section 10."""
    text = states_at(first().dose("16:00"), "16:00")["advice"][AUDIT]["text"]
    assert "Dose 2 at 16:00" in text
    assert "unknown" in text


ALERTS = {
    "at the dose, for 8 h from the decision": (
        first().dose("16:00", known="16:30").tick("40:00"),
        ["opened advisory 16:00 @16:30", "resolved clear 24:30"],
    ),
    "withdrawn it never was": (
        first().dose("16:00", id="d").withdraw("d", "17:00"),
        ["opened advisory 16:00", "amended clear 16:00 @17:00"],
    ),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_it(course: Course, expected: list[str]) -> None:
    """criteria.md sections 7.2 and 9."""
    assert timed(course, AUDIT) == expected


@pytest.mark.parametrize("late", ["16:00", "16:10"])
def test_a_dose_under_a_monitor_is_audited_alike(late: str) -> None:
    """criteria.md section 7.2: readings of every minute, before and after the dose."""
    drawn = seen(first(), "15:30")
    for minute in range(120):
        drawn.vitals(
            f"{15 + minute // 60}:{minute % 60:02}", hr=90, sbp=70 if minute < 50 else 118, spo2=98, temp=37
        )
    drawn.dose("16:00", known=late)
    assert AUDIT not in states_at(drawn, "16:59")["advice"]
    low = seen(first(), "15:30")
    for minute in range(120):
        low.vitals(
            f"{15 + minute // 60}:{minute % 60:02}", hr=90, sbp=118 if minute > 70 else 80, spo2=98, temp=37
        )
    low.dose("16:00", known=late)
    assert AUDIT in states_at(low, "16:59")["advice"]
