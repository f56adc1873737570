"""Where the demo runs: the embedded broker, or a broker that runs already and holds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from streams import engine
from streams.broker import settings as addresses
from streams.broker.embedded import EmbeddedBroker
from streams.broker.settings import Broker
from streams.broker.topics import ALL
from streams.demo.processes import Living
from streams.errors import UsageError

SITE = (engine.CONFIG, addresses.ADDRESS)


@contextmanager
def embedded() -> Iterator[tuple[Broker, dict[str, Living]]]:
    """The embedded broker's address, and itself. A site's configuration and broker are kept from the worker inside: they are not for it.

    Raises NoEmbedded, naming the alternatives.
    """
    kept = {name: os.environ.pop(name) for name in SITE if name in os.environ}
    try:
        with EmbeddedBroker() as broker:
            yield broker.settings, {"broker": broker}
    finally:
        os.environ.update(kept)


@contextmanager
def elsewhere(broker: Broker) -> Iterator[tuple[Broker, dict[str, Living]]]:
    """A broker that runs already. Raises UsageError when records are in its topics: made-up patients must not come among others."""
    if held := records(broker):
        named = ", ".join(f"{topic} {number:,}" for topic, number in held.items())
        raise UsageError(f"--broker {broker.servers}: there are records already ({named}); made-up patients go to an empty broker alone")
    yield broker, {}


def records(broker: Broker) -> dict[str, int]:
    """How many records those of our topics hold that hold any. Raises UsageError when no broker answers."""
    from kafka import KafkaConsumer, TopicPartition

    from streams.broker.admin import admin

    with admin(broker) as connection:
        there = set(connection.names())
    consumer = KafkaConsumer(**broker.for_kafka_python(), group_id=None, enable_auto_commit=False, allow_auto_create_topics=False)
    try:
        consumer.topics()
        parts = [TopicPartition(topic, part) for topic in ALL if topic in there for part in consumer.partitions_for_topic(topic) or ()]
        begins, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
    finally:
        consumer.close()
    held = {topic: sum(ends[part] - begins[part] for part in parts if part.topic == topic) for topic in ALL}
    return {topic: number for topic, number in held.items() if number}
