"""Table 3, hemodynamic rows: the pressor load in the dose interval and at the time of dosing (criteria.md
section 3.3).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.courses import Course, seen, states_at, table, timed, transitions

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
    "until 8 h after": (dosed(("09:00", 1.5), ("10:00", 0)), "17:59:59.999", "absolute"),
    "then what came after counts": (dosed(("09:00", 1.5), ("10:00", 0)), "18:00", "clear"),
    "which may be relative": (dosed(("09:00", 1.5), ("10:00", 1.2)), "18:00", "relative"),
    "a rate that goes on does not go stale": (dosed(("09:00", 1.5)), "60:00", "absolute"),
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
    """criteria.md section 3, `phenylephrine-maximum`: highest load of the part of the dose interval that
    lies in the last 8 h.
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
    "the highest of the last 30 min decides: a bag change is no weaning": (
        dosed(("09:00", 0.9), ("15:50", 0), ("15:59", 0.9)),
        "16:00",
        "absolute",
    ),
    "lowered it counts for 30 min": (dosed(("09:00", 0.9), ("16:30", 0.4)), "16:59:59.999", "absolute"),
    "and clears then": (dosed(("09:00", 0.9), ("16:30", 0.4)), "17:00", "clear"),
    "a raise counts at once": (dosed(("09:00", 0.4), ("17:00", 0.9)), "17:00", "absolute"),
    "a pressor begun late counts at once": (dosed(("15:40", 0.9)), "16:00", "absolute"),
    "weaned before it is clear when it is due": (dosed(("09:00", 0.9), ("15:30", 0.5)), "16:00", "clear"),
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
        dosed(("09:00", 0.9)).phenylephrine("16:30", 0.3, known="17:00"),
        "17:00",
        "clear",
    ),
}


@table(MIN)
def test_phenylephrine_minimum(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `phenylephrine-minimum`: from dose + 8 h until the next dose, the highest load
    in force in the 30 min up to the clock.
    """
    assert seen(course, at, MINIMUM) == expected


def run(agent: str, rate: float, unit: str = "ug/kg/min", **fields: Any) -> Course:
    return dosed().infusion(agent, "09:00", rate, unit, **fields)


EQUIVALENTS = {
    "norepinephrine counts ten times": (run("norepinephrine", 0.15), 1.5),
    "epinephrine too": (run("epinephrine", 0.1), 1.0),
    "dopamine a tenth": (run("dopamine", 15), 1.5),
    "dopamine for the kidneys nothing": (run("dopamine", 2.5), 0.0),
    "just over that a tenth": (run("dopamine", 2.6), 0.26),
    "its lines are added first": (
        run("dopamine", 2, line="a").infusion("dopamine", "09:00", 2, line="b"),
        0.4,
    ),
    "vasopressin 25 times its U/min": (run("vasopressin", 0.04, "U/min"), 1.0),
    "2.4 U/h are 0.04 U/min": (run("vasopressin", 2.4, "U/h"), 1.0),
    "all of them add up": (
        run("norepinephrine", 0.05)
        .phenylephrine("09:00", 0.3)
        .infusion("vasopressin", "09:00", 0.01, "U/min"),
        1.05,
    ),
    "7 ug/min of norepinephrine at 70 kg are 0.1": (run("norepinephrine", 7, "ug/min"), 1.0),
}


@table(EQUIVALENTS, "course load")
def test_every_pressor_counts_by_its_equivalent(course: Course, load: float) -> None:
    """criteria.md section 3.3: phenylephrine + 10 x norepinephrine + 10 x epinephrine + dopamine/10 + 25 x
    vasopressin; dopamine 0 up to 2.5.
    """
    found = states_at(course, "09:00")
    assert (found["pressors"]["load"], found["criteria"][MAXIMUM]["value"]) == (load, load)


def test_the_assessment_lists_the_pressors_that_run() -> None:
    """wire.md, Assessment: `pressors`."""
    course = run("vasopressin", 0.04, "U/min").phenylephrine("08:30", 0.4).infusion("dopamine", "08:00", 0)
    found = states_at(course, "09:00")["pressors"]
    assert (found["load"], found["unit"]) == (1.4, "ug/kg/min")
    assert found["agents"] == [
        {"agent": "phenylephrine", "rate": 0.4, "unit": "ug/kg/min"},
        {"agent": "vasopressin", "rate": 0.04, "unit": "U/min"},
    ]


LINES = {
    "a rate without a line is a line of its own": (
        dosed(("09:00", 0.6)).phenylephrine("09:00", 0.6, line="a"),
        "09:00",
        "relative",
    ),
    "and replaces no other": (
        dosed().phenylephrine("09:00", 1.0, line="a").phenylephrine("09:30", 0.1),
        "18:00",
        "relative",
    ),
    "a rate 0 without a line stops every line": (
        dosed()
        .phenylephrine("09:00", 1.0, line="a")
        .phenylephrine("09:00", 1.0, line="b")
        .phenylephrine("10:00", 0),
        "18:00",
        "clear",
    ),
    "a line begun after it runs": (
        dosed().phenylephrine("09:00", 0).phenylephrine("09:00", 1.0, line="a"),
        "18:00",
        "relative",
    ),
    "a rate 0 of another agent stops nothing": (
        dosed(("09:00", 1.0)).infusion("norepinephrine", "10:00", 0),
        "19:00",
        "relative",
    ),
}


@table(LINES)
def test_the_lines_of_a_pressor(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.3: lines add up; a rate 0 without `line` stops every line of the agent."""
    assert seen(course.tick(at), at, MAXIMUM) == expected


def flat(rate: float, **baseline: Any) -> Course:
    return dosed(**baseline).phenylephrine("09:00", rate, "ug/min", id="i")


BLIND = "indeterminate missing weight"
WEIGHTS = {
    "70 ug/min at the baseline's 70 kg is 1.0": (flat(70), "09:00", "relative"),
    "69.99 ug/min is just under": (flat(69.99), "09:00", "clear"),
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
    "one of before, charted late, is": (
        dosed(weight=70).vitals("08:30", weight=80, known="10:00").phenylephrine("09:00", 70, "ug/min"),
        "10:00",
        "clear",
    ),
    "without any weight it cannot be told": (flat(105, weight=None), "09:05", BLIND),
    "nor with one that is taken later": (
        flat(105, weight=None).vitals("09:00:00.001", weight=70),
        "10:00",
        BLIND,
    ),
    "one of before, charted later, tells it": (
        flat(105, weight=None).vitals("08:30", weight=70, known="10:00"),
        "10:00",
        "absolute",
    ),
    "a baseline charted later too": (
        flat(105, weight=None).baseline("09:30"),
        "10:00",
        "absolute",
    ),
    "with the weight it is implausible": (
        flat(1401, weight=None).vitals("08:30", weight=70, known="10:00"),
        "10:00",
        "indeterminate missing phenylephrine.unreadable",
    ),
    "of the same instant one is known": (
        dosed(weight=None)
        .phenylephrine("09:00", 105, "ug/min", known="09:10")
        .vitals("08:30", weight=70, known="09:10"),
        "09:10",
        "absolute",
    ),
    "norepinephrine needs one too": (
        dosed(weight=None).infusion("norepinephrine", "09:00", 7, "ug/min"),
        "09:05",
        BLIND,
    ),
    "vasopressin needs none": (
        dosed(weight=None).infusion("vasopressin", "09:00", 0.04, "U/min"),
        "09:05",
        "relative",
    ),
    "a usable rate ends that": (flat(105, weight=None).phenylephrine("10:00", 1.0), "10:00", "relative"),
    "a rate of another agent does not": (
        flat(105, weight=None).infusion("norepinephrine", "10:00", 0.01),
        "10:00",
        BLIND,
    ),
    "a rate of 0 ends that": (flat(105, weight=None).phenylephrine("10:00", 0, "mL/h"), "10:00", "clear"),
    "what had tripped before stays": (
        dosed(("08:30", 1.5), weight=None).phenylephrine("09:00", 70, "ug/min"),
        "09:05",
        "absolute stale missing weight",
    ),
    "also beyond its 8 h": (
        dosed(("08:30", 1.5), weight=None).phenylephrine("09:00", 70, "ug/min"),
        "40:00",
        "absolute stale missing weight",
    ),
    "and over a dose": (
        dosed(("08:30", 1.5), weight=None).phenylephrine("09:00", 70, "ug/min").dose("16:00"),
        "17:00",
        "absolute stale missing weight",
    ),
    "what was tripped no more does not": (
        dosed(("08:30", 1.5), ("09:00", 0), weight=None).phenylephrine("18:00", 70, "ug/min"),
        "18:00",
        BLIND,
    ),
    "tripped since by what can be read it is kept": (
        flat(70, weight=None)
        .infusion("norepinephrine", "10:00", 0.12)
        .infusion("norepinephrine", "11:00", 0)
        .dose("16:00"),
        "20:00",
        "relative stale missing weight",
    ),
    "read again it is judged afresh": (
        dosed(("08:30", 1.5), weight=None)
        .phenylephrine("09:00", 70, "ug/min")
        .dose("16:00")
        .phenylephrine("17:00", 0.2),
        "17:00",
        "clear",
    ),
}


@table(WEIGHTS)
def test_a_rate_without_per_kg(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.3: converted with the latest weight not after its `at`, else the baseline; none
    known: `needs-weight`, and what was tripped is kept, stale.
    """
    assert seen(course.tick(at), at, MAXIMUM) == expected


UNREAD = {
    "mL/h cannot be read": (
        dosed().phenylephrine("09:00", 12, "mL/h").unreadable(),
        "09:00",
        "indeterminate missing phenylephrine.unreadable",
    ),
    "nor what no pump gives": (
        dosed().infusion("norepinephrine", "09:00", 6),
        "09:00",
        "indeterminate missing norepinephrine.unreadable",
    ),
    "a usable rate ends that": (
        dosed().phenylephrine("09:00", 12, "mL/h").unreadable().phenylephrine("10:00", 0.2),
        "10:00",
        "clear",
    ),
    "a rate 0 too": (
        dosed().phenylephrine("09:00", 12, "mL/h").unreadable().phenylephrine("10:00", 0, "mL/h"),
        "10:00",
        "clear",
    ),
    "what was tripped is kept": (
        dosed(("08:30", 1.2)).phenylephrine("09:00", 12, "mL/h").unreadable(),
        "20:00",
        "relative stale missing phenylephrine.unreadable",
    ),
    "dobutamine has no equivalent": (
        dosed().infusion("dobutamine", "09:00", 5),
        "09:00",
        "indeterminate missing dobutamine.equivalent",
    ),
    "until it stops": (
        dosed().infusion("dobutamine", "09:00", 5).infusion("dobutamine", "10:00", 0),
        "10:00",
        "clear",
    ),
    "two reasons are both named": (
        dosed().infusion("milrinone", "09:00", 0.3).phenylephrine("09:00", 12, "mL/h").unreadable(),
        "09:00",
        "indeterminate missing milrinone.equivalent,phenylephrine.unreadable",
    ),
    "withdrawn it never ran": (
        dosed().phenylephrine("09:00", 12, "mL/h", id="i").unreadable().withdraw("i", "10:00"),
        "10:00",
        "clear",
    ),
}


@table(UNREAD)
def test_a_pressor_that_cannot_be_counted(course: Course, at: str, expected: str) -> None:
    """criteria.md sections 2 and 3.3: it runs, so the rows cannot be told, or are kept, stale."""
    assert seen(course.tick(at), at, MAXIMUM) == expected


@pytest.mark.parametrize(
    "course",
    [
        dosed().phenylephrine("09:00", 12, "mL/h").unreadable(),
        dosed().infusion("norepinephrine", "09:00", 6),
        dosed().infusion("dobutamine", "09:00", 5),
        flat(105, weight=None),
    ],
)
def test_a_pressor_that_cannot_be_counted_runs_all_the_same(course: Course) -> None:
    """criteria.md section 3.3: mode `intensive`, and the blocker `phenylephrine`."""
    found = states_at(course.tick("16:00"), "16:00")
    assert (found["mode"], "phenylephrine" in found["dose"]["blockers"]) == ("intensive", True)


WEANING = {
    "before 8 h a rate that cannot be read cannot be told": (
        flat(105, weight=None),
        "10:00",
        "indeterminate missing weight until 16:00",
    ),
    "tripped when it began it is kept": (
        dosed(("09:00", 0.6), weight=None).phenylephrine("16:30", 35, "ug/min"),
        "20:00",
        "relative stale missing weight",
    ),
    "over a dose too": (
        dosed(("09:00", 0.6), weight=None).phenylephrine("16:30", 35, "ug/min").dose("17:00"),
        "18:00",
        "relative stale missing weight",
    ),
    "a load before 8 h was not judged": (
        dosed(("09:00", 0.6), weight=None).phenylephrine("10:00", 35, "ug/min"),
        "16:00",
        BLIND,
    ),
    "unless it was in the half hour before": (
        dosed(("09:00", 0.6), weight=None).phenylephrine("15:40", 35, "ug/min"),
        "16:00",
        "relative stale missing weight",
    ),
    "after therapy-end it is clear": (flat(105, weight=None).end("18:00"), "18:00", "clear"),
}


@table(WEANING)
def test_weaning_from_a_rate_that_cannot_be_read(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.3: a tripped row is kept, stale, over a dose too; else indeterminate."""
    assert seen(course.tick(at), at, MINIMUM) == expected


def test_a_rate_that_needs_a_weight_blinds_both_rows_and_makes_the_mode_intensive() -> None:
    """criteria.md section 3: then both rows are indeterminate (missing `weight`) and the mode `intensive`."""
    found = states_at(flat(105, weight=None).tick("17:00"), "17:00")
    assert [found["criteria"][code]["state"] for code in (MAXIMUM, MINIMUM)] == [
        "indeterminate",
        "indeterminate",
    ]
    assert [found["criteria"][code]["missing"] for code in (MAXIMUM, MINIMUM)] == [["weight"], ["weight"]]
    assert found["mode"] == "intensive"


ALERTS = {
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
    "and resolves when half an hour did without": (
        MINIMUM,
        dosed(("09:00", 0.6), ("16:10", 0.5)).tick("17:00"),
        ["opened relative 16:00", "resolved clear 16:40"],
    ),
    "the maximum improves and resolves 8 h after the rate": (
        MAXIMUM,
        dosed(("09:00", 1.5), ("10:00", 1.0), ("11:00", 0)).tick("20:00"),
        ["opened absolute 09:00", "improved relative 18:00", "resolved clear 19:00"],
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


@table(ALERTS, "code course expected")
def test_what_is_said_of_the_pressor_load(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md section 9: not a latest-value row: `at` is the instant decided, or its deadline."""
    assert (timed if any(len(line.split()) > 2 for line in expected) else transitions)(
        course, code
    ) == expected
