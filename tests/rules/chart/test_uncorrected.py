"""A chart as it would be had the corrections of an instant not come is the chart that they did not come to."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.chart.chart import Chart
from rules.chart.uncorrected import uncorrected
from rules.decide.engine import advance
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from tests.campaigns import examples
from tests.rules.chart.test_gone_on import RECORDS, Values, derived, event

BASELINES: list[Values] = [
    {
        "type": "encounter",
        "event": "baseline",
        "readings": [{"code": "systolic-bp", "value": value, "unit": "mm[Hg]"}],
    }
    for value in (90, 130)
]
VITALS: list[Values] = [
    {"type": "vitals", "readings": [{"code": code, "value": value, "unit": unit}]}
    for code, unit, values in (
        ("systolic-bp", "mm[Hg]", (78, 92, 120)),
        ("heart-rate", "/min", (80, 125, 140)),
        ("spo2", "%", (86, 93, 98)),
        ("temperature", "Cel", (37, 39.5)),
    )
    for value in values
]
CHARTED = [*RECORDS, *BASELINES, *VITALS, *VITALS]


def subject_of(values: Values) -> tuple[Any, ...]:
    """Return what a record says something of: a correction that says it of that too adds nothing new."""
    codes = tuple(reading["code"] for reading in values.get("readings", ()))
    return (*(values.get(name) for name in ("type", "code", "agent", "kind", "event", "line")), codes)


records = st.lists(st.sampled_from(CHARTED), min_size=8, max_size=50)
corrections = st.lists(
    st.tuples(
        st.integers(0, 60), st.integers(0, 3), st.sampled_from(["corrected", "withdrawn"]), st.booleans()
    ),
    min_size=1,
    max_size=3,
)


def charted(values: list[Values]) -> Patient:
    patient: Patient | None = None
    for number, one in enumerate(values):
        patient, _, _ = advance(patient, event(one, f"r{number}", number, number, "new"), GUIDELINE)
    assert patient is not None
    return patient


def vital_signs(chart: Chart) -> tuple[Any, ...]:
    tail = chart.tail
    return tail.now, [list(history) for history in tail.readings.all()], tail.setting, [*tail.rows]


@settings(max_examples=examples(60))
@given(records, corrections)
@example([*VITALS[:8], BASELINES[0]], [(8, 0, "corrected", False), (8, 0, "corrected", True)])
def test_without_its_corrections_a_chart_is_as_if_they_had_not_come(
    values: list[Values], wrong: list[tuple[int, int, str, bool]]
) -> None:
    patient, last = charted(values), len(values)
    for back, which, status, moves in wrong:
        number = back % len(values)
        like = [one for one in CHARTED if subject_of(one) == subject_of(values[number])]
        at = max(0, number - 2) if moves else number
        found = event(like[which % len(like)], f"r{number}", at, last, status)
        patient = advance(patient, found, GUIDELINE)[0] or patient
    if patient.replaced is None:
        return
    here = vital_signs(patient.chart), derived(patient.chart)
    alone = uncorrected(patient.chart, patient.amendments, patient.replaced)
    as_before = charted(values).chart
    assert vital_signs(alone) == vital_signs(as_before)
    assert derived(alone) == derived(as_before)
    assert (vital_signs(patient.chart), derived(patient.chart)) == here
