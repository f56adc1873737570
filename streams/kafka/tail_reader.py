"""Follow topics without a group in an event loop: all of one topic, or several from an instant on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from streams.kafka import clients
from streams.kafka.settings import Broker
from streams.kafka.state_record import Ranks

if TYPE_CHECKING:
    from aiokafka import TopicPartition

FOLLOW_POLL_MS = 1000
FETCH = 4 << 20
REQUEST_MS = 10_000
LAZY_BYTES = 1 << 20
"""What a broker waits for, half a second at most, before it answers a lazy reader."""


class Follower:
    """A reader that follows every record of one topic. `since`: only what was written then or later, ms.

    `lazy`: it may come half a second late, and costs less. `start` comes first, `stop` last.
    """

    def __init__(self, broker: Broker, topic: str, since: int | None = None, lazy: bool = False) -> None:
        self.broker, self.since = broker, since
        pace = {"fetch_min_bytes": LAZY_BYTES} if lazy else {}
        # Without a group it is assigned every partition, also those that are added later.
        self.consumer = clients.async_consumer(
            broker,
            topic,
            auto_offset_reset="earliest",
            fetch_max_bytes=FETCH,
            request_timeout_ms=REQUEST_MS,
            **pace,
        )
        self.behind: dict[TopicPartition, int] = {}
        self.ranks = Ranks()

    async def start(self) -> None:
        """Connect and go to where reading begins in the topic, which must exist.

        Raises UsageError when no broker answers.
        """
        from aiokafka.errors import KafkaError

        try:
            await self.consumer.start()
        except KafkaError as error:
            await clients.stop(self.consumer)
            raise self.broker.unanswered(error) from None
        self.behind = dict(await self.consumer.end_offsets(self.consumer.assignment()))
        if self.since is not None:
            found = await self.consumer.offsets_for_times(dict.fromkeys(self.behind, max(0, self.since)))
            for place, end in self.behind.items():
                self.consumer.seek(place, first_offset(found.get(place), end))

    async def stop(self) -> None:
        """Disconnect."""
        await clients.stop(self.consumer)

    async def records(self) -> list[tuple[bytes, bytes | None]]:
        """Return the records that came within a second: key and value, None for a tombstone."""
        return list(pairs(await self.consumer.getmany(timeout_ms=FOLLOW_POLL_MS), self.ranks))

    async def caught_up(self) -> bool:
        """Return whether all that the topic held at the start has been read.

        Compares positions, not counts of records, since compaction leaves gaps.
        """
        for place in list(self.behind):
            if await self.consumer.position(place) >= self.behind[place]:
                del self.behind[place]
        return not self.behind


def pairs(fetched: Mapping[TopicPartition, list[Any]], ranks: Ranks) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield the key and value of each record that no later writer outranks."""
    return (
        (record.key or b"", record.value)
        for records in fetched.values()
        for record in ranks.counting(records)
    )


TAIL_POLL_MS = 100
TAIL_WAIT_MS = 100
AT_ONCE = 1000


class TailReader:
    """A reader that follows several topics.

    `since`: by topic, the instant (ms) from which it is read; a topic without one is read from its beginning.
    """

    def __init__(self, broker: Broker, since: Mapping[str, int]) -> None:
        self.broker, self.since = broker, since
        self.partitions = 0
        self.consumer = clients.async_consumer(
            broker,
            auto_offset_reset="earliest",
            fetch_max_bytes=8 << 20,
            fetch_max_wait_ms=TAIL_WAIT_MS,
            request_timeout_ms=REQUEST_MS,
        )
        self.positions: dict[TopicPartition, int] = {}
        self.ends: dict[TopicPartition, int] = {}
        self.starts: dict[TopicPartition, int] = {}
        self.ranks = Ranks()

    async def connect(self, partitions: int) -> set[str]:
        """Connect and return the topics that exist; each that is read has so many partitions.

        Raises KafkaError.
        """
        self.partitions = partitions
        await self.consumer.start()
        return set(await self.consumer.topics())

    async def go(self, topics: Iterable[str]) -> None:
        """Go to the positions where reading begins. Raises KafkaError."""
        places = self.places(topics)
        self.consumer.assign(places)
        begins, self.ends = (
            await self.consumer.beginning_offsets(places),
            await self.consumer.end_offsets(places),
        )
        instants = {place: max(0, self.since[place.topic]) for place in places if place.topic in self.since}
        found: Mapping[TopicPartition, Any] = await self.consumer.offsets_for_times(instants)
        for place in places:
            self.starts[place] = (
                begins[place] if place not in instants else first_offset(found.get(place), self.ends[place])
            )
            self.consumer.seek(place, self.starts[place])
        self.positions = dict(self.starts)

    def places(self, topics: Iterable[str]) -> list[TopicPartition]:
        """Return the topics' partitions.

        They are counted, not asked of the client: Kafka's client knows no partitions of topics it does not
        follow yet.
        """
        from aiokafka import TopicPartition

        return [TopicPartition(topic, number) for topic in topics for number in range(self.partitions)]

    async def follow_also(self, topic: str) -> bool:
        """Follow one more topic from its beginning, if it exists by now; return whether it does."""
        if topic not in await self.consumer.topics():
            return False
        self.positions |= dict.fromkeys(self.places([topic]), 0)
        self.consumer.assign(list(self.positions))
        for place, position in self.positions.items():
            self.consumer.seek(place, position)
        return True

    async def stop(self) -> None:
        """Disconnect."""
        await clients.stop(self.consumer)

    async def fetch(self) -> list[Any]:
        """Return the records that came within `TAIL_POLL_MS`, at most `AT_ONCE`. Raises KafkaError."""
        fetched = await self.consumer.getmany(timeout_ms=TAIL_POLL_MS, max_records=AT_ONCE)
        for place, records in fetched.items():
            self.positions[place] = records[-1].offset + 1
        return [record for records in fetched.values() for record in self.ranks.counting(records)]

    def loading(self) -> tuple[int, int] | None:
        """Return how many of the records that existed at the start are read, and of how many; None: all."""
        total = sum(self.ends[place] - start for place, start in self.starts.items())
        left = sum(max(0, end - self.positions[place]) for place, end in self.ends.items())
        return (total - left, total) if left else None

    async def settle(self) -> None:
        """Move positions forward over gaps.

        Compaction leaves gaps at the end too: the consumer's position counts, not the last record received.
        """
        for place, end in list(self.ends.items()):
            if self.positions[place] < end:
                self.positions[place] = max(self.positions[place], await self.consumer.position(place))


def first_offset(found: Any, end: int) -> int:
    """Return the first offset whose record is as recent as asked for; the end if there is none."""
    return end if found is None else int(found.offset)
