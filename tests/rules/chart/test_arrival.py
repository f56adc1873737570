"""Whatever the order in which the records of an id arrive, the same is charted (criteria.md section 1: a
correction or withdrawal outranks a `final` in whatever order they arrive; among corrections the later `known`
rules).
"""

from __future__ import annotations

import json
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.chart.chart import Chart
from rules.chart.record import record
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire import vocabulary
from tests.campaigns import examples
from tests.rules.courses import iso

VALUES: dict[str, list[Any]] = {
    "heart-rate": [80, 90, 400],
    "systolic-bp": [100, 110, 300],
    "spo2": [95, 96],
    "o2-device": ["mask", "nasal-cannula", "tent"],
    "o2-flow": [2, 3, 81],
    "fio2": [40, 50],
    "weight": [70, 71, 24],
    "creatinine": [1.0, 2.6, 31],
    "platelets": [200, 20, "<10"],
}
LABS = [code for code in VALUES if code in vocabulary.LABS]
SIGNS = [code for code in VALUES if code in vocabulary.VITALS]
ON_BASELINE = ["systolic-bp", "weight", "creatinine"]


def readings(dice: Random, codes: list[str], correction: bool) -> list[dict[str, Any]]:
    """Some of these codes; a correction may take one back."""
    out = []
    for code in dice.sample(codes, dice.randint(1, len(codes))):
        unit = vocabulary.VITALS.get(code) or vocabulary.LABS.get(code)
        reading: dict[str, Any] = {"code": code, "value": dice.choice(VALUES[code])}
        gone = {"code": code, "status": "entered-in-error"}
        out.append(gone if correction and dice.random() < 0.2 else reading | ({"unit": unit} if unit else {}))
    return out


def version(dice: Random, kind: str, status: str, known: str) -> dict[str, Any]:
    """One record of the id, known at its own time, true at one of a few."""
    at = iso(dice.choice(["08:00", "08:00", "08:05"]))
    one = {"id": "x", "patient": "p1", "at": at, "known": iso(known), "status": status}
    correction = status != "final"
    if kind == "vitals":
        return one | {"type": kind, "readings": readings(dice, SIGNS, correction)}
    if kind == "labs":
        return one | {"type": kind, "readings": readings(dice, LABS, correction)}
    one |= {"type": "encounter", "event": "baseline"}
    one |= {"readings": readings(dice, ON_BASELINE, correction)} if dice.random() < 0.7 else {}
    one |= {"findings": {"ecg-normal": dice.random() < 0.5}} if dice.random() < 0.5 else {}
    one |= {"age": dice.choice([50, 60])} if dice.random() < 0.4 else {}
    one |= {"location": dice.choice(["icu", "ward"])} if dice.random() < 0.4 else {}
    return one | ({"dose-1-planned": iso(dice.choice(["10:00", "11:00"]))} if dice.random() < 0.3 else {})


def charted(chart: Chart) -> list[str]:
    """What is in force of the id."""
    rows = [
        (field, row.at, getattr(row, field))
        for row in chart.tail.rows
        for field in ("hr", "sbp", "spo2", "device", "flow", "fio2")
        if getattr(row, field) is not None
    ]
    labs = [(code, lab.at, lab.value, lab.comparator) for code, found in chart.labs.items() for lab in found]
    weights = [(weight.at, weight.value) for weight in chart.raw_weights]
    aside = [(fact.code, fact.at, fact.reason) for fact in chart.set_aside]
    places = [(place.event, place.at, place.location) for place in chart.places]
    history = [chart.baseline_readings, chart.baseline_findings, chart.age, chart.dose_1_planned]
    facts: list[Any] = [*rows, *labs, *weights, *aside, *places]
    return [*sorted(map(str, facts)), *map(str, history)]


@pytest.mark.parametrize("kind", ["vitals", "labs", "baseline"])
@settings(max_examples=examples(40), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_arrival_changes_nothing(kind: str, seed: int) -> None:
    dice = Random(seed)
    first = [version(dice, kind, dice.choice(["final", "preliminary"]), "08:10")]
    later = [
        version(dice, kind, dice.choice(["corrected", "corrected", "entered-in-error"]), f"08:{20 + 10 * i}")
        for i in range(dice.randint(1, 3))
    ]
    events = [decode(json.dumps(one))[0] for one in (*first, *later)]
    found = set()
    for order in permutations(events):
        chart = Chart(SCHWARTZENTRUBER_2001)
        for event in order:
            assert event is not None
            record(chart, event)
        found.add(tuple(charted(chart)))
    assert len(found) == 1
