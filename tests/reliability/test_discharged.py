"""Patients who come and go leave no growth: of each a state of one size stays, whatever the stay was like.

`make campaign-soak`: 20,000 in turn. In the suite: 300. What is compared is counted: objects, bytes, and steps of the
interpreter that one more patient takes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from rules.chart.fact_lists import every_list
from rules.decide.codec import decode
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.instants import HOUR, MINUTE, text
from streams.kafka.state_record import StateRecord
from streams.worker.partition_state import PartitionState
from tests.reliability.test_costs import steps_of
from tests.streams.worker.test_partition_state import START, batch, encounter, pressure, record, rows

PATIENTS, MANY = 300, 20_000
LEFT = 800
"""Bytes that a patient may leave."""
STUBS = 2
"""Objects that a patient may leave, as the garbage collector counts: the record that knows the last alert's number."""
CACHED = 100
"""Objects that caches of the program may add meanwhile."""
GROWTH = 1.02


def stay(partition: PartitionState, name: str, begins: int, readings: int) -> StateRecord:
    """Admit a patient, chart, discharge, and let the time pass in which it can be taken back."""
    charted = [
        encounter("admit"),
        encounter("cycle-start", MINUTE),
        *(pressure(MINUTE * (2 + i), 70 if i % 20 > 9 else 120) for i in range(readings)),
        encounter("discharge", MINUTE * (2 + readings)),
    ]
    for i, event in enumerate(charted):
        moment = START + begins + i * MINUTE
        shifted = event | {"patient": name, "at": text(moment)}
        partition.fold(batch(record(shifted, i, name), now=moment, edge=True))
    gone = batch(now=START + begins + 97 * HOUR + readings * MINUTE, edge=True)
    output = partition.fold(gone)
    return rows(partition, gone, output)[name]


def state_of(found: StateRecord) -> Patient:
    return decode(found.state, GUIDELINE, [found.carried[name] for name in found.blocks])


def size(found: StateRecord) -> int:
    """Return the bytes of a state; all of it is in its record."""
    return len(found.state) + sum(map(len, found.carried.values()))


def empty(found: StateRecord) -> bool:
    patient = state_of(found)
    charts = [chart for chart in (patient.chart, patient.whole) if chart is not None]
    facts = [fact for chart in charts for facts in every_list(chart) for fact in facts]
    kept = [*(chart.seen for chart in charts), *(chart.digests for chart in charts), patient.given]
    return not facts and not any(kept) and patient.former is None and not patient.episodes


@pytest.mark.parametrize("readings", [5, 300])
def test_a_discharged_patient_leaves_nothing_but_the_number_of_the_last_alert(readings: int) -> None:
    found = stay(PartitionState(0, GUIDELINE), "p1", 0, readings)
    assert found.over
    assert found.wake is None
    assert empty(found)
    assert state_of(found).seq > 0
    assert size(found) < LEFT


def in_turn(patients: int, more: int = 20) -> dict[str, list[float]]:
    """Let so many patients come and go, one after the other; return what there is after a half and after all.

    `more`: by how many readings the stays differ. `objects`; `steps` that the next patient takes; `bytes` of all states; `waits`: what is kept of who is in care.
    """
    partition, found = PartitionState(0, GUIDELINE), dict[str, list[float]]()
    for i in range(patients):
        stay(partition, f"p{i:05}", i * 99 * HOUR, 5 + i % 3 * more)
        partition.unassessed.clear()  # they are published with each batch
        if i + 1 in (patients // 2, patients):
            for name, value in held(partition, i + 1).items():
                found.setdefault(name, []).append(value)
    return found


def held(partition: PartitionState, known: int) -> dict[str, float]:
    """Return what a partition holds after so many patients, and what one more takes, who is not counted."""
    gc.collect()
    objects = len(gc.get_objects())
    steps = steps_of(lambda: stay(partition, f"q{known:05}", known * 99 * HOUR, 5)).total()
    partition.unassessed.clear()
    states = [len(cached.state) for cached in partition.patients_by_id.values()]
    charts = sum(cached._patient is not None for cached in partition.patients_by_id.values())
    waits = partition.patients + len(partition.used) + len(partition.behind) + len(partition.assessed_at)
    return {
        "objects": objects,
        "steps": steps,
        "bytes": sum(states),
        "most": max(states),
        "waits": waits + charts,
        "deadlines": len(partition._queue),
    }


def leave_no_growth(found: dict[str, list[float]], patients: int) -> None:
    """Assert that of each patient a stub is left, and that one more takes no more than one of the first."""
    half, all_of_them = (
        dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)
    )
    more = patients - patients // 2 + 1
    assert all_of_them["objects"] - half["objects"] <= STUBS * more + CACHED
    assert all_of_them["bytes"] - half["bytes"] <= LEFT * more
    assert all_of_them["most"] < LEFT
    assert all_of_them["steps"] <= half["steps"] * GROWTH
    assert half["waits"] == all_of_them["waits"] == 0
    assert all_of_them["deadlines"] <= half["deadlines"], "time passes those of who has gone"


def test_patients_admitted_and_discharged_in_turn_leave_a_stub_each_and_cost_the_next_nothing() -> None:
    leave_no_growth(in_turn(PATIENTS), PATIENTS)


@pytest.mark.campaign("soak")
def test_twenty_thousand_patients_admitted_and_discharged_in_turn_leave_no_growth(
    figures: Callable[..., None],
) -> None:
    found = in_turn(MANY, more=2)
    figures(f"{MANY:,} patients in turn, after a half and after all: {found}", **found)
    leave_no_growth(found, MANY)
