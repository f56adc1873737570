"""Stop rules: what makes each hold, and how long it stands (criteria.md section 4).

What lifts one: test_stop_rules_lifted.py.
"""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, table
from tests.rules.decide.stopping import (
    changed,
    cleared,
    failing,
    half_rales,
    on,
    standing,
    started,
    troponin,
)

HOLDS = {
    "infection": (started().finding("infection", "08:00"), "08:00", ["infection"]),
    "a troponin": (started().labs("08:00", troponin_t=troponin(0.02)), "08:00", ["troponin"]),
    "the other troponin": (started().labs("08:00", troponin_i=troponin(0.02)), "08:00", ["troponin"]),
    "CK-MB alone is no stop": (started().labs("08:00", ck_mb={"value": 9, "high": 5}), "08:00", []),
    "CK-MB and then a troponin": (
        started().labs("08:00", ck_mb={"value": 9, "high": 5}).labs("09:00", troponin_t=troponin(0.02)),
        "09:00",
        ["troponin"],
    ),
    "atrial fibrillation": (started().finding("atrial-fibrillation", "08:00"), "08:00", ["arrhythmia"]),
    "supraventricular tachycardia": (
        started().finding("supraventricular-tachycardia", "08:00"),
        "08:00",
        ["arrhythmia"],
    ),
    "ventricular arrhythmia": (started().finding("ventricular-arrhythmia", "08:00"), "08:00", ["arrhythmia"]),
    "ischemia is no stop": (started().finding("ecg-ischemia", "08:00"), "08:00", []),
    "5 L/min for 30 min": (on("08:00", device="nasal-cannula", flow=5), "08:30", ["oxygen"]),
    "just under 30 min": (on("08:00", device="nasal-cannula", flow=5), "08:29:59.999", []),
    "ended at the very 30 min": (
        on("08:00", device="nasal-cannula", flow=5).vitals("08:30", flow=4),
        "08:30",
        [],
    ),
    "4 L/min is no stop": (on("08:00", device="nasal-cannula", flow=4), "10:00", []),
    "a mask whose FiO2 is assumed stops nothing": (on("08:00", device="mask"), "10:00", []),
    "a mask of 40 %": (on("08:00", device="mask", fio2=40), "08:30", ["oxygen"]),
    "a mask of 39 %": (on("08:00", device="mask", fio2=39), "10:00", []),
    "an assumed FiO2 that is charted counts from then": (
        on("08:00", device="mask").vitals("08:20", fio2=50),
        "08:50",
        ["oxygen"],
    ),
    "just under 30 min since it was charted": (
        on("08:00", device="mask").vitals("08:20", fio2=50),
        "08:49:59.999",
        [],
    ),
    "high flow whatever the flow": (on("08:00", device="high-flow"), "08:30", ["oxygen"]),
    "devices one after the other": (
        on("08:00", device="nasal-cannula", flow=6).vitals("08:20", device="nippv"),
        "08:30",
        ["oxygen"],
    ),
    "one that cannot be read interrupts nothing": (
        on("08:00", device="mask", fio2=40).vitals("08:20", device="venturi").unreadable(),
        "08:30",
        ["oxygen"],
    ),
    "one that stops by its name, with a flow that cannot be read": (
        on("08:00", device="room-air")
        .vitals("08:01", spo2=87)
        .vitals("08:02", spo2=86)
        .vitals("08:03", device="high-flow", flow=81),
        "08:33",
        ["oxygen"],
    ),
    "less of it in a record that cannot be read whole interrupts nothing": (
        on("08:00", device="nasal-cannula", flow=6).vitals("08:20", device="venturi", flow=2).unreadable(),
        "08:30",
        ["oxygen"],
    ),
    "one that cannot be read begins nothing": (
        on("08:00", device="nasal-cannula", flow=4).vitals("08:20", device="venturi").unreadable(),
        "10:00",
        [],
    ),
    "an interruption counts anew": (
        on("08:00", device="nasal-cannula", flow=6).vitals("08:20", flow=3).vitals("08:25", flow=6),
        "08:54:59.999",
        [],
    ),
    "the saturation not kept on 4 L/min": (
        on("08:00", device="nasal-cannula", flow=4).vitals("08:10", spo2=93).vitals("08:15", spo2=94),
        "08:15",
        ["oxygen"],
    ),
    "the saturation not kept on 3.9 L/min is no stop": (
        on("08:00", device="nasal-cannula", flow=3.9).vitals("08:10", spo2=93).vitals("08:15", spo2=94),
        "09:00",
        [],
    ),
    "the saturation not kept on an assumed FiO2 is no stop": (
        on("08:00", device="mask").vitals("08:10", spo2=93).vitals("08:15", spo2=94),
        "09:00",
        [],
    ),
    "a saturation of 89 % on little oxygen is no stop": (
        on("08:00", device="nasal-cannula", flow=2).vitals("08:10", spo2=89),
        "08:10",
        [],
    ),
    "intubation": (started().finding("intubation", "08:00"), "08:00", ["oxygen"]),
    "rales half up with SpO2 under 95": (half_rales(94.9), "08:00", ["oxygen"]),
    "rales half up with SpO2 at 95": (half_rales(95), "08:00", []),
    "rales half up with SpO2 unseen": (half_rales(None), "08:00", []),
    "rales half up with SpO2 stale": (
        started().vitals("01:00", spo2=90).finding("rales", "09:00", "half"),
        "09:00",
        [],
    ),
    "rales half up with SpO2 just not stale": (
        started().vitals("01:00", spo2=90).finding("rales", "08:59:59.999", "half"),
        "08:59:59.999",
        ["oxygen"],
    ),
    "rales half up on 3 L/min": (half_rales(97).vitals("09:00", flow=3), "09:00", ["oxygen"]),
    "rales half up on 2.9 L/min": (half_rales(97).vitals("09:00", flow=2.9), "09:00", []),
    "rales half up on any mask": (
        half_rales(97).vitals("09:00", device="mask", fio2=28),
        "09:00",
        ["oxygen"],
    ),
    "rales half up on high flow": (half_rales(97).vitals("09:00", device="high-flow"), "09:00", ["oxygen"]),
    "rales a third up with SpO2 under 95": (
        started().finding("rales", "08:00", "one-third").vitals("08:00", spo2=90),
        "08:00",
        [],
    ),
    "a saturation that falls while rales are half up": (
        half_rales(97).vitals("09:00", spo2=94),
        "09:00",
        ["oxygen"],
    ),
    "hallucination": (started().finding("hallucination", "08:00"), "08:00", ["neuropsychiatric"]),
    "disorientation": (started().finding("disorientation", "08:00"), "08:00", ["neuropsychiatric"]),
    "cognition failed once is none": (failing("08:00"), "12:00", []),
    "cognition failed again just under 2 h later is none": (failing("08:00", "09:59:59.999"), "12:00", []),
    "cognition failed again 2 h later": (failing("08:00", "10:00"), "10:00", ["neuropsychiatric"]),
    "cognition passed in between is a new run": (
        failing("08:00").finding("cognition-failed", "09:00", False).finding("cognition-failed", "10:00"),
        "10:00",
        [],
    ),
    "mental status changed for 2 h is none yet": (changed("08:00"), "12:00", []),
    "charted as changed again before 2 h is none": (changed("08:00", "09:59:59.999"), "12:00", []),
    "charted as changed again after 2 h": (changed("08:00", "10:00"), "10:00", ["neuropsychiatric"]),
    "normal in between is a new run": (
        changed("08:00").mental("09:30", "normal").mental("10:00", "changed"),
        "11:59:59.999",
        [],
    ),
    "persistent crying is none": (started().finding("persistent-crying", "08:00"), "08:00", []),
    "the maximum absolute and the minimum relative": (
        started().dose("00:00").phenylephrine("01:00", 1.5).phenylephrine("02:00", 0.8),
        "08:00",
        ["pressor-dependence"],
    ),
    "the minimum at 0.5 is weaned": (
        started().dose("00:00").phenylephrine("01:00", 1.5).phenylephrine("02:00", 0.5),
        "08:00",
        [],
    ),
    "both phenylephrine rows absolute": (
        started().dose("00:00").phenylephrine("01:00", 1.5),
        "08:00",
        ["pressor-dependence"],
    ),
    "the minimum alone is none": (started().dose("00:00").phenylephrine("01:00", 1.4), "08:00", []),
    "a dose 24 h late and 15 min": (started().dose("00:00"), "32:15", ["delay-over-24h"]),
    "just under": (started().dose("00:00"), "32:14:59.999", []),
    "never before dose 1": (started(), "60:00", []),
    "never after therapy-end": (started().dose("00:00").end("30:00"), "60:00", []),
    "not at therapy-end itself": (started().dose("00:00").end("32:15"), "32:15", []),
    "a held dose does not count": (
        started().dose("00:00").dose("08:00", given=False),
        "32:15",
        ["delay-over-24h"],
    ),
    "several in order": (
        started()
        .finding("disorientation", "08:00")
        .finding("infection", "08:00")
        .finding("intubation", "08:00"),
        "08:00",
        ["infection", "oxygen", "neuropsychiatric"],
    ),
}


@table(HOLDS)
def test_what_makes_a_stop_rule_hold(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4, stop rules."""
    assert standing(course, at) == expected


LASTS: dict[str, tuple[Any, ...]] = {
    "it stands on after its criterion clears": (cleared(), "100:00", ["infection"]),
    "troponin stands on": (
        started().labs("08:00", troponin_t=troponin(0.02)).labs("14:00", troponin_t=troponin(0.01)),
        "14:00",
        ["troponin"],
    ),
    "oxygen stands on": (
        on("08:00", device="high-flow").vitals("09:00", device="room-air", spo2=99),
        "09:00",
        ["oxygen"],
    ),
    "rales stand on when the saturation recovers": (
        half_rales(90).vitals("09:00", spo2=99),
        "09:00",
        ["oxygen"],
    ),
    "mental status stands on": (
        changed("08:00", "10:00").mental("11:00", "normal"),
        "11:00",
        ["neuropsychiatric"],
    ),
    "pressor dependence stands on over the next dose": (
        started().dose("00:00").phenylephrine("01:00", 1.5).phenylephrine("09:00", 0).dose("10:00"),
        "10:00",
        ["pressor-dependence"],
    ),
    "the delay stands on over the late dose": (
        started().dose("00:00").dose("33:00"),
        "33:00",
        ["delay-over-24h"],
    ),
    "a dose at the very limit is in time": (started().dose("00:00").dose("32:15"), "32:15", []),
    "a delay that held stands on after therapy-end": (
        started().dose("00:00").end("33:00"),
        "33:00",
        ["delay-over-24h"],
    ),
    "the next cycle-start lifts it": (cleared().encounter("cycle-start", "20:00"), "20:00", []),
    "a finding of the cycle before does not make it hold again": (
        started().finding("infection", "08:00").encounter("cycle-start", "20:00"),
        "20:00",
        [],
    ),
    "an enzyme carried over makes it hold again": (
        started().labs("08:00", troponin_t=troponin(0.02)).encounter("cycle-start", "20:00"),
        "20:00",
        ["troponin"],
    ),
    "before the first cycle-start it stops while it holds": (
        Course().finding("infection", "01:00"),
        "02:00",
        ["infection"],
    ),
    "and no longer": (
        Course().finding("infection", "01:00").finding("infection", "02:00", False),
        "02:00",
        [],
    ),
    "what held only before does not stand in the cycle": (
        Course().finding("infection", "-03:00").finding("infection", "-02:00", False).start("00:00"),
        "01:00",
        [],
    ),
    "what ends at the very cycle-start does not stand in it": (
        Course().finding("infection", "-03:00").finding("infection", "00:00", False).start("00:00"),
        "01:00",
        [],
    ),
    "what still holds at cycle-start stands": (
        Course().finding("infection", "-03:00").start("00:00").finding("infection", "01:00", False),
        "02:00",
        ["infection"],
    ),
}


@table(LASTS)
def test_how_long_a_stop_rule_stands(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4: a stop rule that has held stands until the next `cycle-start`."""
    assert standing(course, at) == expected
