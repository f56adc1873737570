"""Read the topics without a group, and ask Kafka each second how far the worker's group is behind their
ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from rules.wire.instants import DAY
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, INPUTS, PAGES
from streams.kafka.settings import Broker
from streams.projections.patients import Record

POLL_MS = 100
WAIT_MS = 100
AT_ONCE = 1000
STAY = 30 * DAY
"""No stay is longer: what is open now was opened since."""
READ = (*INPUTS, ALERTS, ASSESSMENTS, PAGES)
log = logging.getLogger("il2watch.board")


class Feed:
    """A consumer of everything.

    `chart`: the topic of the worker's rows; `began`: ms, from where days and weeks are counted back.
    """

    def __init__(self, broker: Broker, chart: str, history: int, began: int) -> None:
        self.broker, self.chart = broker, chart
        self.since = {
            topic: began - (STAY if topic in (ALERTS, COMMANDS) else history)
            for topic in READ
            if topic != ASSESSMENTS
        }
        self.partitions, self.charts = 0, False
        self.consumer = AIOKafkaConsumer(
            **broker.for_aiokafka(),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_bytes=8 << 20,
            fetch_max_wait_ms=WAIT_MS,
            request_timeout_ms=10_000,
        )
        self.positions: dict[TopicPartition, int] = {}
        self.ends: dict[TopicPartition, int] = {}
        self.starts: dict[TopicPartition, int] = {}

    async def start(self, partitions: int) -> None:
        """Connects and goes to where reading begins; every topic has so many partitions.

        Raises UsageError when no broker answers.
        """
        self.partitions = partitions
        try:
            await self.consumer.start()
            there = await self.consumer.topics()
            self.charts = self.chart in there
            await self._go(self._places((*READ, self.chart) if self.charts else READ))
        except KafkaError as error:
            await self.consumer.stop()
            raise self.broker.unanswered(error) from None

    def _places(self, topics: Iterable[str]) -> list[TopicPartition]:
        """Counted, not asked of the client: Kafka's client knows no partitions of topics it does not follow
        yet.
        """
        return [TopicPartition(topic, number) for topic in topics for number in range(self.partitions)]

    async def find_charts(self) -> None:
        """Follows the worker's rows too, once there are any: the first worker may be younger than
        the board.
        """
        if self.charts or self.chart not in await self.consumer.topics():
            return
        self.charts = True
        self.positions |= dict.fromkeys(self._places([self.chart]), 0)
        self.consumer.assign(list(self.positions))
        for place, position in self.positions.items():
            self.consumer.seek(place, position)

    async def _go(self, places: list[TopicPartition]) -> None:
        self.consumer.assign(places)
        begins, self.ends = (
            await self.consumer.beginning_offsets(places),
            await self.consumer.end_offsets(places),
        )
        asked = {place: max(0, self.since[place.topic]) for place in places if place.topic in self.since}
        found: Mapping[TopicPartition, Any] = await self.consumer.offsets_for_times(asked)
        for place in places:
            self.starts[place] = (
                begins[place] if place not in asked else begun(found.get(place), self.ends[place])
            )
            self.consumer.seek(place, self.starts[place])
        self.positions = dict(self.starts)

    async def stop(self) -> None:
        await self.consumer.stop()

    async def records(self) -> list[Record]:
        """What came within a moment, at most so many."""
        try:
            fetched = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=AT_ONCE)
        except KafkaError as error:
            log.warning("reading: %s", type(error).__name__)
            await asyncio.sleep(1.0)
            return []
        for place, records in fetched.items():
            self.positions[place] = records[-1].offset + 1
        return [
            Record(one.topic, one.key or b"", one.value, one.timestamp)
            for records in fetched.values()
            for one in records
        ]

    def loading(self) -> tuple[int, int] | None:
        """How many of the records that were there at the start are read; None: all."""
        total = sum(self.ends[place] - start for place, start in self.starts.items())
        left = sum(max(0, end - self.positions[place]) for place, end in self.ends.items())
        return (total - left, total) if left else None

    async def settle(self) -> None:
        """Compaction leaves gaps at the end too: where the consumer stands counts, not the last
        record seen.
        """
        for place, end in list(self.ends.items()):
            if self.positions[place] < end:
                self.positions[place] = max(self.positions[place], await self.consumer.position(place))

    def read(self) -> dict[tuple[str, int], int]:
        """How far each input partition is read."""
        return {
            (place.topic, place.partition): position
            for place, position in self.positions.items()
            if place.topic in INPUTS
        }


def begun(found: Any, end: int) -> int:
    """From where on records are as young as wanted; none is: the end."""
    return end if found is None else int(found.offset)


ASK_S = 3.0
Place = tuple[str, int]
FAULTS = (KafkaError, TimeoutError, OSError, ValueError)


class Sight(NamedTuple):
    """Where the input topics end, how far the worker's group has committed, and how many members it has
    (None: it cannot be told).
    """

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
