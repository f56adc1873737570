from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from kafka import KafkaProducer

from rules.wire.instants import DAY, HOUR, text
from rules.wire.topics import ALERTS, ASSESSMENTS, PARTITIONS, VITALS
from streams.board.feed import BoardReader
from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topic_creation import create
from streams.kafka.topics import changelog
from streams.projections.patients import TopicRecord
from tests.streams.kafka.brokers_here import drop

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
NOW = time.time_ns() // 1_000_000


def send(broker: Broker, *records: tuple[str, str, int]) -> None:
    """Records, each with the instant that is its time and its value."""
    producer: Any = KafkaProducer(**broker.for_kafka_python(), acks="all")
    for topic, patient, at in records:
        producer.send(topic, json.dumps({"at": text(at)}).encode(), key=patient.encode(), timestamp_ms=at)
    producer.flush(30)
    producer.close()


async def read(broker: Broker) -> list[TopicRecord]:
    """What a board reads at its start, until it says that it has all."""
    feed = BoardReader(broker, changelog("il2watch", STATE_TABLE), 72 * HOUR, NOW)
    await feed.start(PARTITIONS)
    found: list[TopicRecord] = []
    try:
        async with asyncio.timeout(60):
            while feed.loading() is not None:
                found += await feed.records()
                await feed.settle()
    finally:
        await feed.stop()
    return found


def test_it_reads_days_of_events_weeks_of_alerts_and_every_assessment(apache: ApacheKafka) -> None:
    drop(apache.settings)
    create(apache.settings)
    old = [
        (VITALS, "p1", NOW - 100 * HOUR),
        (ALERTS, "p1", NOW - 40 * DAY),
        (ASSESSMENTS, "p1", NOW - 90 * DAY),
    ]
    young = [(VITALS, "p1", NOW - 70 * HOUR), (VITALS, "p2", NOW), (ALERTS, "p1", NOW - 10 * DAY)]
    send(apache.settings, *old, *young)
    found = {(one.topic, one.key.decode(), one.time) for one in asyncio.run(read(apache.settings))}
    assert found == {*young, old[2]}


def test_empty_topics_are_read_at_once(apache: ApacheKafka) -> None:
    drop(apache.settings)
    create(apache.settings)
    assert asyncio.run(read(apache.settings)) == []
