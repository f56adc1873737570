"""A Kafka for workers, with topics that are new for every test."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create


@pytest.fixture
def topics(apache: ApacheKafka) -> Callable[[int], Broker]:
    """`topics(12)`: new topics with that many partitions, nothing committed; the broker to use."""

    def new(partitions: int) -> Broker:
        empty(apache.settings)
        create(apache.settings, TopicSettings(partitions=partitions))
        return apache.settings

    return new


def empty(broker: Broker) -> None:
    """Deletes all topics and groups, and waits until they are gone."""
    client = KafkaAdminClient(**broker.for_kafka_python())
    try:
        client.delete_topics([name for name in client.list_topics() if not name.startswith("__")])
        while any(not name.startswith("__") for name in client.list_topics()):
            time.sleep(0.1)
        client.delete_groups([group for group in ("il2watch",) if group in str(client.list_groups())])
    finally:
        client.close()
