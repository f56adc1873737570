"""What a chart derives step by step is what it derives from its facts at once: whatever was corrected, or came late."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.advice.dose_checks import _errors
from rules.advice.medicines import by_kind
from rules.chart.chart import Chart
from rules.chart.fact_lists import moved, part
from rules.decide.engine import advance
from rules.decide.state import Patient
from rules.decide.subjects import AdviceCase
from rules.evaluate.recharting import run_of
from rules.evaluate.regimen import course_before
from rules.evaluate.result import Memory
from rules.evaluate.row_type_lookup import descriptor_of
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.declarations import HeldFindingRow, PermanentFindingRow, PersistentFindingRow
from rules.guideline.packs.registry import PACKS
from rules.ingest.decode import decode
from rules.wire.instants import BEFORE_ALL, MINUTE, parse, text
from tests.campaigns import examples

BEGAN = parse("2026-03-02T08:00:00Z")
EVERY = 10 * MINUTE
Values = dict[str, Any]

RECORDS: list[Values] = [
    *(
        {"type": "labs", "readings": [{"code": "creatinine", "value": value, "unit": "mg/dL"}]}
        for value in (1, 3.2, 5)
    ),
    *(
        {"type": "labs", "readings": [{"code": code, "value": 0.09, "unit": "ng/mL", "high": high}]}
        for code, high in (("troponin-i", 0.04), ("ck-mb", 5))
    ),
    *(
        {"type": "finding", "code": code, "present": present}
        for code in ("disorientation", "coma", "frank-blood", "intubation")
        for present in (True, False)
    ),
    *({"type": "finding", "code": "mental-status", "value": value} for value in ("changed", "normal")),
    *(
        {"type": "infusion", "agent": agent, "rate": rate, "unit": unit, "line": line}
        for agent, rate, unit, line in (
            ("phenylephrine", 40, "ug/min", "a"),
            ("phenylephrine", 0, "ug/min", ""),
            ("dopamine", 4, "ug/kg/min", "b"),
            ("dopamine", 0, "ug/kg/min", "b"),
            ("phenylephrine", 1.2, "ug/kg/min", "b"),
        )
    ),
    *(
        {"type": "io", "direction": "out", "kind": "urine", "volume": volume, "unit": "mL"}
        for volume in (2, 80)
    ),
    *(
        {"type": "vitals", "readings": [{"code": "weight", "value": value, "unit": "kg"}]}
        for value in (70, 72, 90, 91)
    ),
    *(
        {"type": "dose", "agent": "aldesleukin", "given": True, "amount": amount, "unit": unit}
        for amount, unit in ((600_000, "[iU]/kg"), (42, "M[iU]"), (900_000, "[iU]/kg"))
    ),
    *({"type": "medication", "agent": agent} for agent in ("acetaminophen", "dexamethasone")),
    *(
        {"type": "encounter", "event": event, "location": "icu"}
        for event in ("cycle-start", "therapy-end", "transfer")
    ),
]

OF_PACKS = [
    row
    for pack in PACKS.values()
    for row in pack.rows
    if isinstance(row, HeldFindingRow | PermanentFindingRow | PersistentFindingRow)
]


steps = st.lists(
    st.tuples(
        st.sampled_from(RECORDS),
        st.integers(0, 60),
        st.sampled_from(["new"] * 4 + ["corrected", "withdrawn"]),
    ),
    min_size=5,
    max_size=60,
)


def derived(chart: Chart) -> dict[str, object]:
    """Return what a chart derives: of itself, and what the rows and the advice fold over it."""
    now = BEGAN + 100 * EVERY
    patient = Patient("p1", GUIDELINE.deciding, chart, now=now, memories={}, episodes={})
    chart.n = max(chart.n, 1)
    return {
        "weights": [*chart.weights],
        "doubted": chart.weights.doubted,
        "collections": [*chart.collections],
        "cycle": (chart.cycle, [*chart.cycle_doses]),
        "loads": [*chart.loads],
        "ran": (chart.pressors, chart.dopamine, chart.mode.spans),
        "rows": {row.code: descriptor_of(row).evaluate(row, chart, now, Memory()) for row in GUIDELINE.rows},
        "of packs": [descriptor_of(row).evaluate(row, chart, now, Memory()) for row in OF_PACKS],
        "runs": [run_of(chart, code) for code in ("mental-status", "disorientation")],
        "course": course_before(chart, now),
        "errors": _errors(GUIDELINE.advises["dose-error"], AdviceCase.of(patient)),
        "given": {kind: by_kind(chart).get(kind, []) for kind in ("steroid", "acetaminophen")},
    }


def event(values: Values, id: str, at: int, known: int, status: str) -> Any:
    kept = values if status != "withdrawn" else {"type": values["type"]}
    stated = {"new": "final", "withdrawn": "entered-in-error"}.get(status, status)
    times = {"at": text(BEGAN + at * EVERY), "known": text(BEGAN + known * EVERY)}
    found, _ = decode(json.dumps(kept | {"id": id, "patient": "p1", "status": stated} | times).encode())
    return found


@settings(max_examples=examples(40))
@given(steps)
def test_a_chart_gone_on_with_is_the_chart_derived_anew(steps: list[tuple[Values, int, str]]) -> None:
    patient: Patient | None = None
    charted: list[str] = []
    for number, (values, back, status) in enumerate(steps):
        kind = f"{values['type']}-"
        before = [id for id in charted if id.startswith(kind)]
        id = before[back % len(before)] if status != "new" and before else f"{kind}{number}"
        charted.append(id)
        late = back if back % 3 == 0 else 0
        found = event(values, id, max(0, number - late), number, status if before else "new")
        patient, _, _ = advance(patient, found, GUIDELINE)
        if patient is None:
            continue
        here, anew = patient.chart, part(patient.chart, BEFORE_ALL)
        assert derived(here) == derived(anew)
        assert all({*ats} <= {*here.moved.get(id, ())} for id, ats in moved(here).items())
