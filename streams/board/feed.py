"""Reads the topics: assessments and charts from the beginning, alerts and commands of weeks, events of days. No group, no offsets kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from rules.wire.instants import DAY
from streams.board.ward import Record
from streams.broker.settings import Broker
from streams.broker.topics import ALERTS, ASSESSMENTS, COMMANDS, INPUTS, PAGES

POLL_MS = 100
WAIT_MS = 100
AT_ONCE = 1000
STAY = 30 * DAY
"""No stay is longer: what is open now was opened since."""
READ = (*INPUTS, ALERTS, ASSESSMENTS, PAGES)
log = logging.getLogger("il2watch.board")


class Feed:
    """A consumer of everything. `chart`: the topic of the worker's rows; `began`: ms, from where days and weeks are counted back."""

    def __init__(self, broker: Broker, chart: str, history: int, began: int) -> None:
        self.broker, self.chart = broker, chart
        self.since = {topic: began - (STAY if topic in (ALERTS, COMMANDS) else history) for topic in READ if topic != ASSESSMENTS}
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
        """Connects and goes to where reading begins; every topic has so many partitions. Raises UsageError when no broker answers."""
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
        """Counted, not asked of the client: Kafka's client knows no partitions of topics it does not follow yet."""
        return [TopicPartition(topic, number) for topic in topics for number in range(self.partitions)]

    async def find_charts(self) -> None:
        """Follows the worker's rows too, once there are any: the first worker may be younger than the board."""
        if self.charts or self.chart not in await self.consumer.topics():
            return
        self.charts = True
        self.positions |= dict.fromkeys(self._places([self.chart]), 0)
        self.consumer.assign(list(self.positions))
        for place, position in self.positions.items():
            self.consumer.seek(place, position)

    async def _go(self, places: list[TopicPartition]) -> None:
        self.consumer.assign(places)
        begins, self.ends = await self.consumer.beginning_offsets(places), await self.consumer.end_offsets(places)
        asked = {place: max(0, self.since[place.topic]) for place in places if place.topic in self.since}
        found: Mapping[TopicPartition, Any] = await self.consumer.offsets_for_times(asked)
        for place in places:
            self.starts[place] = begins[place] if place not in asked else begun(found.get(place), self.ends[place])
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
        return [Record(one.topic, one.key or b"", one.value, one.timestamp) for records in fetched.values() for one in records]

    def loading(self) -> tuple[int, int] | None:
        """How many of the records that were there at the start are read; None: all."""
        total = sum(self.ends[place] - start for place, start in self.starts.items())
        left = sum(max(0, end - self.positions[place]) for place, end in self.ends.items())
        return (total - left, total) if left else None

    async def settle(self) -> None:
        """Compaction leaves gaps at the end too: where the consumer stands counts, not the last record seen."""
        for place, end in list(self.ends.items()):
            if self.positions[place] < end:
                self.positions[place] = max(self.positions[place], await self.consumer.position(place))

    def read(self) -> dict[tuple[str, int], int]:
        """How far each input partition is read."""
        return {(place.topic, place.partition): position for place, position in self.positions.items() if place.topic in INPUTS}


def begun(found: Any, end: int) -> int:
    """From where on records are as young as wanted; none is: the end."""
    return end if found is None else int(found.offset)
