"""Table 3, hemodynamic rows: phenylephrine in the dose interval and at the time of dosing (criteria.md
section 3).
"""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, seen, states_at, table, timed, told

MAXIMUM, MINIMUM = "phenylephrine-maximum", "phenylephrine-minimum"


def dosed(*rates: tuple[str, float], dose: str | None = "08:00", **baseline: Any) -> Course:
    """A cycle from midnight, a dose at 08:00, phenylephrine in ug/kg/min."""
    drawn = Course().start("00:00", **baseline)
    if dose:
        drawn.dose(dose)
    for time, rate in rates:
        drawn.phenylephrine(time, rate, id=time)
    return drawn


MAX = {
    "no infusion ever charted means none is running": (dosed(), "09:00", "clear"),
    "just under 1.0 is clear": (dosed(("09:00", 0.99)), "09:00", "clear"),
    "1.0 is relative": (dosed(("09:00", 1.0)), "09:00", "relative"),
    "just under 1.5 is relative": (dosed(("09:00", 1.49)), "09:00", "relative"),
    "1.5 is absolute": (dosed(("09:00", 1.5)), "09:00", "absolute"),
    "just before it runs it is clear": (dosed(("09:00", 1.5)), "08:59:59.999", "clear"),
    "it does not fall with the rate": (dosed(("09:00", 1.5), ("10:00", 0)), "15:00", "absolute"),
    "nor go stale": (dosed(("09:00", 1.5), ("10:00", 0)), "60:00", "absolute"),
    "the next dose begins a new interval": (
        dosed(("09:00", 1.5), ("10:00", 0)).dose("16:00"),
        "16:00",
        "clear",
    ),
    "a held dose does not": (
        dosed(("09:00", 1.5), ("10:00", 0)).dose("16:00", given=False),
        "16:00",
        "absolute",
    ),
    "a rate carried in from before counts": (dosed(("07:00", 1.2)), "08:00", "relative"),
    "a rate lowered at the very dose was not carried in": (
        dosed(("07:00", 1.2), ("08:00", 0.3)),
        "08:00",
        "clear",
    ),
    "a rate lowered just after it was": (dosed(("07:00", 1.2), ("08:00:00.001", 0.3)), "09:00", "relative"),
    "before the first dose the interval runs from cycle-start": (
        dosed(("02:00", 1.2), ("03:00", 0), dose=None),
        "07:00",
        "relative",
    ),
    "before cycle-start it is clear": (
        Course().baseline("00:00").phenylephrine("01:00", 2.0),
        "02:00",
        "clear",
    ),
    "what ended before cycle-start does not count": (
        Course().phenylephrine("-02:00", 2.0).phenylephrine("-01:00", 0).start("00:00"),
        "01:00",
        "clear",
    ),
    "at therapy-end it is clear": (dosed(("09:00", 2.0)).end("12:00"), "12:00", "clear"),
    "lines given separately add up": (
        dosed().phenylephrine("09:00", 0.6, line="a").phenylephrine("09:30", 0.4, line="b"),
        "09:30",
        "relative",
    ),
    "one line stopped leaves the other": (
        dosed()
        .phenylephrine("07:00", 0.9, line="a")
        .phenylephrine("07:00", 0.9, line="b")
        .phenylephrine("07:30", 0, line="b"),
        "09:00",
        "clear",
    ),
    "another name of it counts": (dosed().infusion("neosynephrine", "09:00", 1.0), "09:00", "relative"),
    "another pressor does not": (dosed().infusion("norepinephrine", "09:00", 1.5), "09:00", "clear"),
    "a rate up to 15 min ahead counts from its at": (
        dosed().phenylephrine("09:15", 1.0, known="09:00"),
        "09:14:59.999",
        "clear",
    ),
    "and then counts": (dosed().phenylephrine("09:15", 1.0, known="09:00"), "09:15", "relative"),
    "corrected it never ran": (dosed(("09:00", 1.5)).correct("09:00", "10:00", rate=0.5), "10:00", "clear"),
    "withdrawn it never ran": (dosed(("09:00", 1.5)).withdraw("09:00", "10:00"), "10:00", "clear"),
    "a late rate counts": (
        dosed().phenylephrine("09:00", 1.0, known="12:00").phenylephrine("10:00", 0),
        "12:00",
        "relative",
    ),
    "a late dose shortens the interval": (
        dosed(("09:00", 1.5), ("10:00", 0)).dose("16:00", known="17:00"),
        "17:00",
        "clear",
    ),
}


@table(MAX)
def test_phenylephrine_maximum(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `phenylephrine-maximum`: highest rate in force at any moment of the dose
    interval.
    """
    assert seen(course, at, MAXIMUM) == expected


MIN = {
    "no infusion ever charted means none is running": (dosed(), "16:00", "clear"),
    "before 8 h it is clear and says until when": (
        dosed(("09:00", 2.0)),
        "15:59:59.999",
        "clear until 16:00",
    ),
    "0.5 is clear": (dosed(("09:00", 0.5)), "16:00", "clear"),
    "just over 0.5 is relative": (dosed(("09:00", 0.51)), "16:00", "relative"),
    "0.8 is relative": (dosed(("09:00", 0.8)), "16:00", "relative"),
    "just over 0.8 is absolute": (dosed(("09:00", 0.81)), "16:00", "absolute"),
    "the lowest of the last 30 min decides": (
        dosed(("09:00", 0.9), ("15:50", 0.4), ("15:59", 0.9)),
        "16:00",
        "clear",
    ),
    "until it has left them": (
        dosed(("09:00", 0.9), ("15:50", 0.4), ("15:59", 0.9)),
        "16:28:59.999",
        "clear",
    ),
    "then the next lowest does": (dosed(("09:00", 0.9), ("15:50", 0.4), ("15:59", 0.9)), "16:29", "absolute"),
    "a pressor begun within them was 0 before": (dosed(("15:40", 0.9)), "16:09:59.999", "clear"),
    "and is judged 30 min on": (dosed(("15:40", 0.9)), "16:10", "absolute"),
    "weaned later it clears at once": (dosed(("09:00", 0.9), ("17:00", 0.5)), "17:00", "clear"),
    "until the next dose": (dosed(("09:00", 0.9)).dose("17:00"), "17:00", "clear until 25:00"),
    "before the first dose it is clear": (dosed(("01:00", 2.0), dose=None), "12:00", "clear"),
    "after therapy-end it is clear": (dosed(("09:00", 2.0)).end("17:00"), "17:00", "clear"),
    "it does not go stale": (dosed(("09:00", 0.9)), "60:00", "absolute"),
    "lines add up": (
        dosed().phenylephrine("09:00", 0.3, line="a").phenylephrine("09:00", 0.3, line="b"),
        "16:00",
        "relative",
    ),
    "corrected it never ran": (dosed(("09:00", 0.9)).correct("09:00", "17:00", rate=0.4), "17:00", "clear"),
    "withdrawn it never ran": (dosed(("09:00", 0.9)).withdraw("09:00", "17:00"), "17:00", "clear"),
    "a late lower rate clears it": (
        dosed(("09:00", 0.9)).phenylephrine("16:45", 0.3, known="17:00"),
        "17:00",
        "clear",
    ),
}


@table(MIN)
def test_phenylephrine_minimum(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `phenylephrine-minimum`: from dose + 8 h until the next dose, the lowest rate in
    force in the 30 min up to the clock.
    """
    assert seen(course, at, MINIMUM) == expected


def flat(rate: float, **baseline: Any) -> Course:
    return dosed(**baseline).phenylephrine("09:00", rate, "ug/min", id="i")


BLIND = "indeterminate missing weight"
WEIGHTS = {
    "70 ug/min at the baseline's 70 kg is 1.0": (flat(70), "09:00", "relative"),
    "69.9 ug/min is just under": (flat(69.9), "09:00", "clear"),
    "the latest weight not after it is used": (
        dosed(weight=None).vitals("08:30", weight=80).phenylephrine("09:00", 80, "ug/min"),
        "09:00",
        "relative",
    ),
    "a weight after it is not": (
        dosed(weight=70).phenylephrine("09:00", 70, "ug/min").vitals("10:00", weight=80),
        "10:00",
        "relative",
    ),
    "without any weight it cannot be told": (flat(105, weight=None), "09:05", BLIND),
    "a usable rate ends that": (flat(105, weight=None).phenylephrine("10:00", 1.0), "10:00", "relative"),
    "a rate of 0 ends that": (flat(105, weight=None).phenylephrine("10:00", 0, "mL/h"), "10:00", "clear"),
    "what had tripped before stays": (
        dosed(("08:30", 1.5), weight=None).phenylephrine("09:00", 70, "ug/min"),
        "09:05",
        "absolute stale missing weight",
    ),
}


@table(WEIGHTS)
def test_a_rate_without_per_kg(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3: converted once, with the latest weight not after its `at`, else the baseline;
    none known: `needs-weight`.
    """
    assert seen(course.tick(at), at, MAXIMUM) == expected


def test_a_rate_that_needs_a_weight_blinds_both_rows_and_makes_the_mode_intensive() -> None:
    """criteria.md section 3: then both rows are indeterminate (missing `weight`) and the mode `intensive`."""
    found = states_at(flat(105, weight=None).tick("17:00"), "17:00")
    assert [found["criteria"][code]["state"] for code in (MAXIMUM, MINIMUM)] == [
        "indeterminate",
        "indeterminate",
    ]
    assert [found["criteria"][code]["missing"] for code in (MAXIMUM, MINIMUM)] == [["weight"], ["weight"]]
    assert found["mode"] == "intensive"


SAID = {
    "the maximum opens when the rate comes into force": (
        MAXIMUM,
        dosed(("09:00", 1.0), ("09:20", 1.5)),
        ["opened relative 09:00", "worsened absolute 09:20"],
    ),
    "a late rate opens at the instant decided": (
        MAXIMUM,
        dosed().phenylephrine("09:00", 1.0, known="12:00").phenylephrine("10:00", 0),
        ["opened relative 12:00"],
    ),
    "a rate charted ahead opens at its at": (
        MAXIMUM,
        dosed().phenylephrine("09:15", 1.0, known="09:00").tick("10:00"),
        ["opened relative 09:15"],
    ),
    "the next dose resolves it": (
        MAXIMUM,
        dosed(("09:00", 1.0), ("09:10", 0)).dose("16:00"),
        ["opened relative 09:00", "resolved clear 16:00"],
    ),
    "the maximum withdrawn is amended": (
        MAXIMUM,
        dosed(("09:00", 1.5)).withdraw("09:00", "09:10"),
        ["opened absolute", "amended clear"],
    ),
    "the maximum corrected is amended to relative": (
        MAXIMUM,
        dosed(("09:00", 1.5)).correct("09:00", "09:10", rate=1.2),
        ["opened absolute", "amended relative"],
    ),
    "the minimum opens at dose + 8 h": (
        MINIMUM,
        dosed(("09:00", 0.9)).tick("16:30"),
        ["opened absolute 16:00"],
    ),
    "or when a lower rate leaves the 30 min": (
        MINIMUM,
        dosed(("09:00", 0.9), ("15:50", 0.4), ("15:59", 0.9)).tick("17:00"),
        ["opened absolute 16:29"],
    ),
    "and resolves when it is weaned": (
        MINIMUM,
        dosed(("09:00", 0.6), ("16:10", 0.5)),
        ["opened relative 16:00", "resolved clear 16:10"],
    ),
    "the minimum corrected is amended": (
        MINIMUM,
        dosed(("09:00", 0.9)).correct("09:00", "16:10", rate=0.5),
        ["opened absolute", "amended clear"],
    ),
    "the minimum withdrawn is amended": (
        MINIMUM,
        dosed(("09:00", 0.9)).withdraw("09:00", "16:10"),
        ["opened absolute", "amended clear"],
    ),
    "the dose withdrawn is amended": (
        MINIMUM,
        dosed(("09:00", 0.9), dose=None).dose("08:00", id="d").withdraw("d", "16:10"),
        ["opened absolute", "amended clear"],
    ),
}


@table(SAID, "code course expected")
def test_what_is_said_of_phenylephrine(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md section 9: not a latest-value row: `at` is the instant decided, or its deadline."""
    assert (timed if any(len(line.split()) > 2 for line in expected) else told)(course, code) == expected
