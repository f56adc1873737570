"""Whatever is thrown at a worker, it lives, and every record is accounted for."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer

from rules.wire.topics import DEADLETTERS, INPUTS
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from tests.patience import until
from tests.reliability.mutations import mutated
from tests.reliability.test_one_record import START, Bench
from tests.streams.worker import published
from tests.streams.worker.conftest import topics
from tests.streams.worker.in_memory_kafka import Record
from tests.streams.worker.process import Workers, until_done
from tests.streams.worker.test_wall import page

__all__ = ["topics"]
SLICE = int(os.environ.get("RECORDS", "1000000")) // 10
FLAT_MB = 60
SECOND = 1000


@pytest.mark.parametrize("seed", range(2))
def test_no_record_fails_a_worker_and_each_is_counted_once(seed: int) -> None:
    bench, found = Bench(), Counter[str]()
    records = mutated(400, seed, START)
    for first in range(0, len(records), 100):
        batch = []
        for one in records[first : first + 100]:
            topic = INPUTS.index(one.topic)
            batch.append((topic, Record(one.topic, 0, bench.positions[topic], one.time, one.key, one.value)))
            bench.positions[topic] += 1
        now = START + first * SECOND
        output = bench.work(*batch, now=now, clock=now)
        assert output.stuck == []
        found.update({"counted": output.outcomes.total()})
    for _ in range(10_000):
        if bench.committed == tuple(bench.positions):
            break
        found.update({"counted": bench.work(now=START + 500 * SECOND).outcomes.total()})
    assert found["counted"] == len(records)
    assert bench.letters()


def memory(pid: int) -> float:
    """The resident memory of a process, MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def counted(port: int) -> int:
    lines = page(port, "/metrics")[1].splitlines()
    return round(sum(float(line.split()[-1]) for line in lines if line.startswith("il2_events_total")))


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.campaign("fuzz", slices=10)
def test_a_live_worker_outlives_a_hundred_thousand_mutated_records_and_its_memory_stays_flat(
    topics: Callable[[int], Broker], tmp_path: Path, campaign_slice: int
) -> None:
    """`make campaign-fuzz`: a million in ten slices."""
    broker, port = topics(3), free()[0]
    producer = KafkaProducer(**broker.for_kafka_python(), acks="all", linger_ms=20)
    with Workers(broker, tmp_path, "--clock", "wall") as workers:
        process = workers.start("one", "--metrics-port", str(port))
        assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
        sizes = []
        for part in range(10):
            now = time.time_ns() // 1_000_000
            for one in mutated(SLICE // 10, campaign_slice * 100 + part, now):
                producer.send(one.topic, one.value, key=one.key, timestamp_ms=one.time)
            producer.flush()
            until_done(broker, 600)
            sizes.append(memory(process.pid))
        assert workers.ended() == {}
        assert counted(port) == SLICE
        assert max(sizes[2:]) - sizes[1] < FLAT_MB, sizes
    producer.close()
    letters = published.records(broker, DEADLETTERS)
    reasons = Counter(dict(one.headers)["__streams.errors.reason"].decode() for one in letters)
    assert reasons["cannot-be-worked-off"] == 0, json.dumps(reasons)
