"""What stands in `il2.deadletters` now, from its beginning to where it ended when asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from streams.broker.settings import Broker
from streams.broker.topics import DEADLETTERS
from streams.deadletters.letter import Letter, letter
from streams.errors import UsageError
from streams.replay.partitions import partitions

POLL_MS = 500
PATIENCE_S = 30.0


def letters(broker: Broker) -> Iterator[Letter]:
    """Every dead letter, partition by partition as they come. Raises UsageError when the topic or the broker is not there, or falls silent."""
    from kafka import KafkaConsumer, TopicPartition

    parts = [TopicPartition(DEADLETTERS, number) for number in range(partitions(broker, [DEADLETTERS]))]
    consumer = KafkaConsumer(**broker.for_kafka_python(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        yield from until(consumer, consumer.end_offsets(parts), time.monotonic)
    finally:
        consumer.close()


def until(consumer: Any, ends: dict[Any, int], clock: Callable[[], float]) -> Iterator[Letter]:
    """The letters up to the end offsets. Raises UsageError when nothing moves for `PATIENCE_S`."""
    heard = clock()
    while any(consumer.position(part) < end for part, end in ends.items()):
        found = consumer.poll(timeout_ms=POLL_MS)
        heard = clock() if found else heard
        if clock() - heard > PATIENCE_S:
            raise UsageError(f"{DEADLETTERS}: the broker has sent nothing for {PATIENCE_S:.0f} s; is a partition without leader?")
        for part, records in found.items():
            yield from (of(record) for record in records if record.offset < ends[part])


def of(record: Any) -> Letter:
    """The letter in a consumer's record."""
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return letter(record.key, record.value, record.timestamp, record.headers, here)
