"""Table 3, renal, row 1: urine per completed shift (criteria.md section 3, `urine-shift`).

Shifts end at 07:00, 15:00 and 23:00 UTC.
"""

from __future__ import annotations

from tests.rules.courses import Course, seen, states_at, table, timed, told
from tests.rules.evaluate.charted import course, timed_or_told

CODE = "urine-shift"
BLIND = "indeterminate missing urine"


def shift(volume: float, start: str = "07:00", end: str = "15:00") -> Course:
    """One collection over the day shift."""
    return course().urine(end, volume, start=start, id="u")


SHIFT = {
    "never charted it cannot be told": (course(), "16:00", BLIND),
    "just over 160 mL is clear": (shift(160.1), "15:00", "clear"),
    "160 mL is relative": (shift(160), "15:00", "relative"),
    "80 mL is relative": (shift(80), "15:00", "relative"),
    "just under 80 mL is absolute": (shift(79.9), "15:00", "absolute"),
    "volume 0 is a measurement": (shift(0), "15:00", "absolute"),
    "it is decided at the end of the shift, not before": (shift(79), "14:59:59.999", BLIND),
    "7 h covered are enough": (shift(60, "08:00"), "15:00", "absolute"),
    "a millisecond less is not": (shift(60, "08:00:00.001"), "15:00", BLIND),
    "above 160 mL it is clear whatever the coverage": (shift(161, "14:00"), "15:00", "clear"),
    "160 mL in an hour cannot be told": (shift(160, "14:00"), "15:00", BLIND),
    "collections add up": (
        course().urine("11:00", 40, start="07:00").urine("15:00", 39),
        "15:00",
        "absolute",
    ),
    "two catheters add up, and cover once": (
        shift(60).urine("15:00", 60, start="07:00"),
        "15:00",
        "relative",
    ),
    "overlaps do not cover twice": (shift(30, "11:00").urine("15:00", 30, start="11:00"), "15:00", BLIND),
    "one that reaches out counts by its share": (
        shift(40, "07:00", "14:00").urine("16:00", 80, start="14:00"),
        "16:00",
        "relative",
    ),
    "one that reaches in counts by its share": (
        course().urine("08:00", 160, start="06:00").urine("15:00", 70),
        "15:00",
        "relative",
    ),
    "one of unknown rate covers nothing and counts at its end": (
        course().urine("08:00", 30).urine("15:00", 60),
        "15:00",
        "relative",
    ),
    "it holds through the next shift": (shift(79).urine("20:00", 900), "22:59:59.999", "absolute"),
    "until that is completed": (shift(79).urine("23:00", 161), "23:00", "clear"),
    "a tripped one keeps its state, stale, when the next is not covered": (
        shift(79),
        "23:00",
        "absolute stale",
    ),
    "and goes on keeping it": (shift(79), "55:00", "absolute stale"),
    "it clears on data": (shift(79).urine("31:00", 161, start="30:00"), "31:00", "clear"),
    "a clear one cannot be told when the next is not covered": (shift(300), "23:00", BLIND),
    "corrected it never was": (shift(79).correct("u", "16:00", volume=170), "16:00", "clear"),
    "corrected it is not kept either": (shift(79).correct("u", "16:00", volume=170), "23:00", BLIND),
    "withdrawn it never was": (shift(79).withdraw("u", "16:00"), "16:00", BLIND),
    "withdrawn while stale it is not kept": (shift(79).withdraw("u", "24:00"), "24:00", BLIND),
    "charted late it is decided again": (
        course().urine("15:00", 79, start="07:00", known="17:00"),
        "17:00",
        "absolute",
    ),
    "a late collection raises it": (
        shift(79).urine("12:00", 100, start="10:00", known="17:00"),
        "17:00",
        "clear",
    ),
}


@table(SHIFT)
def test_urine_shift(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `urine-shift`: 80-160 mL relative, both ends included, below 80 absolute;
    covered but for 1 h.
    """
    assert seen(course, at, CODE) == expected


SAID = {
    "opened at the end of the shift": (shift(79).tick("15:01"), ["opened absolute 15:00"]),
    "charted late it is opened at that end": (
        course().urine("15:00", 79, start="07:00", known="17:00"),
        ["opened absolute 15:00 @17:00"],
    ),
    "resolved at the end of the next": (
        shift(100).urine("23:00", 200).tick("24:00"),
        ["opened relative 15:00", "resolved clear 23:00"],
    ),
    "worsened at the end of the next": (
        shift(100).urine("23:00", 79).tick("24:00"),
        ["opened relative 15:00", "worsened absolute 23:00"],
    ),
    "a late collection resolves it at that end": (
        shift(100).urine("12:00", 100, start="10:00", known="17:00"),
        ["opened relative 15:00", "resolved clear 15:00 @17:00"],
    ),
    "going stale says nothing": (shift(100).tick("56:00"), ["opened relative 15:00"]),
    "withdrawn is amended": (shift(79).withdraw("u", "15:10"), ["opened absolute", "amended clear"]),
    "corrected up a band is amended": (
        shift(79).correct("u", "15:10", volume=100),
        ["opened absolute", "amended relative"],
    ),
    "corrected to clear is amended": (
        shift(79).correct("u", "15:10", volume=170),
        ["opened absolute", "amended clear"],
    ),
    "corrected down is worsened": (
        shift(100).correct("u", "15:10", volume=70),
        ["opened relative", "worsened absolute"],
    ),
}


@table(SAID, "course expected")
def test_what_is_said_of_urine_shift(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: `at` of urine-shift is the shift's end."""
    assert (timed if timed_or_told(expected) else told)(course, CODE) == expected


def test_urine_shift_and_urine_hour_count_once() -> None:
    """criteria.md section 3: rows of one group count once; a group is as bad as its worst row (section 4)."""
    found = states_at(shift(100).urine("16:00", 5), "16:00")
    assert [found["criteria"][code]["state"] for code in ("urine-shift", "urine-hour")] == [
        "relative",
        "absolute",
    ]
    assert (found["relative"], found["absolute"]) == (0, 1)
