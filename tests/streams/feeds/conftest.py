"""The broker of the feeds' tests: one Apache Kafka, with the topics made anew for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.streams.kafka.brokers_here import drop


@pytest.fixture
def broker(apache: ApacheKafka) -> Iterator[Broker]:
    drop(apache.settings)
    create(apache.settings, TopicSettings(partitions=2))
    yield apache.settings
    drop(apache.settings)
