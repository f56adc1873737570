"""Make kafka-python's producer, idempotent, and find the partition of a key; for threads and commands without
an event loop.
"""

from __future__ import annotations

from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from streams.kafka.settings import Broker

SETTINGS = {
    "acks": "all",
    "enable_idempotence": True,
    "linger_ms": 1,
    "batch_size": 1 << 16,
    "max_request_size": 1 << 21,
    "allow_auto_create_topics": False,
    "bootstrap_timeout_ms": 15_000,
    "max_block_ms": 30_000,
}


def producer(broker: Broker, **settings: Any) -> KafkaProducer:
    """An idempotent producer. Raises UsageError when no broker answers."""
    try:
        return KafkaProducer(**{**SETTINGS, **broker.for_kafka_python(), **settings})
    except KafkaError as error:
        raise broker.unanswered(error) from None


def partition(key: bytes, partitions: int) -> int:
    """Where Kafka's default partitioner puts a key (murmur2, as in Java)."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
