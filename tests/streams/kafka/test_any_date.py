"""Records of any date stay: what docs/decisions/0011-retention.md promises, on real brokers that look for
deletions all the time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka import ports
from streams.kafka.admin import admin
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.patience import PATIENCE_S
from tests.streams.kafka.brokers_here import drop

IN_2020, IN_2150 = 1_577_836_800_000, 5_680_281_600_000
DAY = 86_400_000
ROUNDS_S = 4.0
"""Several looks of a broker that looks each half second, and deletes a second after."""


@pytest.fixture
def emptied(apache: ApacheKafka) -> Iterator[Broker]:
    """Apache Kafka without our topics, before and after."""
    drop(apache.settings)
    yield apache.settings
    drop(apache.settings)


def publish(broker: Broker, topic: str, times: list[int]) -> None:
    """One record a time, all of one patient, so in one partition and in this order."""
    from kafka import KafkaProducer

    with KafkaProducer(**broker.for_kafka_python(), acks="all") as producer:
        for at in times:
            producer.send(topic, key=b"p1", value=b"x", timestamp_ms=at).get(timeout=20)


def kept(broker: Broker, topic: str) -> list[int]:
    """The record times that can be read from the topic's beginning."""
    from kafka import KafkaConsumer, TopicPartition

    with admin(broker) as connection:
        partitions = connection.topics([topic])[topic].partitions
    with KafkaConsumer(**broker.for_kafka_python(), enable_auto_commit=False) as consumer:
        ours = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(ours)
        consumer.seek_to_beginning(*ours)
        ends = consumer.end_offsets(ours)
        found: list[Any] = []
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and any(consumer.position(one) < ends[one] for one in ours):
            found += [record for records in consumer.poll(timeout_ms=500).values() for record in records]
    return [record.timestamp for record in found]


def years() -> list[int]:
    """Past and future by turns, then a century in steps of a month, as a replay of MIMIC would bring them."""
    return [IN_2020, IN_2150, IN_2020, *range(IN_2020, IN_2150, 30 * DAY)]


@pytest.mark.kafka
@pytest.mark.parametrize("topic", ["il2.vitals", "il2.assessments"])
def test_records_of_2020_and_of_2150_stay(topic: str, emptied: Broker) -> None:
    create(emptied)
    times = [IN_2020, IN_2150] if topic == "il2.assessments" else years()
    publish(emptied, topic, times)
    time.sleep(ROUNDS_S)
    assert kept(emptied, topic) == times


@pytest.mark.kafka
def test_a_century_of_records_is_one_segment(apache: ApacheKafka, emptied: Broker) -> None:
    """Segments by record time would be 1,600 here, in one partition of one topic."""
    create(emptied)
    publish(emptied, "il2.labs", years())

    def segments() -> int:
        found = apache.folder.glob("0/data/il2.labs-*/*.log")
        return sum(not path.parent.name.endswith("-delete") for path in found)

    assert ports.wait_until(lambda: segments() >= 12, PATIENCE_S), (
        "a broker makes its folders when it comes to it"
    )
    assert segments() == 12


@pytest.mark.kafka
def test_kept_by_days_a_replay_of_2020_is_gone_and_this_is_why_it_is_not_the_default(emptied: Broker) -> None:
    create(emptied, TopicSettings(retention_ms=30 * DAY))
    publish(emptied, "il2.vitals", [IN_2020, IN_2020 + 1])
    deadline = time.monotonic() + 30
    while kept(emptied, "il2.vitals") and time.monotonic() < deadline:
        time.sleep(0.5)
    assert kept(emptied, "il2.vitals") == []


@pytest.mark.embedded
def test_the_embedded_broker_keeps_any_date(embedded: EmbeddedBroker) -> None:
    create(embedded.settings)
    publish(embedded.settings, "il2.vitals", [IN_2020, IN_2150])
    assert kept(embedded.settings, "il2.vitals")[-2:] == [IN_2020, IN_2150]
