"""A worker that hung or was cut off cannot write behind its successor."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from kafka import KafkaProducer

from rules.wire.instants import HOUR, MINUTE, parse, text
from rules.wire.topics import ALERTS, ASSESSMENTS, INPUTS, topic_of
from streams.kafka.faust_app import faust_app
from streams.kafka.fencing import TERM
from streams.kafka.partition_check import Shape
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker
from streams.kafka.state_record import (
    STATE_TABLE,
    Ranks,
    StateRecord,
    UnknownStateRecord,
    apart,
    block_key,
    header,
    in_term,
    pack,
    unpack,
)
from streams.kafka.topics import changelog
from streams.worker.batch import Batch
from streams.worker.fence import Fence
from streams.worker.processor import BatchProcessor
from streams.worker.state_store import StateStore, state_store
from tests.patience import until
from tests.reliability.test_one_record import Bench, begun, creatinine, pulse
from tests.streams.worker import published
from tests.streams.worker.conftest import topics
from tests.streams.worker.in_memory_kafka import GUIDELINE, Outlet
from tests.streams.worker.process import Workers

__all__ = ["topics"]
ROOT = Path(__file__).parents[2]
START = parse("2026-03-02T08:00:00Z")
TOPIC = changelog("il2watch-test", STATE_TABLE)
ZERO = (0,) * len(INPUTS)


@pytest.fixture
def table(tmp_path: Path) -> StateStore:
    found = Shape(4, 1)
    return state_store(faust_app(Broker("127.0.0.1:1"), tmp_path, found, 10.0, "il2watch-test"), found)


def row(read: int, term: int) -> bytes:
    positions = (read, 0, 0, 0, 0, 0, 0)
    return in_term(pack(StateRecord(1, positions, None, b"", False, True, (0, 0, 0, 0), False, b"")), term)


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ([row(5, 10), row(9, 4)], 10),
        ([row(9, 4), row(5, 10)], 10),
        ([row(5, 4), row(9, 4)], 4),
        ([row(9, -1), row(5, 10)], 10),
    ],
)
def test_what_stands_in_the_table_is_of_the_latest_term(
    written: list[bytes], stands: int, table: StateStore
) -> None:
    for offset, value in enumerate(written):
        table.recover("p", value, 1, offset)
    assert apart(table.data["p"])[0] == stands


def test_readers_drop_what_an_outranked_worker_said() -> None:
    ranks = Ranks()

    def counts(term: int, partition: int = 0, topic: str = ALERTS) -> bool:
        return ranks.counts(topic, partition, header(term))

    assert [counts(term) for term in (3, 3, 9, 3, 9, 8, 12)] == [True, True, True, False, True, False, True]
    assert counts(3, partition=1)
    assert counts(3, topic=ASSESSMENTS)
    assert ranks.counts(ALERTS, 0, [])
    assert ranks.counts(ALERTS, 0, [("term", b"\xff"), ("term", None), ("term", b"9" * 40)])
    assert ranks.counts("il2.vitals", 0, header(1))


class Terms(Fence):
    """A fence whose term is given."""

    def __init__(self, term: int) -> None:
        self.given = term

    async def begin(self, partition: int) -> int:
        return self.given


class Log(Outlet):
    """Acknowledges with offsets, as Kafka does; what another wrote lies between."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.paper, 10**9, Random(1))

    async def append(self, records: Any) -> list[int]:
        records = list(records)
        offsets = []
        for record in records:
            offsets.append(len(self.paper.appended.get(record.topic, [])))
            await super().append([record])
        return offsets


class RealTable(StateStore):
    """The worker's table over the changelog on paper."""


def fenced(bench: Bench, table: StateStore, term: int) -> BatchProcessor:
    """A worker in a term, with the table as it is recovered from the changelog on paper."""
    name = table.changelog_topic_name
    bench.paper.appended.setdefault(name, [])
    for offset, record in enumerate(bench.paper.appended[name]):
        table.recover((record.key or b"").decode(), record.value, 0, offset)
    return BatchProcessor(GUIDELINE, table, Log(bench), 1, Terms(term))  # type: ignore[arg-type]


def tables(tmp_path: Path) -> Callable[[], StateStore]:
    shape = Shape(1, 1)
    return lambda: state_store(
        faust_app(Broker("127.0.0.1:1"), tmp_path, shape, 10.0, "il2watch-test"), shape
    )


def test_after_another_wrote_behind_it_the_owner_writes_all_again_so_that_compaction_leaves_it(
    tmp_path: Path,
) -> None:
    make, bench = tables(tmp_path), Bench()
    bench.processor = hung = fenced(bench, make(), 3)
    bench.work(begun(bench, "p", START), begun(bench, "q", START))
    owner = bench.processor = fenced(bench, make(), 50)
    bench.work(creatinine(bench, "p", START + MINUTE), pulse(bench, "q", START + MINUTE))
    # what was on its way of the one that hung arrives now
    rows = bench.paper.appended[TOPIC]
    late = next(record for record in rows if record.key == b"p" and apart(record.value or b"")[0] == 3)
    rows.append(late)
    bench.work(pulse(bench, "q", START + 2 * MINUTE))
    assert hung.term(0) < owner.term(0)
    last = {record.key: record.value or b"" for record in rows}
    assert {apart(value)[0] for name, value in last.items() if name != TERM.encode()} == {50}
    assert unpack(last[b"p"]).positions == unpack(owner.store.data["p"]).positions
    bench.work(now=START + 3 * MINUTE)
    keys = {record.key for record in bench.paper.appended[ASSESSMENTS][-2:]}
    assert keys == {b"p", b"q"}, "all assessments are published again"


@pytest.mark.parametrize("stands", [True, False])
def test_a_block_that_an_outranked_worker_buried_is_written_again_if_a_state_record_stands_on_it(
    stands: bool, tmp_path: Path
) -> None:
    """Its tombstone arrives behind the state record of its successor, which is killed before it notices."""
    bench, name, block = Bench(), "p", b"12345678"
    head = StateRecord(
        2, ZERO, None, b"", False, True, (0, 0, 0, 0), False, b"state", (block,) if stands else ()
    )
    key = block_key(name, block)
    bench.paper.appended[TOPIC] = [
        OutgoingRecord(TOPIC, key.encode(), in_term(b"data", 3)),
        OutgoingRecord(TOPIC, name.encode(), in_term(pack(head), 50)),
        OutgoingRecord(TOPIC, key.encode(), None),
    ]
    table = tables(tmp_path)()
    processor = fenced(bench, table, 60)
    asyncio.run(processor._open(Batch(0, [], ZERO, ZERO, ZERO, True)))
    assert table.value(key) == (in_term(b"data", 60) if stands else None)
    last = {record.key: record.value for record in bench.paper.appended[TOPIC]}
    assert last[key.encode()] == table.value(key)


def test_a_state_record_without_its_block_names_the_way_back(table: StateStore) -> None:
    with pytest.raises(UnknownStateRecord, match="--rebuild"):
        table.block("p", b"12345678")


def test_all_that_a_worker_says_carries_its_term(tmp_path: Path) -> None:
    bench = Bench()
    bench.processor = fenced(bench, tables(tmp_path)(), 7)
    bench.work(begun(bench, "p", START), creatinine(bench, "p", START), now=START + MINUTE)
    for topic in (ALERTS, ASSESSMENTS):
        assert {dict(record.headers).get("term") for record in bench.paper.appended[topic]} == {b"7"}


def event(patient: str, type: str, id: str, at: int, **fields: object) -> dict[str, Any]:
    return {"type": type, "id": id, "patient": patient, "at": text(at), **fields}


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.parametrize("phase", ["rows", "alerts"])
def test_a_worker_that_is_stopped_and_let_go_on_says_nothing_behind_its_successor(
    phase: str, topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    """The report's fault 4: `cannot-tell`, while the patient stands at `stop`."""
    broker, chosen = topics(1), tmp_path / "chosen"
    options = ["worker", "--broker", broker.servers, "--metrics-port", "0", "--session-timeout", "1.5"]
    producer = KafkaProducer(**broker.for_kafka_python(), acks="all")

    def send(found: dict[str, Any], ago: int = 0) -> None:
        found = found | {"at": text(time.time_ns() // 1_000_000 - ago)}
        value, key = json.dumps(found).encode(), found["patient"].encode()
        producer.send(topic_of(found["type"]), value, key=key).get(20)

    def assessed() -> dict[str, Any]:
        ranks = Ranks()
        found = ranks.counting(published.records(broker, ASSESSMENTS))
        return json.loads(next((one.value for one in reversed(found) if one.key == b"p1"), b"{}") or b"{}")

    with Workers(broker, tmp_path, "--clock", "wall", "--session-timeout", "1.5") as workers:
        with (tmp_path / "one.log").open("ab") as log:
            first = workers.running["one"] = subprocess.Popen(
                [sys.executable, "-m", "tests.reliability.stopper", *options, "--state-dir", str(tmp_path)],
                cwd=ROOT,
                env={**os.environ, "IL2_STOP_FILE": str(chosen)},
                stdout=log,
                stderr=log,
            )
        assert until(lambda: "at work" in workers.printed("one")), workers.printed("one")
        send(event("p1", "encounter", "e", 0, event="cycle-start", location="icu"), HOUR)
        assert until(lambda: assessed().get("patient") == "p1"), workers.printed("one")
        chosen.write_text(phase)
        send(event("p1", "vitals", "v", 0, readings=[{"code": "heart-rate", "value": 90, "unit": "/min"}]))
        assert until(lambda: not chosen.exists()), workers.printed("one")
        workers.start("two")
        creatinine = [{"code": "creatinine", "value": 5, "unit": "mg/dL"}]
        send(event("p1", "labs", "l", 0, readings=creatinine))
        send(event("p1", "finding", "f", 0, code="ventricular-arrhythmia", present=True))
        assert until(lambda: assessed().get("recommendation") == "stop"), workers.printed("two")
        first.send_signal(signal.SIGCONT)
        time.sleep(2)
        assert assessed()["recommendation"] == "stop"
        alerts = published.alerts(broker)
        assert alerts.clashes == []
        numbers = [alert["seq"] for alert in alerts.alerts["p1"]]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "each number says one thing"
        last = {record.key: record.value for record in published.records(broker, TABLE)}
        assert unpack(last[b"p1"]).positions[2] >= 1, "the successor's row is the last: the labs are in it"
    producer.close()


TABLE = changelog("il2watch", STATE_TABLE)
