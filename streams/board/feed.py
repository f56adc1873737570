"""Read the topics without a group, and sample the lag of the worker's group every second."""

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
"""No stay is longer: an episode that is open now was opened within it."""
READ_TOPICS = (*INPUTS, ALERTS, ASSESSMENTS, PAGES)
log = logging.getLogger("il2watch.board")


class BoardReader:
    """A tail reader of every topic that the board displays.

    `chart`: the topic of the worker's state records; `began`: ms, from which the history is counted back.
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
        """Connect and seek to where reading begins; every topic has that many partitions.

        Raises UsageError when no broker answers.
        """
        try:
            self.state_records = self.chart in await self.tail.connect(partitions)
            await self.tail.go((*READ_TOPICS, self.chart) if self.state_records else READ_TOPICS)
        except KafkaError as error:
            await self.tail.stop()
            raise self.broker.unanswered(error) from None

    async def find_state_records(self) -> None:
        """Follow the worker's state records too, once they exist.

        The first worker may start after the board.
        """
        self.state_records = self.state_records or await self.tail.follow_also(self.chart)

    async def stop(self) -> None:
        await self.tail.stop()

    async def records(self) -> list[TopicRecord]:
        """Fetch one batch of records; empty when nothing arrived or Kafka failed."""
        try:
            fetched = await self.tail.fetch()
        except KafkaError as error:
            log.warning("reading: %s", type(error).__name__)
            await asyncio.sleep(1.0)
            return []
        return [TopicRecord(one.topic, one.key or b"", one.value, one.timestamp) for one in fetched]

    def loading(self) -> tuple[int, int] | None:
        """Return how many of the records present at the start are read, and of how many; None: all."""
        return self.tail.loading()

    async def settle(self) -> None:
        """Skip the gaps left by compaction."""
        await self.tail.settle()

    def positions_read(self) -> dict[tuple[str, int], int]:
        """Return the position of every input partition."""
        return {
            (partition.topic, partition.partition): position
            for partition, position in self.tail.positions.items()
            if partition.topic in INPUTS
        }


ASK_S = 3.0
Partition = tuple[str, int]
FAULTS = (KafkaError, TimeoutError, OSError, ValueError)


class LagReport(NamedTuple):
    """The input topics' end offsets, the worker's committed offsets, and the group's number of members.

    `workers` None: it cannot be determined.
    """

    ends: dict[Partition, int]
    worked: dict[Partition, int]
    workers: int | None


class LagMonitor:
    """Sample the lag of the worker's consumer group (`group`), without joining it."""

    def __init__(self, broker: Broker, group: str) -> None:
        self.broker, self.group = broker, group
        self.client = clients.async_consumer(broker, group_id=group, request_timeout_ms=int(ASK_S * 1000))
        self.admin = clients.async_admin(broker, request_timeout_ms=int(ASK_S * 1000))
        self.partitions: list[TopicPartition] = []
        self.worked: dict[TopicPartition, int] = {}
        self.looks = 0
        self.members: int | None = None

    async def start(self, partitions: int) -> None:
        """Connect; every topic has that many partitions. Raises KafkaError."""
        await self.client.start()
        await self.admin.start()
        self.partitions = [TopicPartition(topic, number) for topic in INPUTS for number in range(partitions)]

    async def stop(self) -> None:
        await self.admin.close()
        await clients.stop(self.client)

    async def look(self) -> LagReport | None:
        """Return a sample; None when Kafka does not answer in time."""
        try:
            return await asyncio.wait_for(self._look(), ASK_S)
        except FAULTS as error:
            log.debug("watching: %r", error)
            return None

    async def _look(self) -> LagReport:
        ends = await self.client.end_offsets(self.partitions)
        behind = [
            partition for partition in self.partitions if ends[partition] > self.worked.get(partition, 0)
        ]
        committed = await asyncio.gather(*map(self.client.committed, behind))
        self.worked |= {partition: offset or 0 for partition, offset in zip(behind, committed, strict=True)}
        self.looks += 1
        if self.looks % 2:
            self.members = await self._members()
        return LagReport(plain(ends), plain(self.worked), self.members)

    async def _members(self) -> int | None:
        """Return the number of members of the group; None when the broker does not know it.

        Asked separately, so that such a broker does not spoil the offsets.
        """
        try:
            answers: Any = await self.admin.describe_consumer_groups([self.group])
            return sum(len(group[5]) for answer in answers for group in answer.groups)
        except FAULTS as error:
            log.debug("asking for the group: %r", error)
            return None


def plain(offsets: dict[TopicPartition, int]) -> dict[Partition, int]:
    """Return offsets by topic and partition number."""
    return {(partition.topic, partition.partition): offset for partition, offset in offsets.items()}
