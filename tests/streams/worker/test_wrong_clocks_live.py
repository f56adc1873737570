"""Records with a wrong clock, or in a wrong partition, on Apache Kafka: they silence nobody."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from rules.wire.instants import HOUR, SECOND, text
from rules.wire.topics import ALERTS, DEADLETTERS, topic_of
from streams.kafka.partition_check import partition
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S, until
from tests.streams.worker import published
from tests.streams.worker.process import Workers
from tests.streams.worker.test_wall import page

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

YEAR = 8766 * HOUR
PARTITIONS = 2
WRONG: dict[str, tuple[int | None, int]] = {
    "skew-40s": (40 * SECOND, 0),
    "hours": (12 * HOUR, 0),
    "a-day": (24 * HOUR, 0),
    "a-year": (YEAR, 0),
    "centuries": (7900 * YEAR, 0),
    "stamped-a-day-ahead": (None, 24 * HOUR),
    "stamped-a-year-ahead": (None, YEAR),
    "stamped-in-microseconds": (None, 999 * 1_760_000_000_000),
}
"""A patient -> how far `known` and the record's timestamp of one record lie ahead, ms."""


class Feed:
    """Sends records as they happen, with the clock it is told."""

    def __init__(self, broker: Broker) -> None:
        self.producer = KafkaProducer(**broker.for_kafka_python(), acks="all")
        self.n = 0

    def send(self, patient: str, event: dict[str, Any], stamp: int = 0, shift: int = 0) -> None:
        self.n += 1
        value = {"id": f"r{self.n}", "patient": patient, **event}
        place = (partition(patient.encode(), PARTITIONS) + shift) % PARTITIONS
        self.producer.send(
            topic_of(event["type"]),
            json.dumps(value).encode(),
            key=patient.encode(),
            partition=place,
            timestamp_ms=now() + stamp,
        ).get(PATIENCE_S)

    def pressure(self, patient: str, value: float, known: int | None = None, **where: int) -> None:
        readings = [{"code": "systolic-bp", "value": value, "unit": "mm[Hg]"}]
        event = {"type": "vitals", "at": text(now()), "readings": readings}
        self.send(patient, event | ({} if known is None else {"known": text(now() + known)}), **where)


def now() -> int:
    return time.time_ns() // 1_000_000


def hypotensive(broker: Broker) -> set[str]:
    found = published.alerts(broker).alerts
    return {
        patient for patient, alerts in found.items() if any(a["subject"] == "hypotension" for a in alerts)
    }


def subjects(broker: Broker) -> set[tuple[str, str]]:
    found = (json.loads(one.value) for one in published.records(broker, ALERTS))
    return {(alert["patient"], alert["subject"]) for alert in found}


def test_wrong_clocks_and_partitions_silence_nobody(
    topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    """criteria.md section 1: nobody's clock can silence the monitor; wire.md: `wrong-partition`."""
    broker, port = topics(PARTITIONS), free(1)[0]
    feed = Feed(broker)
    everyone = {*WRONG, "beside", "split"}
    with Workers(broker, tmp_path, "--clock", "wall", "--metrics-port", str(port)) as workers:
        workers.start("one")
        assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
        for patient in everyone:
            start = {"type": "encounter", "at": text(now()), "event": "cycle-start", "location": "ward"}
            feed.send(patient, start)
        for patient, (known, stamp) in WRONG.items():
            feed.pressure(patient, 118, known, stamp=stamp)
        feed.pressure("split", 60, shift=1)
        for patient in everyone - {"split"}:
            feed.pressure(patient, 60)
            feed.pressure(patient, 60)  # after a good one, a monitor's single low reading awaits another
        assert until(lambda: hypotensive(broker) == everyone - {"split"}), hypotensive(broker)
        assert until(lambda: ("*", "wrong-partition") in subjects(broker)), subjects(broker)
        assert page(port, "/-/healthy") == (200, "ok\n")
        assert workers.stop("one") == 0
    feed.producer.close()
    reasons = [
        dict(one.headers)["__streams.errors.reason"].decode()
        for one in published.records(broker, DEADLETTERS)
    ]
    assert sorted(reasons) == ["from-the-future"] * (len(WRONG) - 1) + ["wrong-partition"]
    figures(f"{len(everyone)} patients, {len(reasons)} refused, all hypotensive ones told")
