"""Reads every partition of `il2.assessments` from its beginning, and goes on. Compacted, it is one assessment a patient; no group, no offsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker.settings import Broker
from streams.broker.topics import ASSESSMENTS

POLL_MS = 1000
FETCH = 4 << 20


class Follower:
    """A consumer of the topic. `start` before anything else; `stop` at the end."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        fetching = {"auto_offset_reset": "earliest", "fetch_max_bytes": FETCH, "request_timeout_ms": 10_000}
        # Without a group it is given every partition, those that are added later too.
        self.consumer = AIOKafkaConsumer(ASSESSMENTS, **broker.for_aiokafka(), group_id=None, enable_auto_commit=False, **fetching)
        self.behind: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Connects and goes to the beginning of a topic that must be there. Raises UsageError when no broker answers."""
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
        return list(pairs(await self.consumer.getmany(timeout_ms=POLL_MS)))

    async def caught_up(self) -> bool:
        """Whether all that the topic held at the start has been read. Compaction leaves gaps, so positions are asked, not records counted."""
        for place in list(self.behind):
            if await self.consumer.position(place) >= self.behind[place]:
                del self.behind[place]
        return not self.behind


def pairs(fetched: Mapping[TopicPartition, list[Any]]) -> Iterator[tuple[bytes, bytes | None]]:
    return ((record.key or b"", record.value) for records in fetched.values() for record in records)
