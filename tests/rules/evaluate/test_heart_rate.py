"""Table 3, cardiac, row 1: sinus tachycardia (criteria.md section 3.1, sustained, `sinus-tachycardia`)."""

from __future__ import annotations

from tests.rules.courses import Course, alerts, iso, seen, states_at, table, timed, transitions

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
    "four of five readings are enough": (
        heart(("08:00", 125), ("08:08", 125), ("08:16", 119), ("08:24", 125), ("08:32", 125)),
        "08:32",
        "relative",
    ),
    "three of four are not": (
        heart(("08:00", 125), ("08:10", 125), ("08:20", 119), ("08:30", 125)),
        "08:30",
        "clear",
    ),
    "seven of nine are not": (
        heart(*((f"08:{4 * i:02}", 119 if i in (2, 5) else 125) for i in range(9))),
        "08:32",
        "clear",
    ),
    "the run begins at the latest reading long enough ago": (
        heart(("07:50", 125), ("07:55", 100), ("08:00", 125), ("08:30", 125)),
        "08:30",
        "relative",
    ),
    "a reading that does not meet it trips nothing": (
        heart(("08:00", 125), ("08:08", 125), ("08:16", 125), ("08:24", 125), ("08:32", 119)),
        "08:32",
        "clear",
    ),
    "neighbours an interval and a quarter apart join": (
        heart(("08:00", 125), ("13:00", 125)),
        "13:00",
        "relative",
    ),
    "neighbours further apart do not": (heart(("08:00", 125), ("13:00:00.001", 125)), "13:01", "clear"),
    "in the ICU neighbours 75 min apart join": (
        heart(("08:00", 125), ("09:15", 125), location="icu"),
        "09:15",
        "relative",
    ),
    "in the ICU neighbours over 75 min apart do not": (
        heart(("08:00", 125), ("09:15:00.001", 125), location="icu"),
        "09:16",
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
    """criteria.md section 3.1, sustained: over at least 30 min, 80 % of the readings, no neighbours further
    apart than the grace of the interval.
    """
    assert seen(course, at, CODE) == expected


HOT = {"sbp": 118, "temp": 39.0}
FAST = (("08:00", 155), ("08:30", 155))
EVIDENCE = {
    "the run that tripped": (heart(("08:00", 135), ("08:30", 135)), "absolute", ["08:00", "08:30"]),
    "improved: the run that ended the higher condition": (
        heart(("08:00", 135), ("08:30", 135), ("09:00", 124.9), ("09:30", 124.9)),
        "relative",
        ["09:00", "09:30"],
    ),
    "not what comes after it": (
        heart(("08:00", 135), ("08:30", 135), ("09:00", 124.9), ("09:30", 124.9), ("10:00", 126)),
        "relative",
        ["09:00", "09:30"],
    ),
    "excused: the run over 130": (
        heart(("08:00", 135), ("08:30", 135), at_first=HOT).dose("07:00"),
        "relative",
        ["08:00", "08:30"],
    ),
    "beyond what a cause excuses: the run over 150": (
        heart(("08:00", 135), ("08:30", 135), ("08:40", 155), ("09:10", 155), at_first=HOT).dose("07:00"),
        "absolute",
        ["08:40", "09:10"],
    ),
    "excused again: the run that ended over 150": (
        heart(*FAST, ("09:00", 145), ("09:30", 145), at_first=HOT).dose("07:00"),
        "relative",
        ["09:00", "09:30"],
    ),
    "nothing excuses it: the first to make it absolute": (
        heart(("08:00", 135), ("08:30", 135), ("08:40", 155), ("09:10", 155)),
        "absolute",
        ["08:00", "08:30"],
    ),
}


@table(EVIDENCE, "course state expected")
def test_evidence_is_the_run_that_made_the_state(course: Course, state: str, expected: list[str]) -> None:
    """criteria.md section 9: the ids of the facts that made the value: the run."""
    row = states_at(course, "10:00")["criteria"][CODE]
    assert (row["state"], row["evidence"]) == (state, expected)


def test_what_is_learned_together_is_absolute_from_the_first_run_that_made_it_so() -> None:
    """criteria.md section 9, `at`: the reading that decided it; over 150 came later and made no difference."""
    drawn = heart(("08:00", 90))
    for time, rate in (("08:10", 135), ("08:40", 155), ("09:10", 155)):
        drawn.vitals(time, known="09:10", hr=rate, sbp=118, temp=37.0)
    assert timed(drawn, CODE) == ["opened absolute 08:40 @09:10"]


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
    "one reading above in five does not": (
        heart(*OVER_120, ("09:00", 100), ("09:08", 100), ("09:16", 120), ("09:24", 100), ("09:32", 100)),
        "09:32",
        "clear",
    ),
    "just under 120 for less than 2 h it stays": (
        heart(*OVER_120, ("09:00", 119), ("10:00", 119), ("10:59:59.999", 119)),
        "11:00",
        "relative",
    ),
    "just under 120 for 2 h it recovers": (
        heart(*OVER_120, ("09:00", 119), ("10:00", 119), ("11:00", 119)),
        "11:00",
        "clear",
    ),
    "130 for 2 h ends over 130": (
        heart(*OVER_130, ("09:00", 130), ("10:00", 130), ("11:00", 130)),
        "11:00",
        "relative",
    ),
}


@table(CLEARS)
def test_sinus_tachycardia_clears(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1, `sinus-tachycardia`: over 120 clears on a sustained run <115, over 130 on one
    <125, either when it was not met for 2 h.
    """
    assert seen(course, at, CODE) == expected


STALE = {
    "clear and less than 8 h old it is still clear": (heart(("08:00", 90)), "15:59:59.999", "clear"),
    "clear and 8 h old it cannot be told": (
        heart(("08:00", 90)),
        "16:00",
        "indeterminate missing heart-rate",
    ),
    "a reading known at the limit is fresh": (heart(("08:00", 90), ("16:00", 91)), "16:00", "clear"),
    "tripped and less than 8 h old it is not stale": (heart(*OVER_120), "16:29:59.999", "relative"),
    "tripped and 8 h old it keeps its state, stale": (heart(*OVER_120), "16:30", "relative stale"),
    "in the ICU less than 2 h old is not stale": (
        heart(("08:00", 90), location="icu"),
        "09:59:59.999",
        "clear",
    ),
    "in the ICU 2 h old is": (
        heart(("08:00", 90), location="icu"),
        "10:00",
        "indeterminate missing heart-rate",
    ),
    "one fresh normal reading does not clear what went stale": (
        heart(*OVER_120, ("17:00", 90)),
        "17:00",
        "relative",
    ),
    "a value stale when it becomes known does not count": (
        heart().vitals("00:00", known="08:00", hr=90),
        "08:00",
        "indeterminate missing heart-rate",
    ),
    "a value not quite at its limit when it becomes known counts": (
        heart().vitals("00:00", known="07:59:59.999", hr=90),
        "07:59:59.999",
        "clear",
    ),
}


@table(STALE)
def test_sinus_tachycardia_goes_stale(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: stale when the latest is as old as twice the interval; section 2: data loss
    never clears.
    """
    assert seen(course, at, CODE) == expected


FEVER = {"sbp": 118, "temp": 38.5}


def between_doses(*readings: tuple[str, float], at_first: dict[str, float] | None = None) -> Course:
    """A dose at 07:00 and one at 15:00: none is due from 07:00 to 23:00."""
    return heart(*readings, at_first=at_first).dose("07:00").dose("15:00")


def excused(**more: float) -> Course:
    return between_doses(*OVER_130, at_first=more)


CAUSES = {
    "with a temperature and a pressure unseen it stays absolute": (
        excused(),
        "08:30",
        "absolute missing systolic-bp,temperature",
    ),
    "37.9 Cel is no fever": (excused(sbp=118, temp=37.9), "08:30", "absolute"),
    "38.0 Cel is fever": (excused(sbp=118, temp=38.0), "08:30", "relative correctable fever"),
    "100.4 [degF] is fever": (
        between_doses(("08:00", 135)).vitals("08:30", hr=135, temp={"value": 100.4, "unit": "[degF]"}),
        "08:30",
        "relative correctable fever",
    ),
    "a fever less than 4 h old excuses": (
        excused(sbp=118).vitals("08:30", temp=38.5).vitals("12:29", hr=135, sbp=118),
        "12:29:59.999",
        "relative correctable fever",
    ),
    "a fever 4 h old does not": (
        excused(sbp=118).vitals("08:30", temp=38.5).vitals("12:29", hr=135, sbp=118),
        "12:30",
        "absolute missing temperature",
    ),
    "hypotension excuses": (excused(sbp=90, temp=37.0), "08:30", "relative correctable hypotension"),
    "a pressure above target does not": (excused(sbp=91, temp=37.0), "08:30", "absolute"),
    "hypotension by a mean pressure excuses": (
        excused(mean_bp=59, temp=37.0),
        "08:30",
        "relative correctable hypotension",
    ),
    "dopamine running excuses": (
        excused(sbp=118, temp=37.0).infusion("dopamine", "08:30", 2),
        "08:30",
        "relative correctable dopamine",
    ),
    "dopamine stopped does not": (
        excused(sbp=118, temp=37.0).infusion("dopamine", "08:10", 2).infusion("dopamine", "08:30", 0),
        "08:30",
        "absolute",
    ),
    "phenylephrine is no cause": (
        excused(sbp=118, temp=37.0).phenylephrine("08:10", 0.4),
        "08:30",
        "absolute",
    ),
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
        excused(sbp=118).vitals("14:00", temp=38.5),
        "20:00",
        "relative stale correctable fever",
    ),
    "150 may be excused": (
        between_doses(("08:00", 150), ("08:30", 150), at_first={"temp": 39.0, "sbp": 118}),
        "08:30",
        "relative correctable fever",
    ),
    "over 150 nothing excuses": (
        between_doses(("08:00", 150.1), ("08:30", 150.1), at_first={"temp": 39.0, "sbp": 118}),
        "08:30",
        "absolute correctable fever",
    ),
    "150 for 30 min may be excused again": (
        between_doses(
            *((time, 151) for time in ("08:00", "08:30")),
            *((time, 150) for time in ("09:00", "09:30")),
            at_first={"temp": 39.0, "sbp": 118},
        ),
        "09:30",
        "relative correctable fever",
    ),
    "150 once is not excused yet": (
        between_doses(("08:00", 151), ("08:30", 151), ("09:00", 150), at_first={"temp": 39.0, "sbp": 118}),
        "09:00",
        "absolute correctable fever",
    ),
}


def excused_until_due(*, hr_at: str = "14:30") -> Course:
    """A dose at 07:00, so that the next is due at 15:00; a fever excuses."""
    return heart(*OVER_130, at_first=FEVER).vitals(hr_at, hr=135, **FEVER).dose("07:00")


def planned(time: str) -> dict[str, str]:
    return {"dose-1-planned": iso(time)}


DUE = {
    "before the first dose nothing excuses": (
        heart(*OVER_130, at_first=FEVER),
        "08:30",
        "absolute correctable fever",
    ),
    "nor with a first dose planned by then": (
        Course()
        .start("00:00", **planned("08:30"))
        .vitals("08:00", hr=135, **FEVER)
        .vitals("08:30", hr=135, **FEVER),
        "08:30",
        "absolute correctable fever",
    ),
    "before a first dose planned later a cause does": (
        Course()
        .start("00:00", **planned("08:30:00.001"))
        .vitals("08:00", hr=135, **FEVER)
        .vitals("08:30", hr=135, **FEVER),
        "08:30",
        "relative correctable fever",
    ),
    "just before the next dose is due a cause excuses": (
        excused_until_due(),
        "14:59:59.999",
        "relative correctable fever",
    ),
    "when the next dose is due nothing does": (excused_until_due(), "15:00", "absolute correctable fever"),
    "when it is given a cause does again": (
        excused_until_due().dose("15:20"),
        "15:20",
        "relative correctable fever",
    ),
    "after therapy-end a cause does again": (
        excused_until_due().end("15:10"),
        "15:10",
        "relative correctable fever",
    ),
    "with stale data the excuse ends when the dose is due": (
        excused_until_due().dose("15:00").vitals("20:00", **FEVER),
        "23:00",
        "absolute stale correctable fever",
    ),
    "stale while it was due it is kept so over a new cycle": (
        excused_until_due()
        .vitals("20:00", **FEVER)
        .baseline("22:50", **planned("40:00"))
        .encounter("cycle-start", "23:00"),
        "23:30",
        "absolute stale correctable fever",
    ),
    "nor is it worse for a new cycle in which none is due yet": (
        heart(*OVER_130, at_first=FEVER)
        .vitals("14:30", hr=135, **FEVER)
        .dose("14:40")
        .vitals("20:00", **FEVER)
        .end("22:00")
        .baseline("22:50", **planned("40:00"))
        .encounter("cycle-start", "23:00"),
        "23:30",
        "relative stale correctable fever",
    ),
    "with stale data it is kept until then": (
        excused_until_due().dose("15:00").vitals("20:00", **FEVER),
        "22:59:59.999",
        "relative stale correctable fever",
    ),
}


@table(DUE)
def test_nothing_excuses_a_rate_while_a_dose_is_due(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1: from its instant until it is given, or `therapy-end`, even with stale data."""
    assert seen(course, at, CODE) == expected


def test_beside_an_arrhythmia_it_is_a_ventricular_rate() -> None:
    """criteria.md section 3.1: the rhythm is not sinus; it does not count beside an arrhythmia that counts."""
    course = heart(("08:00", 125)).finding("atrial-fibrillation", "08:10").vitals("08:30", hr=125)
    opened = next(a for a in alerts(course) if a["subject"] == CODE)
    assert opened["message"].startswith("Ventricular rate 125")
    assert states_at(course, "08:30")["relative"] == 0


@table(CAUSES)
def test_a_correctable_cause_must_be_known_to_be_present(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.1, `sinus-tachycardia`: hypotension, fever, dopamine; what cannot be seen does not
    excuse; nothing excuses a rate over 150.
    """
    assert seen(course, at, CODE) == expected


ALERTS = {
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
        between_doses(*OVER_130).vitals("09:00", known="09:10", hr=135, temp=38.5),
        ["opened absolute 08:30", "improved relative 09:10", "worsened absolute 13:00"],
    ),
    "a cause that grows too old worsens it at the limit": (
        between_doses(*OVER_130, at_first=FEVER).vitals("11:00", hr=135, sbp=118).tick("13:00"),
        ["opened relative 08:30", "worsened absolute 12:30"],
    ),
    "a dose that falls due worsens it at its instant, and given improves it": (
        heart(*OVER_130, ("12:00", 135), at_first=FEVER)
        .vitals("14:00", hr=135, **FEVER)
        .dose("07:00")
        .dose("15:20"),
        ["opened relative 08:30", "worsened absolute 15:00", "improved relative 15:20"],
    ),
    "past what nothing excuses it worsens at the reading": (
        between_doses(*OVER_130, ("09:00", 155), ("09:30", 155), at_first=FEVER),
        ["opened relative 08:30", "worsened absolute 09:30"],
    ),
    "the 2 h just under the limit resolve it at their last reading": (
        heart(*OVER_120, ("09:00", 119), ("10:00", 119), ("11:00", 119)),
        ["opened relative 08:30", "resolved clear 11:00"],
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


@table(ALERTS, "course expected")
def test_what_is_said_of_sinus_tachycardia(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: a sustained row's `at` is the reading that made the run long enough; a cause's
    the instant decided, or its deadline.
    """
    assert (timed if any(len(line.split()) > 2 for line in expected) else transitions)(
        course, CODE
    ) == expected
