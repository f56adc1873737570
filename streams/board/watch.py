"""Asks Kafka each second, on connections of its own, where the input topics end, how far the worker's group is, and whether it has members."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.broker.settings import Broker
from streams.broker.topics import INPUTS

ASK_S = 3.0
Place = tuple[str, int]
FAULTS = (KafkaError, TimeoutError, OSError, ValueError)
log = logging.getLogger("il2watch.board")


class Sight(NamedTuple):
    """Where the input topics end, how far the worker's group has committed, and how many members it has (None: it cannot be told)."""

    ends: dict[Place, int]
    worked: dict[Place, int]
    workers: int | None


class Watch:
    """`group`: the worker's consumer group. It is asked about, never joined."""

    def __init__(self, broker: Broker, group: str) -> None:
        self.broker, self.group = broker, group
        settings = {**broker.for_aiokafka(), "request_timeout_ms": int(ASK_S * 1000)}
        self.client = AIOKafkaConsumer(**settings, group_id=group, enable_auto_commit=False)
        self.admin = AIOKafkaAdminClient(**settings)
        self.places: list[TopicPartition] = []
        self.worked: dict[TopicPartition, int] = {}
        self.looks = 0
        self.members: int | None = None

    async def start(self, partitions: int) -> None:
        """Connects; every topic has so many partitions. Raises KafkaError."""
        await self.client.start()
        await self.admin.start()
        self.places = [TopicPartition(topic, number) for topic in INPUTS for number in range(partitions)]

    async def stop(self) -> None:
        await self.admin.close()
        await self.client.stop()

    async def look(self) -> Sight | None:
        """What there is to see; None when Kafka does not answer in time."""
        try:
            return await asyncio.wait_for(self._look(), ASK_S)
        except FAULTS as error:
            log.debug("watching: %r", error)
            return None

    async def _look(self) -> Sight:
        ends = await self.client.end_offsets(self.places)
        behind = [place for place in self.places if ends[place] > self.worked.get(place, 0)]
        committed = await asyncio.gather(*map(self.client.committed, behind))
        self.worked |= {place: offset or 0 for place, offset in zip(behind, committed, strict=True)}
        self.looks += 1
        if self.looks % 2:
            self.members = await self._members()
        return Sight(plain(ends), plain(self.worked), self.members)

    async def _members(self) -> int | None:
        """How many workers the group has; asked on its own, for a broker may know nothing of it."""
        try:
            answers: Any = await self.admin.describe_consumer_groups([self.group])
            return sum(len(group[5]) for answer in answers for group in answer.groups)
        except FAULTS as error:
            log.debug("asking for the group: %r", error)
            return None


def plain(offsets: dict[TopicPartition, int]) -> dict[Place, int]:
    return {(place.topic, place.partition): offset for place, offset in offsets.items()}
