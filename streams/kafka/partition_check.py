"""Check that the topics exist and agree in partitions, and create a table's changelog like them.

Also finds the partition of a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from rules.wire.instants import HOUR
from rules.wire.topics import INPUTS, OUTPUTS
from streams.errors import Unanswered, UsageError
from streams.kafka.admin import admin, new_topic
from streams.kafka.settings import Broker
from streams.kafka.topics import LARGEST_STATE_RECORD

REMEDY = "run: il2watch topics create"


def partitions(broker: Broker, topics: Sequence[str]) -> int:
    """Return how many partitions the topics have; create none.

    Raises UsageError when no broker answers, or naming the topic that is missing or differs.
    """
    with admin(broker) as connection:
        there = connection.names()
        descriptions = connection.topics([topic for topic in topics if topic in there])
    return same({topic: descriptions[topic].partitions if topic in descriptions else 0 for topic in topics})


def same(numbers: Mapping[str, int]) -> int:
    """Return the one number of partitions of all; 0 is a topic that does not exist. Raises UsageError."""
    missing = [topic for topic, number in numbers.items() if not number]
    if missing:
        raise UsageError(f"no topic {', '.join(missing)}; {REMEDY}")
    if len(set(numbers.values())) > 1:
        found = ", ".join(f"{topic} {number}" for topic, number in numbers.items())
        raise UsageError(
            f"the topics differ in partitions, and a patient has one number in all of them: {found}; "
            "il2watch topics check says more"
        )
    return next(iter(numbers.values()))


MAKE = "il2watch topics create makes them"

CHANGELOG = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.2",
    "segment.bytes": str(32 << 20),
    "segment.ms": str(HOUR),
    "max.message.bytes": str(LARGEST_STATE_RECORD),
    # Long enough that a row written behind a newer one is never the only one left.
    "min.compaction.lag.ms": str(600_000),
}


class Shape(NamedTuple):
    """Partitions and copies of every input topic, and how many copies must hold a write."""

    partitions: int
    replication: int
    min_insync: int = 1


def shape(broker: Broker) -> Shape:
    """Return the input topics' shape.

    Raises UsageError when a topic is missing or they differ in partitions.
    """
    with admin(broker) as connection:
        there = connection.topics([*INPUTS, *OUTPUTS])
    missing = [topic for topic in (*INPUTS, *OUTPUTS) if topic not in there]
    if missing:
        raise UsageError(f"topics missing on {broker.servers}: {', '.join(missing)}; {MAKE}")
    counts = {there[topic].partitions for topic in INPUTS}
    if len(counts) > 1:
        found = ", ".join(f"{topic} {there[topic].partitions}" for topic in INPUTS)
        raise UsageError(
            f"the input topics differ in partitions ({found}); one patient would be spread over workers; "
            "see il2watch topics check"
        )
    insync = max(int(there[topic].settings.get("min.insync.replicas") or 1) for topic in INPUTS)
    return Shape(counts.pop(), max(there[topic].replication for topic in INPUTS), insync)


def input_partitions(broker: Broker) -> dict[str, int]:
    """Return how many partitions each input topic has; one that does not exist is left out.

    Raises UsageError when no broker answers.
    """
    with admin(broker) as connection:
        return {topic: found.partitions for topic, found in connection.topics(list(INPUTS)).items()}


def refused(error: KafkaError) -> type[UsageError]:
    """Return the kind of error for what a broker did not do: a broker that is down or busy is waited for."""
    return Unanswered if error.retriable else UsageError


def make_changelog(broker: Broker, name: str, shape: Shape) -> None:
    """Create the table's changelog unless it exists. Raises UsageError, Unanswered.

    Faust could create it, but gives up when one of several brokers is down.
    """
    wanted = new_topic(
        shape.partitions, shape.replication, CHANGELOG | {"min.insync.replicas": str(shape.min_insync)}
    )
    with admin(broker) as connection:
        try:
            if name not in connection.names():
                connection.make({name: wanted})
        except KafkaError as error:
            raise refused(error)(
                f"{name}: cannot be created ({type(error).__name__}); is a broker down?"
            ) from None


def partition(key: bytes, partitions: int) -> int:
    """Return the partition of a key under Kafka's default partitioner (murmur2, as in Java)."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
