"""Losses are told: records cut away unread, partitions added, a state that is gone; and a patient is erased."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from rules.wire.alerts import CHANGELOG_CUT, PARTITIONS_ADDED, RECORDS_LOST, STATE_LOST
from rules.wire.instants import HOUR, MINUTE, parse, text
from rules.wire.topics import ALERTS, ASSESSMENTS, INPUTS, PAGES, topic_of
from streams.cli.main import main
from streams.kafka.partition_check import make_changelog, shape
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topics import changelog
from streams.worker.fetch_buffer import FetchBuffer
from streams.worker.process import differing
from streams.worker.state_store import Mark, last_mark
from streams.worker.system_alarms import SystemAlarms, happenings
from tests.patience import until
from tests.reliability.test_fencing import TOPIC, fenced, tables
from tests.reliability.test_one_record import Bench, begun, creatinine, pulse
from tests.streams.worker import published
from tests.streams.worker.conftest import topics
from tests.streams.worker.in_memory_kafka import Record
from tests.streams.worker.process import Workers, until_done

__all__ = ["topics"]
START = parse("2026-03-02T08:00:00Z")
TABLE = changelog("il2watch", STATE_TABLE)


def buffer(committed: int) -> FetchBuffer:
    return FetchBuffer(0, (committed, *(0,) * (len(INPUTS) - 1)))


@pytest.mark.parametrize(
    ("committed", "first", "begins", "lost"),
    [(10, 40, 40, 30), (10, 40, 25, 15), (10, 11, 0, 0), (10, 10, None, 0), (0, 40, 40, 0)],
    ids=["all cut", "some cut", "a marker", "no gap", "nothing was read before"],
)
def test_records_that_retention_cut_away_unread_are_counted_and_markers_are_not(
    committed: int, first: int, begins: int | None, lost: int
) -> None:
    found = buffer(committed)
    found.put(0, [Record(INPUTS[0], 0, first, 0, b"p", b"{}")])
    if found.gaps:
        assert begins is not None
        found.begins(0, begins)
    batch = found.next_batch([first + 1] + [0] * (len(INPUTS) - 1), [first + 1, *(0,) * 6], None, 0.0)
    assert batch is not None
    assert sum(batch.cut.values()) == lost
    assert (f"{INPUTS[0]}/0" in batch.cut) is bool(lost)


def test_a_gap_in_the_middle_is_one_too() -> None:
    found = buffer(10)
    found.put(0, [Record(INPUTS[0], 0, 10, 0, b"p", b"{}")])
    assert not found.gaps
    found.put(0, [Record(INPUTS[0], 0, 30, 0, b"p", b"{}")])
    assert found.gaps == {0: (11, 30)}


@pytest.mark.parametrize(
    ("happened", "lost", "subject"),
    [
        (happenings(0, (), {"il2.vitals/0": 30}, None), (), RECORDS_LOST),
        (happenings(0, (), {}, "il2.findings 8; 4 are read"), (), PARTITIONS_ADDED),
        (happenings(0, ("KeyError: 'patient-7'",), {}, None), (), "cannot-be-worked-off"),
        (happenings(0, (), {}, None, {3}), (), CHANGELOG_CUT),
        ({}, (2,), STATE_LOST),
    ],
)
def test_each_loss_is_an_alarm_of_high_priority_that_names_nobody(
    happened: dict[str, str], lost: tuple[int, ...], subject: str
) -> None:
    alarms = SystemAlarms("one", None)
    (record,) = alarms.after(START, happened, lost)
    alarm = json.loads(record.value or b"")
    assert (alarm["subject"], alarm["priority"], alarm["kind"]) == (subject, "high", "system")
    assert "patient-7" not in str(alarm)
    closed = list(alarms.after(START + 6 * MINUTE, {}, lost))
    assert [json.loads(one.value or b"")["level"] for one in closed] == ([] if lost else ["clear"])


def test_topics_with_other_partitions_than_are_read_are_told() -> None:
    assert differing({"il2.vitals": 4, "il2.findings": 4}, 4) is None
    assert differing({"il2.vitals": 4, "il2.findings": 8}, 4) == "il2.findings 8; 4 are read"


def test_a_state_that_is_lost_is_told_and_its_terms_go_on_above_those_before(tmp_path: Path) -> None:
    make, bench = tables(tmp_path), Bench()
    bench.processor = fenced(bench, make(), 3)
    bench.work(begun(bench, "p", START), creatinine(bench, "p", START))
    assert bench.processor.lost == []
    opening = int(make().opening(0))
    del bench.paper.appended[TOPIC]
    bench.processor = fenced(bench, table := make(), 4)
    bench.work(pulse(bench, "p", START + MINUTE))
    assert bench.processor.lost == [0]
    assert int(table.opening(0)) >= opening
    assert table.term(0, 0) >= opening


def test_a_changelog_that_was_replaced_is_told_and_all_is_written_there_again(tmp_path: Path) -> None:
    make, bench = tables(tmp_path), Bench()
    bench.processor = fenced(bench, table := make(), 3)
    bench.work(begun(bench, "p", START), begun(bench, "q", START))
    assert table.cut == set()
    del bench.paper.appended[TOPIC]
    bench.work(pulse(bench, "p", START + MINUTE))
    assert table.cut == {0}
    assert {record.key for record in bench.paper.appended[TOPIC]} >= {b"p", b"q"}


@pytest.mark.parametrize(
    ("texts", "held", "older"),
    [
        ([], 3, False),
        (["", "something else", "1/2"], 3, False),
        ([Mark(5, 0, 100, 9)], 9, False),
        ([Mark(5, 0, 100, 9)], 8, True),
        ([Mark(5, 1, 100, 9), Mark(5, 0, 100, 20)], 9, False),
        ([Mark(7, 0, 100, 20), Mark(5, 99, 100, 9)], 9, True),
        ([Mark(5, 0, 200, 1)], 9, True),
        ([Mark(5, 0, 90, 99)], 9, False),
    ],
    ids=[
        "nothing committed", "by another version", "as far as committed", "less far", "the last commit counts",
        "of the last owner", "an earlier changelog", "a later changelog",
    ],
)  # fmt: skip
def test_a_changelog_that_ends_before_what_was_committed_is_an_older_copy(
    texts: list[object], held: int, older: bool, tmp_path: Path
) -> None:
    table = tables(tmp_path)()
    table.recover("\x00term", b"100", 0, held)
    mark = last_mark(map(str, texts))
    table.marks = {} if mark is None else {0: mark}
    assert table.is_older(0) is older
    assert last_mark([str(table.mark(0, 4))]) == Mark(0, 4, 100, held)


def test_an_older_copy_of_the_state_is_told_until_the_process_ends(tmp_path: Path) -> None:
    make, bench = tables(tmp_path), Bench()
    table = make()
    bench.processor = fenced(bench, table, 3)
    table.marks = {0: Mark(9, 0, 10**13, 5)}
    bench.work(pulse(bench, "p", START))
    assert (bench.processor.lost, bench.processor.older) == ([], [0])
    alarms = SystemAlarms("one", None)
    (record,) = alarms.after(START, {}, (), bench.processor.older)
    alarm = json.loads(record.value or b"")
    assert (alarm["subject"], alarm["priority"], alarm["kind"]) == (STATE_LOST, "high", "system")
    assert "partitions 0 is an older copy" in alarm["message"]
    assert list(alarms.after(START + HOUR, {}, (), [0])) == []


def test_a_term_is_counted_from_the_beginning_of_its_changelog(tmp_path: Path) -> None:
    make = tables(tmp_path)
    first, second = make(), make()
    value = first.opening(0)
    assert first.term(0, 5) == int(value) + 5
    second.recover("\x00term", value, 0, 5)
    assert second.opening(0) == value
    assert second.term(0, 6) == first.term(0, 5) + 1


@pytest.mark.kafka
@pytest.mark.slow
def test_a_worker_tells_what_is_lost_and_a_patient_is_forgotten(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = topics(1)
    producer = KafkaProducer(**broker.for_kafka_python(), acks="all")
    admin = KafkaAdminClient(**broker.for_kafka_python())

    def send(type: str, id: str, patient: str = "p1", ago: int = 0, **fields: object) -> None:
        at = text(time.time_ns() // 1_000_000 - ago)
        value = json.dumps({"type": type, "id": id, "patient": patient, "at": at, **fields}).encode()
        producer.send(topic_of(type), value, key=patient.encode()).get(20)

    def alarms() -> set[str]:
        decoded = [json.loads(record.value) for record in published.records(broker, ALERTS)]
        return {one["subject"] for one in decoded if one["kind"] == "system" and one["priority"] == "high"}

    def states() -> list[dict[str, Any]]:
        decoded = [json.loads(record.value) for record in published.records(broker, ALERTS)]
        return [one for one in decoded if one["subject"] == STATE_LOST]

    def last_state() -> dict[str, Any]:
        return states()[-1]

    def held() -> set[bytes]:
        last = {record.key: record.value for record in published.records(broker, TABLE)}
        return {key for key, value in last.items() if value is not None}

    def assessed() -> dict[bytes, Any]:
        return {record.key: record.value for record in published.records(broker, ASSESSMENTS)}

    with Workers(broker, tmp_path, "--clock", "wall") as workers:
        workers.start("one")
        for patient in ("p1", "p2"):
            send("encounter", "e", patient, HOUR, event="cycle-start", location="icu")
        send("finding", "first", code="ileus", present=False)
        assert until(lambda: len(assessed()) == 2), workers.printed("one")
        until_done(broker, 30)
        assert workers.stop("one") == 0
        forget = ["forget", "p2", "--broker", broker.servers, "--by", "dpo", "--reason", "asked"]
        assert main(forget) == 0
        assert "erased from state, assessments" in capsys.readouterr().err
        assert assessed()[b"p2"] is None
        (audit,) = published.records(broker, PAGES)
        assert json.loads(audit.value)["outcome"] == "forgotten"
        assert b"p2" not in audit.value
        assert main(forget) == 1, "nothing is left of p2"
        for name in ("a", "b", "c"):
            send("finding", name, code="ileus", present=False)
        admin.delete_records({TopicPartition("il2.findings", 0): 3})
        admin.delete_topics([TABLE])
        workers.start("two")
        assert until(lambda: alarms() >= {RECORDS_LOST, STATE_LOST}), (alarms(), workers.printed("two"))
        until_done(broker, 30)
        copy = published.records(broker, TABLE)
        send("encounter", "f", "p3", HOUR, event="cycle-start", location="icu")
        assert until(lambda: b"p3" in assessed()), workers.printed("two")
        until_done(broker, 30)
        assert workers.stop("two") == 0
        admin.delete_topics([TABLE])
        assert until(lambda: TABLE not in admin.list_topics())
        make_changelog(broker, TABLE, shape(broker))
        for record in copy:
            producer.send(TABLE, record.value, key=record.key, partition=0).get(20)
        workers.start("three")
        assert until(lambda: "is an older copy" in last_state()["message"]), workers.printed("three")
        assert workers.stop("three") == 0
        workers.start("four", "--rebuild")
        assert until(lambda: held() >= {b"p1", b"p3"}), workers.printed("four")
        assert workers.stop("four") == 0
        assert [one["message"] for one in states()].count(last_state()["message"]) == 1
    producer.close()
    admin.close()
