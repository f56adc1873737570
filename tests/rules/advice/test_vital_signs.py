"""Watches on vital signs: a slow heart, fast breathing, potassium, and saturation (criteria.md sections 7.1, 7.2)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, states_at, table, timed


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


def rates(*readings: tuple[str, float]) -> Course:
    drawn = start()
    for at, rate in readings:
        drawn.vitals(at, hr=rate)
    return drawn


def breaths(*readings: tuple[str, float]) -> Course:
    drawn = start()
    for at, rate in readings:
        drawn.vitals(at, respiratory_rate=rate)
    return drawn


def saturations(baseline: float | None, *readings: tuple[str, float]) -> Course:
    drawn = start() if baseline is None else start(readings={"spo2": baseline})
    for at, value in readings:
        drawn.vitals(at, spo2=value)
    return drawn


ALERTS = {
    "bradycardia over 30 min": (
        "bradycardia",
        rates(("08:00", 49), ("08:30", 49)),
        ["opened relative 08:30"],
    ),
    "not over less": ("bradycardia", rates(("08:00", 49), ("08:29:59.999", 49)), []),
    "not at 50": ("bradycardia", rates(("08:00", 50), ("08:30", 50)), []),
    "it clears at 55 sustained": (
        "bradycardia",
        rates(("08:00", 44), ("08:30", 44), ("09:00", 55), ("09:30", 55)),
        ["opened relative 08:30", "resolved clear 09:30"],
    ),
    "not just under 55": (
        "bradycardia",
        rates(("08:00", 44), ("08:30", 44), ("09:00", 54), ("09:30", 54)),
        ["opened relative 08:30"],
    ),
    "tachypnea in two readings 15 min apart": (
        "tachypnea",
        breaths(("08:00", 30), ("08:15", 30)),
        ["opened relative 08:15"],
    ),
    "not less apart": ("tachypnea", breaths(("08:00", 30), ("08:14:59.999", 30)), []),
    "not at 29": ("tachypnea", breaths(("08:00", 29), ("08:15", 30)), []),
    "none below between": ("tachypnea", breaths(("08:00", 30), ("08:10", 29), ("08:20", 30)), []),
    "it clears on one below 25": (
        "tachypnea",
        breaths(("08:00", 31), ("08:15", 32), ("08:20", 25), ("08:25", 24)),
        ["opened relative 08:15", "resolved clear 08:25"],
    ),
    "hyperkalemia from 5.5": (
        "hyperkalemia",
        start().labs("08:00", potassium=5.5),
        ["opened advisory 08:00"],
    ),
    "not just under": ("hyperkalemia", start().labs("08:00", potassium=5.49), []),
    "relative from 6.0": (
        "hyperkalemia",
        start().labs("08:00", potassium=5.7).labs("09:00", potassium=6).labs("10:00", potassium=5.9),
        ["opened advisory 08:00", "worsened relative 09:00", "improved advisory 10:00"],
    ),
    "a result above 5.8 is at least advisory": (
        "hyperkalemia",
        start().labs("08:00", potassium={"value": ">5.8"}),
        ["opened advisory 08:00"],
    ),
    "one above 5 tells nothing": ("hyperkalemia", start().labs("08:00", potassium={"value": ">5"}), []),
    "one above 5 keeps what was": (
        "hyperkalemia",
        start().labs("08:00", potassium=5.7).labs("09:00", potassium={"value": ">5"}),
        ["opened advisory 08:00"],
    ),
    "hypoxemia below 95": (
        "hypoxemia",
        saturations(None, ("08:00", 94), ("08:05", 94)),
        ["opened advisory 08:05"],
    ),
    "below the patient's own limit": (
        "hypoxemia",
        saturations(94, ("08:00", 91), ("08:05", 91)),
        ["opened advisory 08:05"],
    ),
    "not at it": ("hypoxemia", saturations(94, ("08:00", 92), ("08:05", 92)), []),
}


@table(ALERTS, "code course expected")
def test_what_is_said_of_a_watch(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md sections 7.1 and 7.2."""
    assert timed(course, code) == expected


WORDS = {
    "bradycardia": (rates(("08:00", 44), ("08:30", 44)), "08:30", "Heart rate 44, below 50 over 30 min"),
    "tachypnea": (breaths(("08:00", 31), ("08:15", 32)), "08:15", "assess dyspnea at rest"),
    "hyperkalemia": (start().labs("08:00", potassium=6.2), "08:00", "Potassium 6.2 mmol/L"),
    "hypoxemia": (saturations(None, ("08:00", 93), ("08:05", 93)), "08:05", "SpO2 93 %"),
}


@table({code: (code, *case) for code, case in WORDS.items()}, "code course at expected")
def test_a_watch_names_its_value(code: str, course: Course, at: str, expected: str) -> None:
    """criteria.md section 10."""
    assert expected in states_at(course, at)["advice"][code]["text"]


def test_a_relative_watch_corrects() -> None:
    """criteria.md section 4: a watch at level relative."""
    drawn = start().complete("07:00").labs("08:00", potassium=6.2)
    found = states_at(drawn, "08:00")
    assert found["recommendation"] == "correct"
    assert "hyperkalemia" in found["reasons"]
