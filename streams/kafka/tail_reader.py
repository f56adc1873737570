"""Read topics from their beginning without a group: up to where they ended when asked, or on and on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from rules.wire.topics import ASSESSMENTS
from streams.errors import UsageError
from streams.kafka.partitions import partitions
from streams.kafka.settings import Broker

POLL_MS = 500
PATIENCE_S = 30.0


def records(broker: Broker, *topics: str) -> Iterator[Any]:
    """Every record, as kafka-python gives it; each partition in order.

    Raises UsageError when a topic or the broker is not there, or falls silent.
    """
    from kafka import KafkaConsumer, TopicPartition

    count = partitions(broker, topics)
    parts = [TopicPartition(topic, number) for topic in topics for number in range(count)]
    consumer = KafkaConsumer(
        **broker.for_kafka_python(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        yield from until(consumer, consumer.end_offsets(parts), time.monotonic)
    finally:
        consumer.close()


def until(consumer: Any, ends: dict[Any, int], clock: Callable[[], float]) -> Iterator[Any]:
    """The records up to the end offsets. Raises UsageError when nothing moves for `PATIENCE_S`."""
    heard = clock()
    while any(consumer.position(part) < end for part, end in ends.items()):
        found = consumer.poll(timeout_ms=POLL_MS)
        heard = clock() if found else heard
        if clock() - heard > PATIENCE_S:
            raise UsageError(
                f"the broker has sent nothing for {PATIENCE_S:.0f} s; is a partition without leader?"
            )
        for part, several in found.items():
            yield from (record for record in several if record.offset < ends[part])


FOLLOW_POLL_MS = 1000
FETCH = 4 << 20


class Follower:
    """A consumer of the topic. `start` before anything else; `stop` at the end."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        fetching = {"auto_offset_reset": "earliest", "fetch_max_bytes": FETCH, "request_timeout_ms": 10_000}
        # Without a group it is given every partition, those that are added later too.
        self.consumer = AIOKafkaConsumer(
            ASSESSMENTS, **broker.for_aiokafka(), group_id=None, enable_auto_commit=False, **fetching
        )
        self.behind: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Connects and goes to the beginning of a topic that must be there.

        Raises UsageError when no broker answers.
        """
        try:
            await self.consumer.start()
        except KafkaError as error:
            await self.consumer.stop()
            raise self.broker.unanswered(error) from None
        self.behind = dict(await self.consumer.end_offsets(self.consumer.assignment()))

    async def stop(self) -> None:
        await self.consumer.stop()

    async def records(self) -> list[tuple[bytes, bytes | None]]:
        """What came within a second: patient and assessment, None for a tombstone."""
        return list(pairs(await self.consumer.getmany(timeout_ms=FOLLOW_POLL_MS)))

    async def caught_up(self) -> bool:
        """Whether all that the topic held at the start has been read.

        Compaction leaves gaps, so positions are asked, not records counted.
        """
        for place in list(self.behind):
            if await self.consumer.position(place) >= self.behind[place]:
                del self.behind[place]
        return not self.behind


def pairs(fetched: Mapping[TopicPartition, list[Any]]) -> Iterator[tuple[bytes, bytes | None]]:
    return ((record.key or b"", record.value) for records in fetched.values() for record in records)
