"""Read topics without a group in a command or a thread: up to their end offsets, or following them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from streams.errors import UsageError
from streams.kafka import clients
from streams.kafka.partition_check import partitions
from streams.kafka.settings import Broker
from streams.kafka.state_record import Ranks

POLL_MS = 500
PATIENCE_S = 30.0


def records(broker: Broker, *topics: str) -> Iterator[Any]:
    """Yield every record, as kafka-python returns it; each partition in order.

    Raises UsageError when a topic or the broker is missing, or sends nothing for `PATIENCE_S`.
    """
    from kafka import TopicPartition

    count = partitions(broker, topics)
    parts = [TopicPartition(topic, number) for topic in topics for number in range(count)]
    consumer = clients.consumer(broker, auto_offset_reset="earliest")
    try:
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        yield from until(consumer, consumer.end_offsets(parts), time.monotonic)
    finally:
        consumer.close()


def until(consumer: Any, asked: Mapping[Any, int], clock: Callable[[], float]) -> Iterator[Any]:
    """Yield the records up to the end offsets, or further, up to where a partition ends at its first fetch.

    The embedded broker, asked where a partition ends, answers one behind the first record of its last batch.
    Raises UsageError when nothing comes for `PATIENCE_S`.
    """
    ends, looked = dict(asked), set[Any]()
    last_fetched, ranks = clock(), Ranks()
    while any(consumer.position(part) < end for part, end in ends.items()):
        fetched = consumer.poll(timeout_ms=POLL_MS)
        for part in fetched.keys() - looked:
            ends[part] = max(ends[part], consumer.highwater(part) or 0)
        looked |= fetched.keys()
        last_fetched = clock() if fetched else last_fetched
        if clock() - last_fetched > PATIENCE_S:
            named = ", ".join(sorted({part.topic for part in ends}))
            raise UsageError(
                f"{named}: the broker has sent nothing for {PATIENCE_S:.0f} s; is a partition without leader?"
            )
        for part, records in fetched.items():
            yield from ranks.counting(record for record in records if record.offset < ends[part])


class Tail:
    """A reader that follows topics in all their partitions, from their beginning or their present end.

    Topics that do not exist are left out. Raises UsageError when no broker answers.
    """

    def __init__(self, broker: Broker, topics: Sequence[str], *, from_beginning: bool = False) -> None:
        self.consumer, self.ranks = clients.consumer(broker), Ranks()
        parts = _parts(self.consumer, topics)
        self.consumer.assign(parts)
        offsets = self.consumer.beginning_offsets if from_beginning else self.consumer.end_offsets
        for part, offset in offsets(parts).items():
            self.consumer.seek(part, offset)

    def poll(self, timeout_ms: int) -> list[Any]:
        """Return the records that came within the time, partition by partition."""
        return [
            record
            for records in self.consumer.poll(timeout_ms=timeout_ms).values()
            for record in self.ranks.counting(records)
        ]

    def close(self) -> None:
        """Close the consumer."""
        self.consumer.close()


def record_counts(broker: Broker, topics: Sequence[str]) -> dict[str, int]:
    """Return the number of records that each existing topic holds. Raises KafkaError."""
    consumer = clients.consumer(broker)
    try:
        parts = _parts(consumer, topics)
        begins, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
    finally:
        consumer.close()
    return {
        topic: sum(ends[part] - begins[part] for part in parts if part.topic == topic) for topic in topics
    }


def _parts(consumer: Any, topics: Iterable[str]) -> list[Any]:
    """Return the partitions as the client knows them, after asking for the cluster's topics."""
    from kafka import TopicPartition

    consumer.topics()
    return [
        TopicPartition(topic, number)
        for topic in topics
        for number in sorted(consumer.partitions_for_topic(topic) or ())
    ]
