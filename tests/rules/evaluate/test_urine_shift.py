"""Table 3, renal, row 1: urine per completed shift (criteria.md section 3, `urine-shift`).

Shifts end at 07:00, 15:00 and 23:00 UTC.
"""

from __future__ import annotations

from tests.rules.courses import Course, seen, states_at, table, timed, transitions
from tests.rules.evaluate.charted import course, writes_times

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
    "it is decided when a collection reaches the end, not before": (shift(79), "14:59:59.999", BLIND),
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
    "it holds through the next shift": (shift(79), "22:59:59.999", "absolute"),
    "until that is completed": (shift(79).urine("23:00", 161), "23:00", "clear"),
    "a tripped one keeps its state, stale, when the next is not covered": (
        shift(79),
        "24:00",
        "absolute stale",
    ),
    "and goes on keeping it": (shift(79), "55:00", "absolute stale"),
    "it clears on data": (shift(79).urine("31:00", 161, start="30:00"), "31:00", "clear"),
    "a clear one cannot be told when the next is not covered": (shift(300), "24:00", BLIND),
    "corrected it never was": (shift(79).correct("u", "16:00", volume=170), "16:00", "clear"),
    "corrected it is not kept either": (shift(79).correct("u", "16:00", volume=170), "24:00", BLIND),
    "the next is decided an hour after its end when no collection reaches it": (
        shift(79),
        "23:59:59.999",
        "absolute",
    ),
    "until then a clear one stands": (shift(300), "23:59:59.999", "clear"),
    "a collection that goes on over the end decides it": (
        shift(300).urine("22:00", 60).urine("23:10", 10),
        "23:10",
        "absolute",
    ),
    "one that begins after the end does not": (
        shift(300).urine("22:59:59.999", 60).urine("23:10", 10, start="23:00"),
        "23:10",
        "clear",
    ),
    "late ones are waited for": (
        shift(300).urine("22:00", 60).urine("23:00", 110, known="23:30"),
        "23:30",
        "clear",
    ),
    "a collection of it that cannot be read leaves it untold": (
        shift(70).urine("12:00", 50, unit="furlong").unreadable(),
        "15:00",
        "indeterminate missing urine.unreadable",
    ),
    "unless the others are more than 160 mL": (
        shift(161).urine("12:00", 50, unit="furlong").unreadable(),
        "15:00",
        "clear",
    ),
    "a tripped one is kept, stale": (
        shift(70).urine("20:00", 50, unit="furlong").unreadable().urine("23:00", 70, start="15:00"),
        "23:00",
        "absolute stale missing urine.unreadable",
    ),
    "improved early it is kept so": (
        shift(70).urine("20:00", 50, unit="furlong").unreadable().urine("23:00", 100, start="15:00"),
        "23:00",
        "relative stale missing urine.unreadable",
    ),
    "what ends in the next shift does not end the one before early": (
        shift(50).urine("20:00", 20).urine("23:30", 200, start="22:00"),
        "23:30",
        "absolute stale",
    ),
    "its volume is scaled to the whole": (shift(140, "08:00"), "15:00", "relative"),
    "by what is covered": (shift(140.1, "08:00"), "15:00", "clear"),
    "the scaled volume decides the level too": (shift(70, "08:00"), "15:00", "relative"),
    "just under": (shift(69.9, "08:00"), "15:00", "absolute"),
    "the running shift ends it with more than 160 mL": (
        shift(79).urine("16:00", 100).urine("17:00", 60.1),
        "17:00",
        "clear",
    ),
    "160 mL make it relative": (shift(79).urine("16:00", 100).urine("17:00", 60), "17:00", "relative"),
    "80 mL do": (shift(79).urine("16:00", 80), "16:00", "relative"),
    "less do not": (shift(79).urine("16:00", 79.9), "16:00", "absolute"),
    "a collection counts by its share in the running shift": (
        shift(79, end="14:00").urine("16:00", 320, start="14:00"),
        "16:00",
        "clear",
    ),
    "ended early it stays ended": (shift(79).urine("16:00", 200), "22:59:59.999", "clear"),
    "and is indeterminate only when the next is not covered": (
        shift(79).urine("16:00", 100).urine("17:00", 50),
        "24:00",
        "relative stale",
    ),
    "ended early while the shift waits for its last hour": (
        shift(79).urine("22:00", 70).urine("23:30", 300, start="23:00"),
        "23:30",
        "clear",
    ),
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
    7/8 of it
    covered.
    """
    assert seen(course, at, CODE) == expected


ALERTS = {
    "opened at the end of the shift": (shift(79).tick("15:01"), ["opened absolute 15:00"]),
    "charted late it is opened at that end": (
        course().urine("15:00", 79, start="07:00", known="17:00"),
        ["opened absolute 15:00 @17:00"],
    ),
    "resolved by the collection that is enough": (
        shift(100).urine("20:00", 100).urine("23:00", 100).tick("24:00"),
        ["opened relative 15:00", "resolved clear 23:00"],
    ),
    "improved and resolved early, at the collections": (
        shift(50).urine("16:00", 90, known="16:10").urine("17:00", 90).tick("24:00"),
        ["opened absolute 15:00", "improved relative 16:00 @16:10", "resolved clear 17:00"],
    ),
    "decided an hour after the end it is opened at the end": (
        course().urine("14:00", 60, start="07:00").tick("17:00"),
        ["opened absolute 15:00 @16:00"],
    ),
    "not told again while it waits": (
        shift(100).urine("22:00", 70).tick("24:00"),
        ["opened relative 15:00"],
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


@table(ALERTS, "course expected")
def test_what_is_said_of_urine_shift(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: `at` of urine-shift is the shift's end."""
    assert (timed if writes_times(expected) else transitions)(course, CODE) == expected


def test_urine_shift_and_urine_hour_count_once() -> None:
    """criteria.md section 3: rows of one group count once; a group is as bad as its worst row (section 4)."""
    found = states_at(shift(100).urine("16:00", 5), "16:00")
    assert [found["criteria"][code]["state"] for code in ("urine-shift", "urine-hour")] == [
        "relative",
        "absolute",
    ]
    assert (found["relative"], found["absolute"]) == (0, 1)
