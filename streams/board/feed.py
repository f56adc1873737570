"""Read the topics without a group, and ask Kafka each second how far the worker's group is behind their
ends.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from rules.wire.instants import DAY
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, INPUTS, PAGES
from streams.kafka import clients
from streams.kafka.settings import Broker
from streams.kafka.tail_reader import TailReader
from streams.projections.patients import TopicRecord

STAY = 30 * DAY
"""No stay is longer: what is open now was opened since."""
READ_TOPICS = (*INPUTS, ALERTS, ASSESSMENTS, PAGES)
log = logging.getLogger("il2watch.board")


class BoardReader:
    """The tail of everything that the board shows.

    `chart`: the topic of the worker's rows; `began`: ms, from where days and weeks are counted back.
    """

    def __init__(self, broker: Broker, chart: str, history: int, began: int) -> None:
        self.broker, self.chart, self.state_records = broker, chart, False
        self.tail = TailReader(
            broker,
            {
                topic: began - (STAY if topic in (ALERTS, COMMANDS) else history)
                for topic in READ_TOPICS
                if topic != ASSESSMENTS
            },
        )

    async def start(self, partitions: int) -> None:
        """Connects and goes to where reading begins; every topic has so many partitions.

        Raises UsageError when no broker answers.
        """
        try:
            self.state_records = self.chart in await self.tail.connect(partitions)
            await self.tail.go((*READ_TOPICS, self.chart) if self.state_records else READ_TOPICS)
        except KafkaError as error:
            await self.tail.stop()
            raise self.broker.unanswered(error) from None

    async def find_state_records(self) -> None:
        """Follows the worker's rows too, once there are any: the first worker may be younger than
        the board.
        """
        self.state_records = self.state_records or await self.tail.follow_also(self.chart)

    async def stop(self) -> None:
        await self.tail.stop()

    async def records(self) -> list[TopicRecord]:
        """What came within a moment, at most so many."""
        try:
            fetched = await self.tail.fetch()
        except KafkaError as error:
            log.warning("reading: %s", type(error).__name__)
            await asyncio.sleep(1.0)
            return []
        return [TopicRecord(one.topic, one.key or b"", one.value, one.timestamp) for one in fetched]

    def loading(self) -> tuple[int, int] | None:
        """How many of the records that were there at the start are read; None: all."""
        return self.tail.loading()

    async def settle(self) -> None:
        """Passes over the gaps that compaction left."""
        await self.tail.settle()

    def positions_read(self) -> dict[tuple[str, int], int]:
        """How far each input partition is read."""
        return {
            (place.topic, place.partition): position
            for place, position in self.tail.positions.items()
            if place.topic in INPUTS
        }


ASK_S = 3.0
Place = tuple[str, int]
FAULTS = (KafkaError, TimeoutError, OSError, ValueError)


class LagReport(NamedTuple):
    """Where the input topics end, how far the worker's group has committed, and how many members it has
    (None: it cannot be told).
    """

    ends: dict[Place, int]
    worked: dict[Place, int]
    workers: int | None


class LagMonitor:
    """`group`: the worker's consumer group. It is asked about, never joined."""

    def __init__(self, broker: Broker, group: str) -> None:
        self.broker, self.group = broker, group
        self.client = clients.async_consumer(broker, group_id=group, request_timeout_ms=int(ASK_S * 1000))
        self.admin = clients.async_admin(broker, request_timeout_ms=int(ASK_S * 1000))
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

    async def look(self) -> LagReport | None:
        """What there is to see; None when Kafka does not answer in time."""
        try:
            return await asyncio.wait_for(self._look(), ASK_S)
        except FAULTS as error:
            log.debug("watching: %r", error)
            return None

    async def _look(self) -> LagReport:
        ends = await self.client.end_offsets(self.places)
        behind = [place for place in self.places if ends[place] > self.worked.get(place, 0)]
        committed = await asyncio.gather(*map(self.client.committed, behind))
        self.worked |= {place: offset or 0 for place, offset in zip(behind, committed, strict=True)}
        self.looks += 1
        if self.looks % 2:
            self.members = await self._members()
        return LagReport(plain(ends), plain(self.worked), self.members)

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
