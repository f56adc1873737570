"""Workers come, go and die under load: how long a partition stands still."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer

from rules.wire.instants import text
from rules.wire.topics import ASSESSMENTS
from streams.kafka.ports import wait_until
from streams.kafka.settings import Broker
from tests.streams.worker import published
from tests.streams.worker.process import SESSION_S, Workers
from tests.streams.worker.test_kill import until_at_work

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PATIENTS, RATE, PARTITIONS = 120, 120, 6
ALLOWED_S = SESSION_S + 10


class Load(threading.Thread):
    """Vitals of everybody, again and again, at an even rate, until told to stop."""

    def __init__(self, broker: Broker) -> None:
        super().__init__()
        self.producer = KafkaProducer(**broker.for_kafka_python(), acks="all", enable_idempotence=True)
        self.over = threading.Event()
        self.sent = 0

    def run(self) -> None:
        began = time.monotonic()
        while not self.over.is_set():
            name, now = f"p{self.sent % PATIENTS}", time.time_ns() // 1_000_000
            readings = [{"code": "heart-rate", "value": 80 + self.sent % 7, "unit": "/min"}]
            event = {
                "type": "vitals",
                "id": f"v{self.sent}",
                "patient": name,
                "at": text(now),
                "readings": readings,
            }
            self.producer.send("il2.vitals", json.dumps(event).encode(), key=name.encode(), timestamp_ms=now)
            self.sent += 1
            time.sleep(max(0.0, began + self.sent / RATE - time.monotonic()))
        self.producer.flush()
        self.producer.close()


def stalls(broker: Broker) -> dict[int, float]:
    """By partition, the longest time between two assessments, seconds."""
    longest: dict[int, float] = {}
    last: dict[int, int] = {}
    for record in published.records(broker, ASSESSMENTS):
        gap = (record.timestamp - last.get(record.partition, record.timestamp)) / 1000
        longest[record.partition] = max(gap, longest.get(record.partition, 0.0))
        last[record.partition] = record.timestamp
    return longest


def until_each_goes_on(broker: Broker) -> None:
    """Waits until every partition is longer than it was when this was called."""
    before = published.ends(broker, ASSESSMENTS)
    assert wait_until(
        lambda: all(end > before[number] for number, end in published.ends(broker, ASSESSMENTS).items()),
        60,
        every=0.3,
    )


def as_long_as_allowed(_: Broker) -> None:
    time.sleep(ALLOWED_S + 2)


def changed(
    broker: Broker,
    folder: Path,
    changes: str,
    figures: Callable[..., None],
    settled: Callable[[Broker], None] = as_long_as_allowed,
) -> dict[int, float]:
    """Changes the workers under load, 8 s apart, and answers the longest stall of each partition, seconds."""
    with Workers(broker, folder, "--clock", "wall") as workers:
        workers.start("one")
        until_at_work(workers, 0)
        load = Load(broker)
        load.start()
        try:
            for change, name in map(str.split, changes.split(", ")):
                time.sleep(8)
                getattr(workers, change)(name)
            settled(broker)
        finally:
            load.over.set()
            load.join()
        time.sleep(3)
        assert workers.ended() == {}, {name: workers.printed(name) for name in workers.running}
    found = stalls(broker)
    longest = max(found.values())
    figures(
        (
            f"rebalance: {load.sent} records, longest stall of a partition {longest:.1f} s (allowed "
            f"{ALLOWED_S} s): {found}"
        ),
        longest_s=longest,
    )
    return found


def test_after_a_worker_joined_and_one_died_every_partition_goes_on(
    topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    broker = topics(PARTITIONS)
    found = changed(broker, tmp_path, "start two, kill one", figures, until_each_goes_on)
    assert len(found) == PARTITIONS
    shown = published.records(broker, ASSESSMENTS)
    lately = max(record.timestamp for record in shown) - 5_000
    assert {record.partition for record in shown if record.timestamp > lately} == set(range(PARTITIONS))


@pytest.mark.campaign("soak")
def test_no_partition_stands_still_for_longer_than_the_session_and_ten_seconds(
    topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    found = changed(
        topics(PARTITIONS), tmp_path, "start two, start three, stop two, kill one, start one", figures
    )
    assert len(found) == PARTITIONS
    assert max(found.values()) < ALLOWED_S
