"""The pressor load over time (criteria.md section 3.3): kept up to date as records come, whatever their order."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.chart.infusions import in_force
from rules.chart.pressor_loads import Load, Loads, highest, pressor_loads
from rules.chart.weighing import IU_PER_MG, Weighing, units_per_kg
from rules.decide.codec import decode, encode
from rules.decide.engine import advance
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from tests.rules.courses import Course, decoded

AGENTS = {"phenylephrine": 2.0, "norepinephrine": 0.4, "dopamine": 8.0, "vasopressin": 0.05}


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def drawn(rng: random.Random) -> Course:
    course = Course().encounter("admit", "00:00")
    course.baseline("00:00", weight=rng.choice([None, 70]), known=rng.choice(["00:00", "05:00"]))
    for i in range(40):
        at = rng.randrange(600)
        known = at + rng.randrange(120)
        if rng.random() < 0.1:
            course.vitals(clock(at), known=clock(known), weight=rng.choice([68, 70, 72]))
            continue
        _infuse(course, rng, f"i{i}", clock(at), clock(known))
        if rng.random() < 0.1:
            course.withdraw(f"i{i}", clock(known + rng.randrange(120)))
    return course


def _infuse(course: Course, rng: random.Random, id: str, at: str, known: str) -> None:
    agent = rng.choice(list(AGENTS))
    rate = rng.choice([0.0, round(AGENTS[agent] * rng.random(), 3)])
    flat = agent != "vasopressin" and rng.random() < 0.3
    unit = "U/min" if agent == "vasopressin" else "ug/min" if flat else "ug/kg/min"
    line: dict[str, Any] = rng.choice([{}, {"line": "a"}, {"line": "b"}])
    course.infusion(agent, at, rate * 70 if flat else rate, unit, id=id, known=known, **line)


@pytest.mark.parametrize("seed", range(30))
def test_the_loads_kept_up_to_date_are_those_derived_afresh(seed: int) -> None:
    """One rate changes the loads from its moment on; a weight those that need one."""
    patient = None
    for event in sorted(decoded([drawn(random.Random(seed))]), key=lambda event: event.known):
        patient, _, _ = advance(patient, event, GUIDELINE)
        assert patient is not None
        chart = patient.chart
        fresh = pressor_loads(in_force(chart.lines), GUIDELINE, Weighing(chart.weights, chart.baselines))
        assert chart.loads == fresh
        anew = decode(encode(patient), GUIDELINE).chart
        assert (chart.pressors, chart.dopamine) == (anew.pressors, anew.dopamine)
        assert chart.mode.spans == anew.mode.spans
    assert patient is not None
    assert decode(encode(patient), GUIDELINE).chart.loads == patient.chart.loads


@given(st.lists(st.integers(0, 3), min_size=1, max_size=70), st.integers(0, 80), st.data())
def test_the_highest_load_is_the_first_of_the_highest_in_force(
    values: list[int], left: int, data: st.DataObject
) -> None:
    """Also after loads were taken away from the end, and others added."""
    loads = Loads(Load(10 * i, float(value)) for i, value in enumerate(values))
    loads.cut(10 * left)
    for value in values:
        loads.add(Load(loads[-1].at + 10 if loads else 0, float(value)))
    start = data.draw(st.integers(-5, 10 * len(loads)))
    end = data.draw(st.integers(start, 10 * len(loads)))
    inside = [
        load
        for load, after in zip(loads, [*loads[1:], None], strict=True)
        if load.at <= end and (after is None or after.at > start)
    ]
    expected = max(inside, key=lambda load: (load.load, -load.at), default=None)
    assert highest(loads, start, end) == expected


@pytest.mark.parametrize(
    ("amount", "unit", "kg", "expected"),
    [
        (600_000, "[iU]/kg", None, 600_000),
        (42_000_000, "[iU]", 70, 600_000),
        (42, "M[iU]", 70, 600_000),
        (1.1, "mg", 30, 600_000),
        (42, "M[iU]", None, None),
    ],
)
def test_a_dose_is_converted_with_the_weight(
    amount: float, unit: str, kg: float | None, expected: float | None
) -> None:
    """criteria.md section 7.2: [iU], M[iU] and mg (18 M[iU] = 1.1 mg) need the weight."""
    assert units_per_kg(amount, unit, kg) == expected
    assert round(IU_PER_MG * 1.1) == 18_000_000
