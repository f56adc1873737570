"""What an assessment says of facts: the pressors that run, and what was set aside (wire.md, assessment)."""

from __future__ import annotations

import json
from typing import Any

from rules.decide.assessment import assess
from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from tests.rules.courses import Course, ms, states_at, table
from tests.rules.wired import wire

PHENYLEPHRINE = {"agent": "phenylephrine", "rate": 0.7, "unit": "ug/kg/min"}
PRESSORS = {
    "none charted": (Course().start("00:00"), 0.0, []),
    "one": (Course().start("00:00").phenylephrine("01:00", 0.7), 0.7, [PHENYLEPHRINE]),
    "stopped": (Course().start("00:00").phenylephrine("01:00", 0.7).phenylephrine("02:00", 0), 0.0, []),
    "two by their equivalents": (
        Course().start("00:00").phenylephrine("01:00", 0.7).infusion("norepinephrine", "01:00", 0.05),
        1.2,
        [PHENYLEPHRINE, {"agent": "norepinephrine", "rate": 0.05, "unit": "ug/kg/min"}],
    ),
    "one in units a minute": (
        Course().start("00:00").infusion("vasopressin", "01:00", 0.04, "U/min"),
        1.0,
        [{"agent": "vasopressin", "rate": 0.04, "unit": "U/min"}],
    ),
    "dopamine for the kidneys counts nothing": (
        Course().start("00:00").infusion("dopamine", "01:00", 2.0),
        0.0,
        [{"agent": "dopamine", "rate": 2.0, "unit": "ug/kg/min"}],
    ),
    "one whose rate needs a weight": (
        Course().start("00:00", weight=None).phenylephrine("01:00", 50, "ug/min"),
        0.0,
        [{"agent": "phenylephrine", "rate": None, "unit": "ug/kg/min"}],
    ),
}


@table(PRESSORS, "course load agents")
def test_the_pressors_that_run(course: Course, load: float, agents: list[dict[str, Any]]) -> None:
    """wire.md: the load of what can be read, and each agent with its own rate."""
    found = states_at(course, "03:00")["pressors"]
    assert (found["load"], found["unit"], found["agents"]) == (load, "ug/kg/min", agents)


def ignored(course: Course, at: str) -> list[tuple[Any, ...]]:
    log = [event for record in course.records if (event := decode(json.dumps(record))[0]) is not None]
    found = wire(assess(fold(log, SCHWARTZENTRUBER_2001, ms(at)).patients["p1"]))["ignored"]
    return [(one["code"], one["value"], one["unit"], one["at"][11:16], one["reason"]) for one in found]


HEAVY = ("weight", 95.0, "kg", "08:00", "more than 25 % from the latest")
IGNORED = {
    "an artefact": (
        Course().start("00:00").vitals("08:00", hr=400),
        "08:00",
        [("heart-rate", 400, "/min", "08:00", "implausible")],
    ),
    "a weight that jumps": (Course().start("00:00").vitals("08:00", weight=95), "08:00", [HEAVY]),
    "a weight of just 25 % does not": (Course().start("00:00").vitals("08:00", weight=87.5), "08:00", []),
    "one that the next confirms no longer": (
        Course().start("00:00").vitals("08:00", weight=95).vitals("09:00", weight=94),
        "09:00",
        [],
    ),
    "just under 24 h old": (Course().start("00:00").vitals("08:00", weight=95), "31:59:59.999", [HEAVY]),
    "24 h old no longer": (Course().start("00:00").vitals("08:00", weight=95), "32:00", []),
    "in order of their time": (
        Course().start("00:00").vitals("08:00", weight=95).vitals("07:00", spo2=20),
        "08:00",
        [("spo2", 20, "%", "07:00", "implausible"), HEAVY],
    ),
    "withdrawn it is gone": (
        Course().start("00:00").vitals("08:00", "v", hr=400).withdraw("v", "09:00"),
        "09:00",
        [],
    ),
}


@table(IGNORED)
def test_what_was_set_aside_is_listed(course: Course, at: str, expected: list[tuple[Any, ...]]) -> None:
    """criteria.md section 8: the assessment lists what was set aside in the last 24 h."""
    assert ignored(course, at) == expected
