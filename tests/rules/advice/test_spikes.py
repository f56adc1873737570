"""A high spike of temperature above the rising baseline (criteria.md section 7.1, septic-workup)."""

from __future__ import annotations

from tests.rules.courses import Course, states_at, table, timed

CODE = "septic-workup"


def warm(*readings: tuple[str, float], doses: tuple[str, ...] = ("00:00",)) -> Course:
    """A cycle from midnight; (at, Cel) in order."""
    drawn = Course().start("00:00")
    for at in doses:
        drawn.dose(at)
    for at, value in readings:
        drawn.vitals(at, temp=value)
    return drawn


SPIKE = (("20:00", 37.5), ("25:00", 38.5))
"""1.0 above the one temperature of the day before it."""

OPENS = {
    "38.5 and 1.0 above": (warm(*SPIKE), "25:00", True),
    "just under 38.5": (warm(("20:00", 37.0), ("25:00", 38.4)), "25:00", False),
    "just under 1.0 above": (warm(("20:00", 37.6), ("25:00", 38.5)), "25:00", False),
    "24 h after dose 1": (warm(("20:00", 37.0), ("24:00", 39.0)), "24:00", True),
    "not before": (warm(("20:00", 37.0), ("23:59:59.999", 39.0)), "24:00", False),
    "above the median, not the highest": (
        warm(("10:00", 38.4), ("15:00", 37.4), ("20:00", 37.0), ("25:00", 38.5)),
        "25:00",
        True,
    ),
    "the median of two is their mean": (
        warm(("15:00", 37.9), ("20:00", 37.3), ("25:00", 38.6)),
        "25:00",
        True,
    ),
    "not above it": (warm(("15:00", 37.9), ("20:00", 37.3), ("25:00", 38.5)), "25:00", False),
    "within 4 h of a dose it counts not": (
        warm(("12:00", 39.0), ("20:00", 37.0), ("25:00", 38.5), doses=("00:00", "08:00")),
        "25:00",
        True,
    ),
    "more than 4 h after it does": (
        warm(("12:00:00.001", 39.0), ("20:00", 37.0), ("25:00", 38.5), doses=("00:00", "08:00")),
        "25:00",
        False,
    ),
    "a dose before the spike lets the spike be": (warm(*SPIKE, doses=("00:00", "24:00")), "25:00", True),
    "24 h before it counts no more": (warm(("01:00", 39.5), ("25:00", 38.5)), "25:00", True),
    "just less than 24 h does": (warm(("05:00:00.001", 39.5), ("29:00", 38.5)), "29:00", False),
    "none there: above 37.5": (warm(("25:00", 38.5)), "25:00", True),
    "without a dose there is none": (warm(*SPIKE, doses=()), "25:00", False),
}


@table(OPENS)
def test_a_spike_opens_it(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.1: >=38.5 and >=1.0 above the median of the day before it."""
    assert (CODE in states_at(course, at)["advice"]) is expected


ALERTS = {
    "until 24 h without a high one": (
        warm(*SPIKE, ("26:00", 37.0)).tick("60:00"),
        ["opened advisory 25:00", "resolved clear 49:00"],
    ),
    "a high one goes on": (
        warm(*SPIKE, ("40:00", 38.5)).tick("70:00"),
        ["opened advisory 25:00", "resolved clear 64:00"],
    ),
    "one of 24 h later too": (
        warm(*SPIKE, ("49:00", 38.5)).tick("80:00"),
        ["opened advisory 25:00", "resolved clear 73:00"],
    ),
    "one just under the limit does not": (
        warm(*SPIKE, ("40:00", 38.4)).tick("60:00"),
        ["opened advisory 25:00", "resolved clear 49:00"],
    ),
    "until cultures are sent": (
        warm(*SPIKE).finding("cultures-sent", "26:00", known="26:10"),
        ["opened advisory 25:00", "resolved clear 26:00 @26:10"],
    ),
    "cultures that were not sent answer nothing": (
        warm(*SPIKE).finding("cultures-sent", "26:00", False),
        ["opened advisory 25:00"],
    ),
    "at the spike itself": (
        warm(("20:00", 37.5)).finding("cultures-sent", "25:00").vitals("25:00", temp=38.5),
        [],
    ),
    "until infection is denied": (
        warm(*SPIKE).finding("infection", "26:00", False),
        ["opened advisory 25:00", "resolved clear 26:00"],
    ),
    "cultures before the spike do not count": (
        warm(("20:00", 37.5)).finding("cultures-sent", "24:00").vitals("25:00", temp=38.5),
        ["opened advisory 25:00"],
    ),
    "after which none opens for 24 h": (
        warm(*SPIKE).finding("cultures-sent", "26:00").vitals("40:00", temp=37.0).vitals("49:59", temp=39.5),
        ["opened advisory 25:00", "resolved clear 26:00"],
    ),
    "then one may": (
        warm(*SPIKE).finding("cultures-sent", "26:00").vitals("40:00", temp=37.0).vitals("50:00", temp=39.5),
        ["opened advisory 25:00", "resolved clear 26:00", "opened advisory 50:00"],
    ),
    "corrected it never was": (
        warm(("20:00", 37.5)).vitals("25:00", id="t", temp=38.5).correct("t", "26:00", temp=37.9),
        ["opened advisory 25:00", "amended clear 25:00 @26:00"],
    ),
    "known late it opens at its reading": (
        warm(("20:00", 37.5)).vitals("25:00", known="27:00", temp=38.5),
        ["opened advisory 25:00 @27:00"],
    ),
    "a fever of days goes on beyond what is kept": (
        warm(*SPIKE, *((f"{hour}:00", 38.9) for hour in range(26, 130, 4))).tick("160:00"),
        ["opened advisory 25:00", "resolved clear 150:00"],
    ),
}


@table(ALERTS, "course expected")
def test_how_long_it_is_open(course: Course, expected: list[str]) -> None:
    """criteria.md section 7.1: until 24 h without one, or someone looks for infection."""
    assert timed(course, CODE) == expected


LATE = {
    "a cool reading charted late makes it a spike": (
        warm(("20:00", 38.2), ("25:00", 38.5)).vitals("19:00", known="26:00", temp=36.0),
        ["opened advisory 25:00 @26:00"],
    ),
    "a warm one charted late makes it none": (
        warm(*SPIKE).vitals("19:00", known="26:00", temp=39.0),
        ["opened advisory 25:00", "resolved clear 25:00 @26:00"],
    ),
    "at its own time, not at that of a reading that changed nothing": (
        warm(*SPIKE, ("25:30", 37.0)).vitals("19:00", known="26:00", temp=39.0),
        ["opened advisory 25:00", "resolved clear 25:00 @26:00"],
    ),
    "nor at what ended the spike before": (
        warm(("20:00", 37.5), ("25:00", 38.5))
        .finding("cultures-sent", "26:00")
        .vitals("51:00", temp=37.0)
        .vitals("51:30", temp=38.6)
        .vitals("51:20", known="54:00", temp=38.4),
        [
            "opened advisory 25:00",
            "resolved clear 26:00",
            "opened advisory 51:30",
            "resolved clear 51:30 @54:00",
        ],
    ),
    "a dose charted late takes a reading out of the baseline": (
        warm(("19:00", 38.3), ("21:30", 37.4), ("25:00", 38.5)).dose("18:00", known="26:00"),
        ["opened advisory 25:00 @26:00"],
    ),
    "cultures charted late close it at their time": (
        warm(*SPIKE, ("27:00", 38.0)).finding("cultures-sent", "26:00", known="28:00"),
        ["opened advisory 25:00", "resolved clear 26:00 @28:00"],
    ),
    "a spike of the cycle before is none of the next": (
        warm(*SPIKE).encounter("cycle-start", "30:00").dose("30:00").vitals("31:00", temp=38.5),
        ["opened advisory 25:00", "resolved clear 30:00"],
    ),
}


@table(LATE, "course expected")
def test_what_becomes_known_late(course: Course, expected: list[str]) -> None:
    """criteria.md section 1: the order of arrival does not matter."""
    assert timed(course, CODE) == expected


def test_a_fever_by_the_minute_is_one_spike() -> None:
    """criteria.md section 7.1: sustained fever raises its own baseline."""
    drawn = warm(("20:00", 37.2))
    for minute in range(25 * 60, 40 * 60):
        drawn.vitals(f"{minute // 60:02}:{minute % 60:02}", temp=39.0)
    assert timed(drawn.finding("cultures-sent", "40:00"), CODE) == [
        "opened advisory 25:00",
        "resolved clear 40:00",
    ]
