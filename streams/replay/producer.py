"""Send a replay's records with kafka-python's producer.

It is idempotent, so that a retry neither doubles a record nor changes the order.
"""

from __future__ import annotations

from functools import lru_cache, partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kafka.errors import KafkaError

from streams.kafka.partition_check import partition
from streams.replay.publish import SendResult
from streams.replay.record import ReplayRecord

if TYPE_CHECKING:
    from kafka import KafkaProducer


class KafkaRecordProducer:
    """Sends records keyed by patient, with `known` as their timestamp, to one of `partitions`.

    A tick for all is sent to each of them.
    """

    def __init__(self, producer: KafkaProducer, partitions: int) -> None:
        self.producer, self.partitions = producer, partitions
        self.acks: SimpleQueue[SendResult] = SimpleQueue()
        self.partition_of = lru_cache(maxsize=100_000)(partial(partition, partitions=partitions))

    def partition(self, patient: str) -> int:
        return self.partition_of(patient.encode())

    def send(self, record: ReplayRecord, number: int) -> int:
        key = record.patient.encode()
        targets = range(self.partitions) if record.everywhere else (self.partition_of(key),)
        for target in targets:
            self.append(record, key, target, number)
        return len(targets)

    def append(self, record: ReplayRecord, key: bytes, partition: int, number: int) -> None:
        """Send a record to one partition; its result, also an error, is reported by `acknowledged`."""
        try:
            future = self.producer.send(
                record.topic, record.value, key=key, partition=partition, timestamp_ms=record.known
            )
        except (KafkaError, ValueError) as error:
            self.acks.put(SendResult(number, error))
        else:
            future.add_callback(self.acknowledged_by_kafka, number)
            future.add_errback(self.failed, number)

    def acknowledged_by_kafka(self, number: int, _: object) -> None:
        self.acks.put(SendResult(number))

    def failed(self, number: int, error: Exception) -> None:
        self.acks.put(SendResult(number, error))

    def close(self) -> None:
        """End what this opened of its own: nothing; the producer is the caller's."""

    def acknowledged(self, seconds: float) -> list[SendResult]:
        """Return the results since the last call; wait for the first, but no longer than `seconds`."""
        found: list[SendResult] = []
        try:
            found.append(self.acks.get(timeout=seconds) if seconds > 0 else self.acks.get_nowait())
            while True:
                found.append(self.acks.get_nowait())
        except Empty:
            return found
