"""Table 3, cardiac, row 1: sinus tachycardia (criteria.md section 3, sustained, `sinus-tachycardia`)."""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, told

CODE = "sinus-tachycardia"


def heart(
    *readings: tuple[str, float], at_first: dict[str, float] | None = None, location: str = "ward"
) -> Course:
    """Heart rates, each with a normal pressure and temperature, so that no cause is unseen."""
    drawn = Course().start("00:00", location=location)
    for time, rate in readings:
        drawn.vitals(time, id=time, hr=rate, **({"sbp": 118, "temp": 37.0} if at_first is None else at_first))
    return drawn


TRIPS = {
    "without any heart rate it cannot be told": (heart(), "09:00", "indeterminate missing heart-rate"),
    "one high reading is no run": (heart(("08:00", 140)), "09:00", "clear"),
    "just under 120 is clear": (heart(("08:00", 119.9), ("08:30", 119.9)), "09:00", "clear"),
    "120 for 30 min is relative": (heart(("08:00", 120), ("08:30", 120)), "08:30", "relative"),
    "120 for a millisecond less is clear": (heart(("08:00", 120), ("08:29:59.999", 120)), "09:00", "clear"),
    "130 for 30 min is relative": (heart(("08:00", 130), ("08:30", 130)), "08:30", "relative"),
    "just over 130 for 30 min is absolute": (heart(("08:00", 130.1), ("08:30", 130.1)), "08:30", "absolute"),
    "131 and 130 are over 120 only": (heart(("08:00", 131), ("08:30", 130)), "09:00", "relative"),
    "a reading below breaks the run": (
        heart(("08:00", 125), ("08:15", 119), ("08:30", 125)),
        "09:00",
        "clear",
    ),
    "neighbours a vital-sign interval apart join": (
        heart(("08:00", 125), ("12:00", 125)),
        "12:00",
        "relative",
    ),
    "neighbours further apart do not": (heart(("08:00", 125), ("12:00:00.001", 125)), "12:01", "clear"),
    "in the ICU neighbours 1 h apart join": (
        heart(("08:00", 125), ("09:00", 125), location="icu"),
        "09:00",
        "relative",
    ),
    "in the ICU neighbours over 1 h apart do not": (
        heart(("08:00", 125), ("09:00:00.001", 125), location="icu"),
        "09:01",
        "clear",
    ),
    "the interval is that in force at the earlier reading": (
        heart(("08:00", 125)).transfer("09:00", "icu").vitals("11:30", hr=125, sbp=118, temp=37.0),
        "11:30",
        "relative",
    ),
}


@table(TRIPS)
def test_sinus_tachycardia_trips(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, sustained: at least 2 readings spanning at least 30 min, no neighbours further
    apart than the interval.
    """
    assert seen(course, at, CODE) == expected


OVER_120 = (("08:00", 125), ("08:30", 125))
OVER_130 = (("08:00", 135), ("08:30", 135))
CLEARS = {
    "115 does not clear": (heart(*OVER_120, ("09:00", 115), ("09:30", 115)), "09:30", "relative"),
    "below 115 for 30 min clears": (heart(*OVER_120, ("09:00", 114.9), ("09:30", 114.9)), "09:30", "clear"),
    "below 115 for less does not yet": (
        heart(*OVER_120, ("09:00", 110), ("09:29", 110)),
        "09:29",
        "relative",
    ),
    "between the limits it stays": (
        heart(*OVER_120, ("09:00", 117), ("09:30", 117), ("10:00", 117)),
        "10:00",
        "relative",
    ),
    "125 does not end over 130": (heart(*OVER_130, ("09:00", 125), ("09:30", 125)), "09:30", "absolute"),
    "below 125 for 30 min leaves over 120": (
        heart(*OVER_130, ("09:00", 124.9), ("09:30", 124.9)),
        "09:30",
        "relative",
    ),
    "below 115 for 30 min ends both": (heart(*OVER_130, ("09:00", 100), ("09:30", 100)), "09:30", "clear"),
    "a reading above breaks the clearing run": (
        heart(*OVER_120, ("09:00", 100), ("09:15", 120), ("09:30", 100)),
        "09:30",
        "relative",
    ),
}


@table(CLEARS)
def test_sinus_tachycardia_clears(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `sinus-tachycardia`: over 120 clears on a sustained run <115, over 130 on one
    <125.
    """
    assert seen(course, at, CODE) == expected


STALE = {
    "clear and 8 h old it is still clear": (heart(("08:00", 90)), "16:00", "clear"),
    "clear and older than 8 h it cannot be told": (
        heart(("08:00", 90)),
        "16:00:00.001",
        "indeterminate missing heart-rate",
    ),
    "tripped and 8 h old it is not stale": (heart(*OVER_120), "16:30", "relative"),
    "tripped and older it keeps its state, stale": (heart(*OVER_120), "16:30:00.001", "relative stale"),
    "in the ICU 2 h old is not stale": (heart(("08:00", 90), location="icu"), "10:00", "clear"),
    "in the ICU older than 2 h is": (
        heart(("08:00", 90), location="icu"),
        "10:00:00.001",
        "indeterminate missing heart-rate",
    ),
    "one fresh normal reading does not clear what went stale": (
        heart(*OVER_120, ("17:00", 90)),
        "17:00",
        "relative",
    ),
    "a value stale when it becomes known does not count": (
        heart().vitals("00:00", known="08:00:00.001", hr=90),
        "08:01",
        "indeterminate missing heart-rate",
    ),
    "a value at its limit when it becomes known counts": (
        heart().vitals("00:00", known="08:00", hr=90),
        "08:00",
        "clear",
    ),
}


@table(STALE)
def test_sinus_tachycardia_goes_stale(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, sustained: stale when the latest is older than twice the interval; section 2:
    data loss never clears.
    """
    assert seen(course, at, CODE) == expected


def excused(**more: float) -> Course:
    return heart(*OVER_130, at_first=more)


CAUSES = {
    "with a temperature and a pressure unseen it stays absolute": (
        excused(),
        "08:30",
        "absolute missing systolic-bp,temperature",
    ),
    "37.9 Cel is no fever": (excused(sbp=118, temp=37.9), "08:30", "absolute"),
    "38.0 Cel is fever": (excused(sbp=118, temp=38.0), "08:30", "relative correctable fever"),
    "100.4 [degF] is fever": (
        heart(("08:00", 135)).vitals("08:30", hr=135, temp={"value": 100.4, "unit": "[degF]"}),
        "08:30",
        "relative correctable fever",
    ),
    "a fever 4 h old excuses": (
        heart(*OVER_130, at_first={"sbp": 118}).vitals("08:30", temp=38.5).vitals("12:30", hr=135, sbp=118),
        "12:30",
        "relative correctable fever",
    ),
    "an older fever does not": (
        heart(*OVER_130, at_first={"sbp": 118}).vitals("08:30", temp=38.5).vitals("12:30", hr=135, sbp=118),
        "12:30:00.001",
        "absolute missing temperature",
    ),
    "hypotension excuses": (
        heart(*OVER_130, at_first={"sbp": 90, "temp": 37.0}),
        "08:30",
        "relative correctable hypotension",
    ),
    "a pressure above target does not": (
        heart(*OVER_130, at_first={"sbp": 91, "temp": 37.0}),
        "08:30",
        "absolute",
    ),
    "dopamine running excuses": (
        heart(*OVER_130).infusion("dopamine", "08:30", 2),
        "08:30",
        "relative correctable dopamine",
    ),
    "dopamine stopped does not": (
        heart(*OVER_130).infusion("dopamine", "08:10", 2).infusion("dopamine", "08:30", 0),
        "08:30",
        "absolute",
    ),
    "phenylephrine is no cause": (heart(*OVER_130).phenylephrine("08:10", 0.4), "08:30", "absolute"),
    "all three are named in order": (
        excused(sbp=85, temp=39.0).infusion("dopamine", "08:20", 2),
        "08:30",
        "relative correctable hypotension,fever,dopamine",
    ),
    "a known fever excuses though the pressure is unseen": (
        excused(temp=38.0),
        "08:30",
        "relative correctable fever missing systolic-bp",
    ),
    "the causes are kept as they stood at the last fresh instant": (
        heart(*OVER_130, at_first={"sbp": 118}).vitals("14:00", temp=38.5),
        "20:00",
        "relative stale correctable fever",
    ),
}


@table(CAUSES)
def test_a_correctable_cause_must_be_known_to_be_present(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `sinus-tachycardia`: hypotension, fever, dopamine; what cannot be seen does not
    excuse.
    """
    assert seen(course, at, CODE) == expected


SAID = {
    "opened at the reading that made the run long enough": (
        heart(("08:00", 125), ("08:20", 125), ("08:45", 125), ("09:15", 125)),
        ["opened relative 08:45"],
    ),
    "up and down again in one episode": (
        heart(
            ("08:00", 125),
            ("08:30", 135),
            ("09:00", 135),
            ("09:30", 120),
            ("10:00", 120),
            ("10:30", 100),
            ("11:00", 100),
        ),
        [
            "opened relative 08:30",
            "worsened absolute 09:00",
            "improved relative 10:00",
            "resolved clear 11:00",
        ],
    ),
    "a cause seen improves it at the instant decided": (
        heart(*OVER_130).vitals("09:00", known="09:10", hr=135, temp=38.5),
        ["opened absolute 08:30", "improved relative 09:10"],
    ),
    "a cause that grows too old worsens it at the limit": (
        heart(*OVER_130, at_first={"sbp": 118, "temp": 38.5}).vitals("11:00", hr=135, sbp=118).tick("13:00"),
        ["opened relative 08:30", "worsened absolute 12:30"],
    ),
    "a run that becomes known late": (
        heart(("08:00", 125)).vitals("08:30", known="10:00", hr=125).vitals("10:00", hr=118),
        ["opened relative 08:30 @10:00"],
    ),
    "a late reading that breaks the run resolves it": (
        heart(*OVER_120).vitals("08:15", known="09:00", hr=100),
        ["opened relative", "resolved clear"],
    ),
    "withdrawn is amended": (
        heart(*OVER_120).withdraw("08:30", "09:00"),
        ["opened relative", "amended clear"],
    ),
    "corrected is amended": (
        heart(*OVER_120).correct("08:30", "09:00", hr=100),
        ["opened relative", "amended clear"],
    ),
    "corrected to the middle is amended to relative": (
        heart(*OVER_130).correct("08:30", "09:00", hr=125, sbp=118, temp=37.0),
        ["opened absolute", "amended relative"],
    ),
    "corrected upwards is worsened": (
        heart(("08:00", 135), ("08:30", 125)).correct("08:30", "09:00", hr=135, sbp=118, temp=37.0),
        ["opened relative", "worsened absolute"],
    ),
    "withdrawing all of it ends the episode": (
        heart(*OVER_120).withdraw("08:30", "09:00").withdraw("08:00", "09:00"),
        ["opened relative", "amended clear"],
    ),
    "going stale says nothing": (heart(*OVER_120).tick("40:00"), ["opened relative 08:30"]),
}


@table(SAID, "course expected")
def test_what_is_said_of_sinus_tachycardia(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: a sustained row's `at` is the reading that made the run long enough; a cause's
    the instant decided, or its deadline.
    """
    assert (timed if any(len(line.split()) > 2 for line in expected) else told)(course, CODE) == expected
