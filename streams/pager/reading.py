"""What stands in topics now, for commands that look something up there: from the beginning to where they ended when asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from streams.broker.settings import Broker
from streams.errors import UsageError
from streams.replay.partitions import partitions

POLL_MS = 500
PATIENCE_S = 30.0


def records(broker: Broker, *topics: str) -> Iterator[Any]:
    """Every record, as kafka-python gives it; each partition in order. Raises UsageError when a topic or the broker is not there, or falls silent."""
    from kafka import KafkaConsumer, TopicPartition

    count = partitions(broker, topics)
    parts = [TopicPartition(topic, number) for topic in topics for number in range(count)]
    consumer = KafkaConsumer(**broker.for_kafka_python(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
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
            raise UsageError(f"the broker has sent nothing for {PATIENCE_S:.0f} s; is a partition without leader?")
        for part, several in found.items():
            yield from (record for record in several if record.offset < ends[part])
