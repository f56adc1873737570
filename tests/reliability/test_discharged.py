"""Patients who come and go leave no growth: of each a state of one size stays, whatever the stay was like."""

from __future__ import annotations

import pytest

from rules.chart.fact_lists import every_list
from rules.decide.codec import decode
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.instants import HOUR, MINUTE, text
from streams.kafka.state_record import StateRecord
from streams.worker.partition_state import PartitionState
from tests.streams.worker.test_partition_state import START, batch, encounter, pressure, record, rows

PATIENTS = 40
LEFT = 800
"""Bytes that a patient may leave."""


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


def test_patients_admitted_and_discharged_in_turn_leave_as_much_each_and_no_chart_in_memory() -> None:
    partition = PartitionState(0, GUIDELINE)
    sizes = [size(stay(partition, f"p{i:05}", i * 99 * HOUR, 5 + i % 3 * 20)) for i in range(PATIENTS)]
    assert max(sizes) - min(sizes) < 16, "numbers of other lengths"
    assert partition.patients == 0
    assert all(cached._patient is None for cached in partition.patients_by_id.values())
    assert sum(len(cached.state) for cached in partition.patients_by_id.values()) < sum(sizes)
    assert not partition.behind
