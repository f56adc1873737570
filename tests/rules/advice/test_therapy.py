"""Advice of Tables 5 and 6 during the course: when each opens and closes (criteria.md section 7).

Fluids: test_advice_fluids.py.
"""

from __future__ import annotations

from typing import Any

from rules.decide.engine import assessments
from tests.rules.courses import NORMAL, Course, alerts, folded, states_at, table, timed
from tests.rules.wired import wire


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


ELIGIBLE: dict[str, Any] = {
    "age": 40,
    "findings": {
        "ecg-normal": True,
        "recent-steroid": False,
        "recent-infection": False,
        "family-history-cardiac": False,
        "chest-xray-clear": True,
        "heavy-smoker": False,
        "heavy-lung-burden": False,
        "antihypertensives-stopped": True,
        "major-organ-disease": False,
    },
}
"""A baseline with which every condition of therapy is met, once creatinine and bilirubin are."""


def open_at(course: Course, at: str, code: str) -> bool:
    return code in states_at(course, at)["advice"]


LAB_CASES = {
    "bicarbonate 20": ("acidosis", {"bicarbonate": 20}, False),
    "bicarbonate 19.9": ("acidosis", {"bicarbonate": 19.9}, True),
    "bicarbonate 17.9": ("acidosis", {"bicarbonate": 17.9}, True),
    "potassium 3.7": ("hypokalemia", {"potassium": 3.61}, False),
    "potassium 3.6": ("hypokalemia", {"potassium": 3.6}, True),
    "calcium at its low": ("hypocalcemia", {"calcium": {"value": 8.5, "low": 8.5}}, False),
    "calcium below its low": ("hypocalcemia", {"calcium": {"value": 8.4, "low": 8.5}}, True),
    "calcium without a low": ("hypocalcemia", {"calcium": 5}, False),
    "magnesium at its low": ("hypomagnesemia", {"magnesium": {"value": 1.7, "low": 1.7}}, False),
    "magnesium below its low": ("hypomagnesemia", {"magnesium": {"value": 1.6, "low": 1.7}}, True),
    "phosphate at its low": ("hypophosphatemia", {"phosphate": {"value": 2.5, "low": 2.5}}, False),
    "phosphate below its low": ("hypophosphatemia", {"phosphate": {"value": 2.4, "low": 2.5}}, True),
    "phosphate and its low in mmol/L": (
        "hypophosphatemia",
        {"phosphate": {"value": 0.79, "low": 0.8, "unit": "mmol/L"}},
        True,
    ),
    "albumin at its low": ("hypoalbuminemia", {"albumin": {"value": 3.5, "low": 3.5}}, False),
    "albumin below its low": ("hypoalbuminemia", {"albumin": {"value": 3.4, "low": 3.5}}, True),
    "hematocrit 28.1": ("anemia", {"hematocrit": 28.1}, False),
    "hematocrit 28": ("anemia", {"hematocrit": 28}, True),
    "hematocrit as a fraction": ("anemia", {"hematocrit": {"value": 0.28, "unit": "1"}}, True),
    "platelets 20": ("transfuse-platelets", {"platelets": 20}, False),
    "platelets 19.9": ("transfuse-platelets", {"platelets": 19.9}, True),
    "CK at its high": ("ck-elevated", {"ck": {"value": 200, "high": 200}}, False),
    "CK above its high": ("ck-elevated", {"ck": {"value": 201, "high": 200}}, True),
    "CK without a high": ("ck-elevated", {"ck": 9000}, False),
}


MENDED: dict[str, Any] = {
    "bicarbonate": 24,
    "potassium": 5,
    "calcium": 10,
    "magnesium": 2,
    "phosphate": 3,
    "albumin": 4,
    "hematocrit": 38,
    "platelets": 200,
    "ck": {"value": 1, "high": 200},
}


@table(LAB_CASES, "code values expected")
def test_a_lab_that_asks_for_a_correction(code: str, values: dict[str, Any], expected: bool) -> None:
    """criteria.md section 7: at its limit, whatever its age, until a value that does not meet it."""
    bad = start().labs("08:00", **values)
    assert open_at(bad, "08:00", code) is expected
    assert open_at(bad, "200:00", code) is expected
    (lab,) = values
    assert not open_at(bad.labs("09:00", **{lab: MENDED[lab]}), "09:00", code)


def test_acidosis_says_twice_the_bicarbonate_below_18() -> None:
    """criteria.md section 7: bicarbonate <20 / <18: 50 / 100 mEq."""
    texts = [
        states_at(start().labs("08:00", bicarbonate=v), "08:00")["advice"]["acidosis"]["text"]
        for v in (18, 17.9)
    ]
    assert "50 mEq" in texts[0]
    assert "100 mEq" in texts[1]


def warm(*readings: tuple[str, float], doses: tuple[str, ...] = ("00:00",)) -> Course:
    drawn = start()
    for time in doses:
        drawn.dose(time)
    for time, value in readings:
        drawn.vitals(time, temp=value)
    return drawn


ADVICE = {
    "fever at 38.0": ("fever", warm(("08:00", 38.0)), "08:00", True),
    "no fever at 37.9": ("fever", warm(("08:00", 37.9)), "08:00", False),
    "fever less than 4 h old": ("fever", warm(("08:00", 38.0)), "11:59:59.999", True),
    "one of 4 h is none": ("fever", warm(("08:00", 38.0)), "12:00", False),
    "the latest decides": ("fever", warm(("08:00", 39.0), ("09:00", 37.5)), "09:00", False),
    "early fever within 8 h of dose 1": ("early-fever-expected", warm(("06:00", 38.5)), "07:59:59.999", True),
    "not at 8 h": ("early-fever-expected", warm(("06:00", 38.5)), "08:00", False),
    "not without fever": ("early-fever-expected", warm(("06:00", 37.0)), "07:00", False),
    "after dose 2": (
        "early-fever-expected",
        warm(("14:00", 38.5), doses=("00:00", "08:00")),
        "15:59:59.999",
        True,
    ),
    "not after dose 3": (
        "early-fever-expected",
        warm(("18:00", 38.5), doses=("00:00", "08:00", "16:00")),
        "18:00",
        False,
    ),
    "between dose 1 and its 8 h it needs a dose": (
        "early-fever-expected",
        warm(("06:00", 38.5), doses=()),
        "07:00",
        False,
    ),
    "hypoxemia after 5 min": (
        "hypoxemia",
        start().vitals("08:00", spo2=94.9).vitals("08:05", spo2=94.9),
        "08:05",
        True,
    ),
    "not after less": (
        "hypoxemia",
        start().vitals("08:00", spo2=94).vitals("08:04:59.999", spo2=94),
        "08:05",
        False,
    ),
    "not at 95": ("hypoxemia", start().vitals("08:00", spo2=95).vitals("08:05", spo2=95), "08:05", False),
    "until sustained at 95": (
        "hypoxemia",
        start().vitals("08:00", spo2=94).vitals("08:05", spo2=94).vitals("08:10", spo2=95),
        "08:10",
        True,
    ),
    "then it closes": (
        "hypoxemia",
        start()
        .vitals("08:00", spo2=94)
        .vitals("08:05", spo2=94)
        .vitals("08:10", spo2=95)
        .vitals("08:15", spo2=95),
        "08:15",
        False,
    ),
    "mental-status-watch": ("mental-status-watch", start().mental("08:00", "changed"), "08:00", True),
    "until 2 h": ("mental-status-watch", start().mental("08:00", "changed"), "09:59:59.999", True),
    "not at 2 h": ("mental-status-watch", start().mental("08:00", "changed"), "10:00", False),
    "reversed it closes": (
        "mental-status-watch",
        start().mental("08:00", "changed").mental("09:00", "normal"),
        "09:00",
        False,
    ),
}


@table(ADVICE, "code course at expected")
def test_advice_at_the_bedside(code: str, course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: fever, septic-workup, early-fever-expected, hypoxemia, mental-status-watch."""
    assert open_at(course, at, code) is expected


STEROID = start().drug("dexamethasone", "08:00", "topical")
DOSING = {
    "a steroid by any route": ("forbidden-medication", STEROID, "08:00", True),
    "closes 24 h after the last": ("forbidden-medication", STEROID, "31:59:59.999", True),
    "at 24 h": ("forbidden-medication", STEROID, "32:00", False),
    "an antihypertensive by name": (
        "forbidden-medication",
        start().drug("clonidine", "08:00"),
        "08:00",
        True,
    ),
    "by ending, in any case": ("forbidden-medication", start().drug("Metoprolol", "08:00"), "08:00", True),
    "another drug is fine": ("forbidden-medication", start().drug("ondansetron", "08:00"), "08:00", False),
    "before cycle-start it is not": (
        "forbidden-medication",
        Course().drug("lisinopril", "-01:00").start("00:00"),
        "01:00",
        False,
    ),
    "at cycle-start it is": ("forbidden-medication", start().drug("lisinopril", "00:00"), "01:00", True),
    "after therapy-end it is not": (
        "forbidden-medication",
        start().end("08:00").drug("lisinopril", "09:00"),
        "10:00",
        False,
    ),
    "given before, it stays after therapy-end": (
        "forbidden-medication",
        start().drug("lisinopril", "07:00").end("08:00"),
        "10:00",
        True,
    ),
    "peak-window opens at 4 h": ("peak-window", start().dose("08:00"), "12:00", True),
    "not before": ("peak-window", start().dose("08:00"), "11:59:59.999", False),
    "lasts until 6 h": ("peak-window", start().dose("08:00"), "13:59:59.999", True),
    "closes at 6 h": ("peak-window", start().dose("08:00"), "14:00", False),
    "10 % less is let pass": ("dose-changed", start().dose("00:00").dose("08:00", 540_000), "08:00", False),
    "more is not": ("dose-changed", start().dose("00:00").dose("08:00", 539_999), "08:00", True),
    "nor 10 % upwards": ("dose-changed", start().dose("00:00").dose("08:00", 660_001), "08:00", True),
    "the latest dose decides": (
        "dose-changed",
        start().dose("00:00").dose("08:00", 300_000).dose("16:00"),
        "16:00",
        False,
    ),
    "a held dose does not": (
        "dose-changed",
        start().dose("00:00").dose("08:00", 300_000, given=False),
        "08:00",
        False,
    ),
    "the first of the cycle is the measure": (
        "dose-changed",
        start().dose("00:00").encounter("cycle-start", "20:00").dose("20:00", 300_000),
        "20:00",
        False,
    ),
}


@table(DOSING, "code course at expected")
def test_advice_on_dosing(code: str, course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7: forbidden-medication, dose-changed; section 5: peak-window."""
    assert open_at(course, at, code) is expected


def test_every_tripped_criterion_has_its_corrective() -> None:
    """criteria.md section 7: one for each tripped criterion, with `subject` its code; no episode of
    its own.
    """
    drawn = start().complete("08:00").labs("09:00", creatinine=2.6).finding("ecg-ischemia", "09:00")
    found = [a for a in _advice(drawn, "09:00") if a["code"] == "corrective"]
    assert [a["subject"] for a in found] == ["ecg-ischemia", "creatinine"]
    assert all(a["subject"] != "corrective" for a in alerts(drawn))


def _advice(course: Course, at: str) -> list[dict[str, Any]]:
    (one,) = assessments(folded(course, at))
    found: list[dict[str, Any]] = wire(one)["advice"]
    return found


ALERTS = {
    "a fever known late begins early at its reading": (
        "early-fever-expected",
        start().dose("04:00").vitals("06:00", known="06:20", temp=38.5).tick("20:00"),
        ["opened advisory 06:00 @06:20", "resolved clear 10:00"],
    ),
    "peak-window ends with a new dose": (
        "peak-window",
        start().dose("08:00").dose("13:00", known="13:10"),
        ["opened advisory 12:00", "resolved clear 13:00 @13:10"],
    ),
    "fluid-limit worsens to relative at 1500 mL and improves 4 h after a volume left": (
        "fluid-limit",
        start().bolus("08:00", 500).bolus("09:00", 500).bolus("10:00", 500).tick("50:00"),
        [
            "opened advisory 09:00",
            "worsened relative 10:00",
            "improved advisory 36:00",
            "resolved clear 37:00",
        ],
    ),
    "fluid-limit reached at once opens relative": (
        "fluid-limit",
        start().bolus("08:00", 1500),
        ["opened relative 08:00"],
    ),
    "fever closes right after 4 h": (
        "fever",
        warm(("08:00", 38.5)).tick("20:00"),
        ["opened advisory 08:00", "resolved clear 12:00"],
    ),
    "peak-window by its deadlines": (
        "peak-window",
        start().dose("08:00").tick("20:00"),
        ["opened advisory 12:00", "resolved clear 14:00"],
    ),
    "mental-status-watch by its deadline": (
        "mental-status-watch",
        start().mental("08:00", "changed").tick("11:00"),
        ["opened advisory 08:00", "resolved clear 10:00"],
    ),
    "mental-status-watch by what implies a changed mental status": (
        "mental-status-watch",
        start().mental("07:00", "normal").finding("coma", "08:00").tick("11:00"),
        ["opened advisory 08:00", "resolved clear 10:00"],
    ),
    "forbidden-medication by its deadline": (
        "forbidden-medication",
        STEROID.tick("40:00"),
        ["opened advisory 08:00", "resolved clear 32:00"],
    ),
    "a lab corrected is amended": (
        "hypokalemia",
        start().labs("08:00", "l", potassium=3).correct("l", "09:00", potassium=4),
        ["opened advisory 08:00", "amended clear 08:00 @09:00"],
    ),
}


@table(ALERTS, "code course expected")
def test_what_is_said_of_advice(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md sections 7 and 9: level advisory unless said; a deadline's `at` is the deadline."""
    assert timed(course, code) == expected


def test_nothing_is_advised_when_all_is_well() -> None:
    """criteria.md section 7."""
    drawn = start(**ELIGIBLE).complete("08:00").vitals("08:00", **NORMAL)
    assert states_at(drawn, "09:00")["advice"] == {}
