"""The topics of wire.md on a real broker, empty, and what stands in them; shared by the tests of replay and
of dead letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.streams.kafka.brokers_here import drop

PARTITIONS = 3
KINDS = [
    pytest.param("embedded", marks=pytest.mark.embedded),
    pytest.param("apache", marks=pytest.mark.kafka),
]


@contextmanager
def topics(broker: Broker, partitions: int = PARTITIONS) -> Iterator[Broker]:
    """Creates all topics, and deletes them after."""
    drop(broker)
    create(broker, TopicSettings(partitions=partitions))
    try:
        yield broker
    finally:
        drop(broker)


def records(broker: Broker, topic: str) -> list[Any]:
    """All that stands in a topic, partition by partition in order."""
    consumer = KafkaConsumer(
        **broker.for_kafka_python(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        parts = [
            TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends, found = consumer.end_offsets(parts), []
        while any(consumer.position(part) < end for part, end in ends.items()):
            found += [record for some in consumer.poll(timeout_ms=500).values() for record in some]
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        consumer.close()
