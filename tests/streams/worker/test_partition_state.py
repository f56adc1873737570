"""A ward: records to charts, one after the other, each once."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.instants import HOUR, MINUTE, parse, text
from rules.wire.topics import INPUTS, topic_of
from rules.wire.vocabulary import HEARTBEAT_PATIENT, LEVELS, is_made_up
from streams.kafka.state_record import StateRecord, unpack_pending
from streams.worker import partition_state
from streams.worker.batch import Batch, Output
from streams.worker.partition_state import PartitionState, plausible
from streams.worker.processor import assessments, chosen
from tests.streams.worker.in_memory_kafka import Record

START = parse("2026-03-02T08:00:00Z")
ZERO = (0,) * len(INPUTS)


def record(
    event: dict[str, Any], offset: int, key: str | None = "p1", known: int | None = None
) -> tuple[int, Record]:
    """A record as the merge hands it on; its time is the event's own."""
    topic = topic_of(event["type"])
    time = parse(event["at"]) if known is None else known
    value = json.dumps(event).encode()
    return INPUTS.index(topic), Record(topic, 0, offset, time, None if key is None else key.encode(), value)


def pressure(at: int, value: float, id: str | None = None) -> dict[str, Any]:
    readings = [{"code": "systolic-bp", "value": value, "unit": "mm[Hg]"}]
    return {
        "type": "vitals",
        "id": id or f"v{at}",
        "patient": "p1",
        "at": text(START + at),
        "readings": readings,
    }


def encounter(event: str, at: int = 0) -> dict[str, Any]:
    return {
        "type": "encounter",
        "id": event,
        "patient": "p1",
        "at": text(START + at),
        "event": event,
        "location": "ward",
    }


def tick(at: int) -> dict[str, Any]:
    return {"type": "tick", "id": f"t{at}", "patient": "*", "at": text(START + at)}


def batch(
    *records: tuple[int, Record],
    now: int | None = None,
    edge: bool = False,
    committed: tuple[int, ...] = ZERO,
) -> Batch:
    positions = list(ZERO)
    for topic, one in records:
        positions[topic] = max(positions[topic], one.offset + 1)
    return Batch(0, records, tuple(positions), committed, (10**6,) * len(INPUTS), edge, now)


def admitted() -> PartitionState:
    """A ward with one patient in the cycle."""
    ward = PartitionState(0, GUIDELINE)
    ward.fold(batch(record(encounter("cycle-start"), 0)))
    return ward


def transitions(output: Output, patient: str = "p1") -> list[str]:
    return [f"{alert.subject} {alert.transition}" for alert in output.alerts.get(patient, [])]


def rows(ward: PartitionState, done: Batch, output: Output) -> dict[str, StateRecord]:
    return {name: row for name, row, _ in ward.rows(done, output, chosen(ward, done))}


def test_a_fact_is_decided_when_the_log_has_passed_it() -> None:
    ward = admitted()
    assert "hypotension opened" not in transitions(ward.fold(batch(record(pressure(MINUTE, 70), 0))))
    assert "hypotension opened" in transitions(ward.fold(batch(record(tick(2 * MINUTE), 0, "*"))))


def test_at_the_edge_with_the_wall_clock_it_is_decided_at_once() -> None:
    ward = admitted()
    output = ward.fold(batch(record(pressure(MINUTE, 70), 0), now=START + MINUTE, edge=True))
    assert "hypotension opened" in transitions(output)


def test_a_deadline_fires_by_wall_time_without_any_record() -> None:
    ward = admitted()
    assert "monitoring/vital-signs opened" not in transitions(
        ward.fold(batch(now=START + 4 * HOUR, edge=True))
    )
    assert "monitoring/vital-signs opened" in transitions(ward.fold(batch(now=START + 6 * HOUR, edge=True)))


def test_wall_time_that_changes_nothing_writes_nothing() -> None:
    ward = admitted()
    ward.fold(batch(now=START + MINUTE, edge=True))
    assert ward.fold(batch(now=START + 2 * MINUTE, edge=True)).changed == {}


def test_a_tick_for_all_that_wakes_nobody_still_moves_everybodys_clock() -> None:
    ward = admitted()
    ward.fold(batch(record(tick(HOUR), 0, "*")))
    late = ward.fold(batch(record(pressure(30 * MINUTE, 70), 0)))
    ward.fold(batch(record(tick(2 * HOUR), 1, "*")))
    assert late.changed == {"p1": None}
    patient = ward.patients_by_id["p1"].patient(GUIDELINE)
    assert patient is not None
    assert patient.episodes["hypotension"].opened == START + 30 * MINUTE
    assert patient.now >= START + HOUR


def test_a_record_that_a_row_has_is_passed_over_and_changes_nothing() -> None:
    ward = admitted()
    done = batch(record(pressure(MINUTE, 70), 0), now=START + MINUTE, edge=True)
    output = ward.fold(done)
    after = PartitionState(0, GUIDELINE)
    list(after.open(rows(ward, done, output), batch(record(pressure(MINUTE, 70), 0))))
    again = after.fold(
        batch(
            record(encounter("cycle-start"), 0),
            record(pressure(MINUTE, 70), 0),
            now=START + MINUTE,
            edge=True,
        )
    )
    assert again.outcomes["any", "read-again"] == 1
    assert transitions(again) == []


def test_alerts_that_may_not_have_been_published_are_owed_by_the_row() -> None:
    ward = admitted()
    done = batch(record(pressure(MINUTE, 70), 0), now=START + MINUTE, edge=True)
    output = ward.fold(done)
    found = rows(ward, done, output)
    doubtful = list(PartitionState(0, GUIDELINE).open(found, batch()))
    assert [json.loads(alert.value)["subject"] for _, alerts in doubtful for alert in alerts] == [
        alert.subject for alert in output.alerts["p1"]
    ]
    assert list(PartitionState(0, GUIDELINE).open(found, batch(committed=found["p1"].positions))) == []


def test_alerts_of_a_tick_by_the_wall_are_always_owed() -> None:
    """No offset tells whether they were published."""
    ward = admitted()
    done = batch(now=START + 6 * HOUR, edge=True)
    found = rows(ward, done, ward.fold(done))
    assert found["p1"].ticked
    assert len(list(PartitionState(0, GUIDELINE).open(found, batch(committed=(10**6,) * len(INPUTS))))) == 1


def test_evidence_names_topic_partition_and_offset() -> None:
    ward = admitted()
    done = batch(record(pressure(MINUTE, 70), 17), now=START + MINUTE, edge=True)
    found = rows(ward, done, ward.fold(done))
    first = next(
        alert
        for alert in unpack_pending(found["p1"].pending)
        if json.loads(alert.value)["subject"] == "hypotension"
    )
    assert first.evidence == "il2.vitals/0/17"
    assert first.time == START + MINUTE


def test_what_was_discharged_is_a_stub_that_late_facts_do_not_revive() -> None:
    ward = admitted()
    home = batch(record(encounter("discharge", HOUR), 1), now=START + HOUR, edge=True)
    output = ward.fold(home)
    found = rows(ward, home, output)["p1"]
    assert (found.over, ward.patients) == (True, 0)
    assert assessments(ward, ["p1"], Output()) == [("p1", None)]
    late = ward.fold(batch(record(pressure(MINUTE, 70), 9, known=START + HOUR)))
    assert (transitions(late), ward.patients) == ([], 0)
    after = ward.fold(batch(record(pressure(2 * HOUR, 70), 10)))
    assert (after.changed, ward.patients) == ({"p1": None}, 0)
    ward.fold(batch(record(encounter("admit", 3 * HOUR), 11), now=START + 3 * HOUR, edge=True))
    assert ward.patients == 1


def test_of_a_made_up_patient_nothing_is_kept_after_the_discharge() -> None:
    """The heartbeat is a stay a minute: kept for a withdrawal they would be thousands."""
    ward, name = PartitionState(0, GUIDELINE), "il2watch-heartbeat-0"
    for beat in range(3):
        for i, event in enumerate(("cycle-start", "discharge")):
            at = encounter(event, beat * HOUR + i) | {"patient": name, "id": f"{event}{beat}"}
            ward.fold(batch(record(at, 2 * beat + i, name), now=START + beat * HOUR + i, edge=True))
        assert ward.patients_by_id[name].patient(GUIDELINE) is None


@pytest.mark.parametrize(
    ("made", "key", "reason"),
    [
        (b"{", "p1", "malformed"),
        (None, "p1", "malformed"),
        (json.dumps(pressure(MINUTE, 80)).encode(), "p2", "wrong-key"),
        (json.dumps(pressure(MINUTE, 80)).encode(), None, "wrong-key"),
        (json.dumps(pressure(MINUTE, 80) | {"at": "yesterday"}).encode(), "p1", "bad-time"),
        (json.dumps(pressure(HOUR, 80) | {"at": text(START + 2 * HOUR)}).encode(), "p1", "from-the-future"),
    ],
    ids=["not JSON", "no value", "another's key", "no key", "no time", "from the future"],
)
def test_a_refused_record_is_kept_as_it_came_with_its_reason(
    made: bytes | None, key: str | None, reason: str
) -> None:
    bad = Record(INPUTS[0], 0, 5, START + HOUR, None if key is None else key.encode(), made)
    output = admitted().fold(batch((0, bad)))
    assert [(refusal.record, refusal.reason) for refusal in output.refusals] == [(bad, reason)]
    assert output.changed == {}


def test_a_rate_that_needs_a_weight_is_a_dead_letter_and_counts_as_unknown() -> None:
    rate = {
        "type": "infusion",
        "id": "i1",
        "patient": "p1",
        "at": text(START),
        "agent": "phenylephrine",
        "rate": 40,
        "unit": "ug/min",
    }
    output = admitted().fold(batch(record(rate, 0)))
    assert [refusal.reason for refusal in output.refusals] == ["needs-weight"]
    assert output.changed == {"p1": None}


def test_one_bad_reading_is_a_dead_letter_while_its_neighbours_count() -> None:
    event = pressure(MINUTE, 70)
    event["readings"].append({"code": "heart-rate", "value": 80, "unit": "furlong"})
    output = admitted().fold(batch(record(event, 0), now=START + MINUTE, edge=True))
    assert [refusal.reason for refusal in output.refusals] == ["bad-unit"]
    assert "hypotension opened" in transitions(output)


def test_positions_beyond_the_end_of_a_topic_made_anew_are_not_believed() -> None:
    first = Batch(0, [], ZERO, (3,) * len(INPUTS), (5,) * len(INPUTS), True)
    assert plausible((4, 5, 900, 0, 0, 0, 2), first) == (4, 5, 3, 0, 0, 0, 2)


def test_in_a_backlog_assessments_wait_and_at_its_end_all_that_are_owed_go_out() -> None:
    ward = admitted()
    done = batch(record(pressure(MINUTE, 120), 0))
    ward.fold(done)
    assert chosen(ward, done) == []
    assert chosen(ward, batch(edge=True)) == ["p1"]


def test_an_assessment_does_not_decide_what_the_log_has_not_passed() -> None:
    ward = admitted()
    ward.fold(batch(record(pressure(MINUTE, 70), 0)))
    (_, shown), *_ = assessments(ward, ["p1"], Output())
    assert json.loads(shown or b"")["blood_pressure"]["state"] == "absolute"
    assert "hypotension opened" in transitions(ward.fold(batch(record(tick(2 * MINUTE), 0, "*"))))


def by_walking(ward: PartitionState, before: int) -> tuple[list[str], int, tuple[int, ...]]:
    """Whom time wakes, how many patients there are and their open episodes, by going over all of them."""
    every = ward.patients_by_id
    waking = [name for name, one in every.items() if one.wake is not None and one.wake < before]
    real = [one for name, one in every.items() if not is_made_up(name)]
    opened = [sum(one.open[i] for one in real) for i in range(len(LEVELS))]
    return waking, sum(not one.over for one in real), tuple(opened)


def happened(dice: Random, number: int, at: int) -> tuple[dict[str, Any], str]:
    """An event of one of a few patients, or a tick, and its key."""
    if dice.random() < 0.1:
        return tick(at), "*"
    name = dice.choice(("p1", "p2", "p3", "p4", f"{HEARTBEAT_PATIENT}1"))
    kind = dice.choice(("pressure", "pressure", "pressure", "cycle-start", "discharge", "infection"))
    found = pressure(at, dice.choice((118, 86, 74)))
    if kind == "infection":
        found = {**found, "type": "finding", "code": "infection", "present": dice.random() < 0.6}
    elif kind != "pressure":
        found = encounter(kind, at)
    return {**found, "patient": name, "id": f"e{number}"}, name


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("most", [1, 50])
def test_who_wakes_and_how_many_there_are_is_as_by_going_over_all_patients(
    monkeypatch: pytest.MonkeyPatch, seed: int, most: int
) -> None:
    monkeypatch.setattr(partition_state, "SLICE", most)
    monkeypatch.setattr(partition_state, "DECISIONS", most)
    monkeypatch.setattr(partition_state, "MOST_STALE", 3)
    dice, ward, at, moved = Random(seed), PartitionState(0, GUIDELINE), 0, 0
    for number in range(120):
        at += dice.choice((0, MINUTE, 20 * MINUTE, 5 * HOUR))
        event, key = happened(dice, number, at)
        records = [record(event, number, key)] if dice.random() < 0.8 else []
        order = list(ward.patients_by_id)
        ward.fold(batch(*records, now=START + at if dice.random() < 0.3 else None))
        moved += list(ward.patients_by_id)[: len(order)] != order
        for before in (START + at, START + at + HOUR, START + at + 9 * HOUR):
            names = [name for name, _ in ward._waking(before)]
            assert (names, ward.patients, ward.open_episodes()) == by_walking(ward, before)
        assert len(ward._queue) <= 2 * len(ward.patients_by_id) + 3
    assert moved or most > 1


def course(ward: PartitionState, seed: int) -> list[Any]:
    """All that a ward decides and writes of a random course, by a clock on the wall, but the bytes of states:
    when what is written anew depends on how long it was held.
    """
    dice, at, found = Random(seed), 0, list[Any]()
    for number in range(90):
        at += dice.choice((0, MINUTE, 20 * MINUTE, 5 * HOUR))
        event, key = happened(dice, number, at)
        one = batch(record(event, number, key))._replace(clock=START + at)
        output = ward.fold(one)
        written = rows(ward, one, output)
        found += [output.alerts, *((row.positions, row.wake, row.pending) for row in written.values())]
        found += [(row.open, row.over, row.assessed) for row in written.values()]
    return [*found, assessments(ward, list(ward.unassessed), Output())]


@pytest.mark.parametrize("seed", range(6))
def test_a_patient_who_was_held_encoded_alone_is_decided_and_written_as_any_other(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(partition_state, "HELD_DECODED", 10**12)
    held = PartitionState(0, GUIDELINE)
    expected = course(held, seed)
    assert any(one._patient for one in held.patients_by_id.values())
    monkeypatch.setattr(partition_state, "HELD_DECODED", -1)
    ward = PartitionState(0, GUIDELINE)
    assert course(ward, seed) == expected
    ward.fold(batch()._replace(clock=START))
    assert not any(one._patient for one in ward.patients_by_id.values())


@pytest.mark.parametrize(("after", "decoded"), [(HOUR, True), (HOUR + 1, False)])
def test_an_hour_after_the_last_record_a_patient_is_held_encoded_alone(after: int, decoded: bool) -> None:
    ward = PartitionState(0, GUIDELINE)
    first = batch(record(encounter("cycle-start"), 0))._replace(clock=START)
    rows(ward, first, ward.fold(first))
    ward.fold(batch()._replace(clock=START + after))
    assert (ward.patients_by_id["p1"]._patient is not None) == decoded


def test_what_is_not_written_yet_is_held_decoded() -> None:
    ward = PartitionState(0, GUIDELINE)
    ward.fold(batch(record(encounter("cycle-start"), 0))._replace(clock=START))
    ward.fold(batch()._replace(clock=START + 2 * HOUR))
    assert ward.patients_by_id["p1"]._patient is not None
