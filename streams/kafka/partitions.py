"""Check before a start that the topics are there and alike in partitions, and create a table's changelog
laid out as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from rules.wire.instants import HOUR
from rules.wire.topics import INPUTS, OUTPUTS
from streams.errors import UsageError
from streams.kafka.admin import admin
from streams.kafka.settings import Broker

REMEDY = "run: il2watch topics create"


def partitions(broker: Broker, topics: Sequence[str]) -> int:
    """How many partitions the topics have. Creates none.

    Raises UsageError when no broker answers, or naming the topic that is missing or differs.
    """
    from streams.kafka.admin import admin

    with admin(broker) as connection:
        there = connection.names()
        told = connection.topics([topic for topic in topics if topic in there])
    return same({topic: told[topic].partitions if topic in told else 0 for topic in topics})


def same(numbers: Mapping[str, int]) -> int:
    """The one number of partitions of all; 0 is a topic that is not there. Raises UsageError."""
    missing = [topic for topic, number in numbers.items() if not number]
    if missing:
        raise UsageError(f"no topic {', '.join(missing)}; {REMEDY}")
    if len(set(numbers.values())) > 1:
        said = ", ".join(f"{topic} {number}" for topic, number in numbers.items())
        raise UsageError(
            f"the topics differ in partitions, and a patient has one number in all of them: {said}; "
            "il2watch topics check says more"
        )
    return next(iter(numbers.values()))


MAKE = "il2watch topics create makes them"
PATIENCE_MS = 10_000
EXISTS = 36

CHANGELOG = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.2",
    "segment.bytes": str(32 << 20),
    "segment.ms": str(HOUR),
    "max.message.bytes": str(8 << 20),
    # Long enough that a row written behind a newer one is never all that is left.
    "min.compaction.lag.ms": str(600_000),
}


class Shape(NamedTuple):
    """Partitions and copies of every input topic, and how many copies must hold a write."""

    partitions: int
    replication: int
    min_insync: int = 1


def shape(broker: Broker) -> Shape:
    """The input topics' shape. Raises UsageError when a topic is missing or they differ in partitions."""
    with admin(broker) as connection:
        there = connection.topics([*INPUTS, *OUTPUTS])
    missing = [topic for topic in (*INPUTS, *OUTPUTS) if topic not in there]
    if missing:
        raise UsageError(f"topics missing on {broker.servers}: {', '.join(missing)}; {MAKE}")
    counts = {there[topic].partitions for topic in INPUTS}
    if len(counts) > 1:
        told = ", ".join(f"{topic} {there[topic].partitions}" for topic in INPUTS)
        raise UsageError(
            f"the input topics differ in partitions ({told}); one patient would be spread over workers; "
            "see il2watch topics check"
        )
    insync = max(int(there[topic].settings.get("min.insync.replicas") or 1) for topic in INPUTS)
    return Shape(counts.pop(), max(there[topic].replication for topic in INPUTS), insync)


def make_changelog(broker: Broker, name: str, found: Shape) -> None:
    """Creates the table's changelog unless it is there. Raises UsageError.

    Faust could, but gives up when one of several brokers is down.
    """
    configs = CHANGELOG | {"min.insync.replicas": str(found.min_insync)}
    asked = {
        name: {
            "num_partitions": found.partitions,
            "replication_factor": found.replication,
            "configs": configs,
        }
    }
    try:
        client = KafkaAdminClient(**broker.for_kafka_python(), bootstrap_timeout_ms=PATIENCE_MS)
        try:
            _create(client, name, asked)
        finally:
            client.close()
    except KafkaError as error:
        raise UsageError(f"{name}: cannot be created ({type(error).__name__}); is a broker down?") from None


def _create(client: KafkaAdminClient, name: str, asked: dict[str, dict[str, object]]) -> None:
    if name in client.list_topics():
        return
    (answer,) = client.create_topics(asked, raise_errors=False)["topics"]
    if answer["error_code"] not in (0, EXISTS):
        raise UsageError(
            f"{name}: the broker does not create it: {answer['error_message'] or answer['error_code']}"
        )
    client.wait_for_topics([name])
