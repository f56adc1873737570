"""One problem, one page: the recommendation is told by its causes (criteria.md section 9)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, alerts, iso, table


def seen() -> Course:
    return Course().start("00:00").complete("07:00")


def at(course: Course, moment: str) -> dict[str, dict[str, Any]]:
    """The context of every alert of an instant, by subject."""
    return {a["subject"]: a["context"] for a in alerts(course) if a["decided"] == iso(moment)}


WORDS = {
    "a cause that opens says the word": (seen().finding("vivid-dreams", "08:00"), "vivid-dreams", "correct"),
    "one that worsens too": (
        seen().labs("07:30", platelets=45).labs("08:00", platelets=20),
        "platelets",
        "delay",
    ),
    "hypotension too": (seen().vitals("08:00", sbp=75), "hypotension", "delay"),
    "not where the recommendation stays": (
        seen()
        .finding("ecg-ischemia", "07:30")
        .finding("intubation", "07:45")
        .finding("infection", "08:00")
        .finding("hallucination", "08:00"),
        "hallucination",
        None,
    ),
    "also where it falls": (
        seen()
        .finding("ecg-ischemia", "07:30")
        .finding("ecg-ischemia", "08:00", False)
        .finding("vivid-dreams", "08:00"),
        "vivid-dreams",
        "correct",
    ),
    "not on what ends": (
        seen()
        .finding("ecg-ischemia", "07:30")
        .finding("ecg-ischemia", "08:00", False)
        .finding("vivid-dreams", "08:00"),
        "ecg-ischemia",
        None,
    ),
    "not on what is no reason": (
        seen().finding("vivid-dreams", "08:00").labs("08:00", potassium=3.0),
        "hypokalemia",
        None,
    ),
}


@table(WORDS, "course subject expected")
def test_which_alerts_say_the_word(course: Course, subject: str, expected: str | None) -> None:
    """criteria.md section 9: every `opened` or `worsened` reason of an instant at which it changes."""
    assert at(course, "08:00")[subject].get("recommendation") == expected


def test_none_says_it_where_the_recommendation_stays() -> None:
    """criteria.md section 9."""
    drawn = seen().finding("ecg-ischemia", "07:30").finding("vivid-dreams", "08:00")
    assert "recommendation" not in at(drawn, "08:00")["vivid-dreams"]


CARRIED = {
    "by a cause at its level": (seen().finding("vivid-dreams", "08:00"), True),
    "by a cause above its level": (seen().finding("infection", "08:00"), True),
    "not by causes below it": (
        seen()
        .finding("vivid-dreams", "07:30")
        .finding("emotional-lability", "07:40")
        .labs("08:00", platelets=45),
        None,
    ),
    "not where there is no cause": (
        seen().complete("08:00").dose("00:00", known="08:00").tick("33:00"),
        None,
    ),
}


@table(CARRIED, "course expected")
def test_when_the_recommendation_is_carried(course: Course, expected: bool | None) -> None:
    """criteria.md section 9: where the highest of its causes is at or above the level of its transition."""
    found = [a for a in alerts(course) if a["subject"] == "recommendation" and a["transition"] != "reminder"]
    assert found[-1]["context"].get("carried") is expected
