"""Advice on fluids and pressors: when each opens, closes and reminds (criteria.md sections 7.1 and 7.3)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, alerts, states_at, table


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


def open_at(course: Course, at: str, code: str) -> bool:
    return code in states_at(course, at)["advice"]


def low(**more: Any) -> Course:
    """Hypotension from 08:00 on (target 90), by one deep reading."""
    return start(**more).vitals("08:00", sbp=75)


def dry() -> Course:
    return start().urine("08:00", 15, start="07:00")


FLUIDS = {
    "fluid-bolus by hypotension": ("fluid-bolus", low(), "08:00", True),
    "no add-pressor while dopamine above 2.5 runs, though another line of it cannot be read": (
        "add-pressor",
        low(weight=None)
        .infusion("dopamine", "08:10", 5)
        .infusion("dopamine", "08:20", 9, "mg/h", line="b")
        .bolus("08:30", 1000),
        "08:30",
        False,
    ),
    "add-pressor while all that is read of dopamine is for the kidneys": (
        "add-pressor",
        low(weight=None)
        .infusion("dopamine", "08:10", 2)
        .infusion("dopamine", "08:20", 9, "mg/h", line="b")
        .bolus("08:30", 1000),
        "08:30",
        True,
    ),
    "fluid-bolus by urine-hour": ("fluid-bolus", dry(), "08:00", True),
    "no fluid-bolus without": ("fluid-bolus", start().complete("08:00"), "08:00", False),
    "no fluid-bolus by urine-shift alone": (
        "fluid-bolus",
        start().urine("14:00", 70, start="07:00").urine("15:00", 22, start="14:00").urine("16:00", 22),
        "16:00",
        False,
    ),
    "fluid-bolus closes with the hypotension": (
        "fluid-bolus",
        low().vitals("08:10", sbp=100).vitals("08:15", sbp=100),
        "08:15",
        False,
    ),
    "fluid-bolus stays with a stale hypotension": ("fluid-bolus", low(), "30:00", True),
    "add-pressor at 1000 mL since": (
        "add-pressor",
        low().bolus("08:30", 500).bolus("09:00", 500),
        "09:00",
        True,
    ),
    "not at just under": ("add-pressor", low().bolus("08:30", 500).bolus("09:00", 499), "09:00", False),
    "a bolus at the opening does not count": (
        "add-pressor",
        low().bolus("08:00", 500).bolus("09:00", 500),
        "09:00",
        False,
    ),
    "a bolus before does not count": (
        "add-pressor",
        start().bolus("07:30", 500).vitals("08:00", sbp=75).bolus("09:00", 500),
        "09:00",
        False,
    ),
    "blood products are no boluses": (
        "add-pressor",
        low().bolus("08:30", 500).given("blood-product", "09:00", 500),
        "09:00",
        False,
    ),
    "not while phenylephrine runs": (
        "add-pressor",
        low().bolus("08:30", 1000).phenylephrine("08:40", 0.1),
        "09:00",
        False,
    ),
    "again when it stops": (
        "add-pressor",
        low().bolus("08:30", 1000).phenylephrine("08:40", 0.1).phenylephrine("09:00", 0),
        "09:00",
        True,
    ),
    "not while another pressor runs": (
        "add-pressor",
        low().bolus("08:30", 1000).infusion("norepinephrine", "08:40", 0.01),
        "09:00",
        False,
    ),
    "renal dopamine is no pressor": (
        "add-pressor",
        low().bolus("08:30", 1000).infusion("dopamine", "08:40", 2.5),
        "09:00",
        True,
    ),
    "dopamine above 2.5 is one": (
        "add-pressor",
        low().bolus("08:30", 1000).infusion("dopamine", "08:40", 2.6),
        "09:00",
        False,
    ),
    "dopamine of two lines adds up": (
        "add-pressor",
        low()
        .bolus("08:30", 1000)
        .infusion("dopamine", "08:40", 1.3, line="a")
        .infusion("dopamine", "08:41", 1.3, line="b"),
        "09:00",
        False,
    ),
    "an inotrope is none": (
        "add-pressor",
        low().bolus("08:30", 1000).infusion("dobutamine", "08:40", 5),
        "09:00",
        True,
    ),
    "titrate-pressor while one runs": ("titrate-pressor", low().phenylephrine("08:40", 0.1), "09:00", True),
    "not without one": ("titrate-pressor", low(), "09:00", False),
    "not for renal dopamine": ("titrate-pressor", low().infusion("dopamine", "08:40", 2), "09:00", False),
    "not without hypotension, with a pressor": (
        "titrate-pressor",
        start().phenylephrine("08:40", 0.1),
        "09:00",
        False,
    ),
    "closes when the pressor stops": (
        "titrate-pressor",
        low().phenylephrine("08:40", 0.1).phenylephrine("09:00", 0),
        "09:00",
        False,
    ),
    "closes with the hypotension": (
        "add-pressor",
        low().bolus("08:05", 1000).vitals("08:10", sbp=100).vitals("08:15", sbp=100),
        "08:15",
        False,
    ),
    "not without hypotension": ("add-pressor", start().bolus("08:30", 2000), "09:00", False),
    "add-dopamine at 1000 mL since": ("add-dopamine", dry().bolus("09:00", 1000), "09:00", True),
    "add-dopamine not just under": ("add-dopamine", dry().bolus("09:00", 999.9), "09:00", False),
    "a bolus before the opening does not count for it": (
        "add-dopamine",
        start().bolus("07:30", 600).urine("08:00", 15, start="07:00").bolus("09:00", 500),
        "09:00",
        False,
    ),
    "add-dopamine not while dopamine runs": (
        "add-dopamine",
        dry().infusion("dopamine", "08:30", 2).bolus("09:00", 1000),
        "09:00",
        False,
    ),
    "add-dopamine though phenylephrine runs": (
        "add-dopamine",
        dry().phenylephrine("08:30", 0.1).bolus("09:00", 1000),
        "09:00",
        True,
    ),
    "add-dopamine not after therapy-end": (
        "add-dopamine",
        dry().bolus("09:00", 1000).end("10:00"),
        "10:00",
        False,
    ),
    "add-dopamine until therapy-end": (
        "add-dopamine",
        dry().bolus("09:00", 1000).end("10:00"),
        "09:59:59.999",
        True,
    ),
    "add-dopamine by urine-shift": (
        "add-dopamine",
        start()
        .urine("14:00", 70, start="07:00")
        .urine("15:00", 22, start="14:00")
        .tick("15:00")
        .bolus("15:30", 1000),
        "15:30",
        True,
    ),
    "add-dopamine counts from the earlier of the two rows": (
        "add-dopamine",
        start()
        .urine("14:00", 70, start="07:00")
        .urine("15:00", 22, start="14:00")
        .bolus("15:30", 600)
        .urine("16:00", 5)
        .bolus("16:30", 400),
        "16:30",
        True,
    ),
    "fluid-limit just under 1000 mL": ("fluid-limit", start().bolus("08:00", 999.9), "08:00", False),
    "fluid-limit at 1000 mL": (
        "fluid-limit",
        start().bolus("08:00", 500).given("blood-product", "09:00", 500),
        "09:00",
        True,
    ),
    "maintenance and drinks do not count": (
        "fluid-limit",
        start().given("iv-maintenance", "08:00", 3000).given("oral", "08:00", 3000),
        "08:00",
        False,
    ),
    "a volume counts until 24 h after its at": (
        "fluid-limit",
        start().bolus("08:00", 1000),
        "31:59:59.999",
        True,
    ),
    "and 4 h longer": ("fluid-limit", start().bolus("08:00", 1000), "35:59:59.999", True),
    "no longer after 4 h below": ("fluid-limit", start().bolus("08:00", 1000), "36:00", False),
    "below 1000 mL for a while only": (
        "fluid-limit",
        start().bolus("08:00", 1000).bolus("35:00", 1000),
        "37:00",
        True,
    ),
    "each volume whole at its at": ("fluid-limit", start().bolus("08:00", 1000, start=None), "08:00", True),
    "edema-caution at 10 %": ("edema-caution", start().vitals("08:00", weight=77), "08:00", False),
    "edema-caution just over 10 %": ("edema-caution", start().vitals("08:00", weight=77.1), "08:00", True),
    "edema-caution whatever its age": ("edema-caution", start().vitals("08:00", weight=77.1), "200:00", True),
    "edema-caution without a baseline": (
        "edema-caution",
        start(weight=None).vitals("08:00", weight=90),
        "08:00",
        False,
    ),
}


@table(FLUIDS, "code course at expected")
def test_advice_on_fluids_and_pressors(code: str, course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: fluid-bolus, add-pressor, add-dopamine, fluid-limit, edema-caution."""
    assert open_at(course, at, code) is expected


def reminders(course: Course, code: str) -> list[str]:
    return [f"{a['transition']} {a['level']}" for a in alerts(course) if a["subject"] == code]


REMINDED = {
    "once at 1500 mL": (
        low().bolus("08:30", 1000).bolus("09:00", 500).bolus("09:30", 500),
        ["opened advisory", "reminder advisory"],
    ),
    "not just under": (low().bolus("08:30", 1000).bolus("09:00", 499), ["opened advisory"]),
    "not when it opened above": (low().bolus("08:30", 1500).bolus("09:00", 500), ["opened advisory"]),
}


@table(REMINDED, "course expected")
def test_add_pressor_reminds_at_1500_ml(course: Course, expected: list[str]) -> None:
    """criteria.md section 7: `reminder` at 1500, unless it opened at or above."""
    assert reminders(course, "add-pressor") == expected


def test_add_dopamine_reminds_at_1500_ml() -> None:
    """criteria.md section 7."""
    assert reminders(dry().bolus("09:00", 1000).bolus("10:00", 500), "add-dopamine") == [
        "opened advisory",
        "reminder advisory",
    ]


GONE = {
    "by the boluses since the row opened": (dry().bolus("09:00", 1000), "urine-hour"),
    "where fluid would harm": (dry().vitals("08:30", weight=78), "urine-hour"),
    "what made it open is over": (
        dry().finding("intubation", "08:30").finding("intubation", "09:00", False),
        "urine-hour",
    ),
    "by the weight": (dry().vitals("08:30", "w", weight=78), "w"),
}


@table(GONE, "course corrected")
def test_advice_that_stood_on_a_withdrawn_fact_is_amended(course: Course, corrected: str) -> None:
    """criteria.md section 9: a withdrawn fact removed its basis; without it the advice would be open."""
    urine = next(one["id"] for one in course.records if one["type"] == "io")
    course.withdraw(urine if corrected == "urine-hour" else corrected, "10:00")
    transitions = [one for one in reminders(course, "add-dopamine") if not one.startswith("reminder")]
    assert transitions == ["opened advisory", "amended clear"]
