"""Produce the records of many senders in as few batches as they make, one batch of a partition in flight.

aiokafka's own `send` costs each record a future, a partition and a walk through metadata. Here records are
put into a batch of their partition while the one before is in flight, in the order in which they were
appended, and whoever appended some waits for their batches alone.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.kafka import clients
from streams.kafka.partition_check import partition
from streams.kafka.producer import NotAcknowledged, OutgoingRecord
from streams.kafka.settings import Broker

BATCH = 1 << 18
"""Bytes of a batch; one record alone may be larger."""
FRAME = 1 << 10
"""What key, headers and frame of a record may take beside its value, bytes."""
Place = tuple[str, int]

partition_of = lru_cache(maxsize=1 << 16)(partition)


COUNTED_S = 10.0
"""How long a topic's number of partitions is taken as known; the client itself asks for it less often."""


class Waiting:
    """One who appended records. `done`: resolved once the broker has its batches, each of `left`."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def one_is_there(self) -> None:
        """Count a batch that the broker has."""
        self.left -= 1
        if not self.left and not self.done.done():
            self.done.set_result(None)

    def fail(self, fault: BaseException) -> None:
        """Wait no more: a batch is not there, or not in time."""
        if not self.done.done():
            self.done.set_exception(fault)
            self.done.exception()  # whoever waited may be gone


class Batch:
    """Records of one partition, and who waits for them."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder
        self.waiting: list[Waiting] = []

    @property
    def wanted(self) -> bool:
        """Whether anybody waits for it still."""
        return any(not each.done.done() for each in self.waiting)

    def append(self, record: OutgoingRecord) -> bool:
        """Append a record; return whether there was room for it."""
        return (
            self.builder.append(
                timestamp=record.time, key=record.key, value=record.value, headers=list(record.headers)
            )
            is not None
        )

    def is_there(self) -> None:
        """Tell whoever waits that the broker has the records."""
        for each in self.waiting:
            each.one_is_there()

    def fail(self, fault: BaseException) -> None:
        """Tell whoever waits that the broker does not have the records."""
        for each in self.waiting:
            each.fail(fault)


class BatchingProducer:
    """A producer that waits for all in-sync replicas. `largest`: bytes that a record may have.

    `settings`: more of aiokafka's.
    """

    def __init__(self, broker: Broker, largest: int, **settings: Any) -> None:
        self._producer = clients.async_producer(
            broker, acks="all", max_request_size=largest, max_batch_size=BATCH, linger_ms=0, **settings
        )
        self._largest = largest
        self._counts: dict[str, int] = {}
        self._counted: dict[str, float] = {}
        self._queues: dict[Place, deque[Batch]] = {}
        self._senders: dict[Place, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Connect. Raises KafkaError when no broker answers."""
        await self._producer.start()

    async def stop(self) -> None:
        """Send what is waited for, and disconnect."""
        await asyncio.gather(*self._senders.values(), return_exceptions=True)
        await clients.stop(self._producer)

    async def append(self, records: Sequence[OutgoingRecord], patience_s: float) -> None:
        """Append records, in order within a partition, and wait for every acknowledgement.

        Raises NotAcknowledged; what did reach the broker all the same is there.
        """
        until = asyncio.get_running_loop().time() + patience_s
        try:
            await self._count(records, until)
            await _acknowledged(self._put(records), until)
        except (KafkaError, TimeoutError) as fault:
            raise NotAcknowledged(type(fault).__name__) from fault

    async def _count(self, records: Sequence[OutgoingRecord], until: float) -> None:
        """Ask how many partitions the topics have, of those whose number is not known lately."""
        now = asyncio.get_running_loop().time()
        for topic in {each.topic for each in records}:
            if now - self._counted.get(topic, -COUNTED_S) < COUNTED_S:
                continue
            async with asyncio.timeout_at(until):
                self._counts[topic] = len(await self._producer.partitions_for(topic))
            self._counted[topic] = now

    def _put(self, records: Sequence[OutgoingRecord]) -> set[Batch]:
        """Put records into the last batches of their partitions. Raises MessageSizeTooLargeError."""
        if any(len(each.value or b"") + FRAME > self._largest for each in records):
            raise MessageSizeTooLargeError
        return {self._put_one(record, self._counts[record.topic]) for record in records}

    def _put_one(self, record: OutgoingRecord, count: int) -> Batch:
        number = random.randrange(count) if record.key is None else partition_of(record.key, count)
        place = (record.topic, number)
        queue = self._queues.setdefault(place, deque())
        if not queue or not queue[-1].append(record):
            queue.append(Batch(self._producer.create_batch()))
            queue[-1].append(record)
        if place not in self._senders:
            self._senders[place] = asyncio.create_task(self._send(place, queue))
        return queue[-1]

    async def _send(self, place: Place, queue: deque[Batch]) -> None:
        """Send the batches of a partition one after the other, until none is left."""
        try:
            while queue:
                batch = queue.popleft()
                if batch.wanted:
                    await self._send_one(place, batch)
        finally:
            del self._senders[place]

    async def _send_one(self, place: Place, batch: Batch) -> None:
        batch.builder.close()
        try:
            await (await self._producer.send_batch(batch.builder, place[0], partition=place[1]))
        except BaseException as fault:
            batch.fail(fault if isinstance(fault, KafkaError) else KafkaError(repr(fault)))
            if not isinstance(fault, Exception):
                raise
        else:
            batch.is_there()


async def _acknowledged(batches: set[Batch], until: float) -> None:
    """Wait until the broker has all batches, at most to a moment of the loop's clock.

    Raises KafkaError and TimeoutError. A batch that nobody waits for any more is not sent: its senders will
    send again.
    """
    waiting = Waiting(len(batches))
    for batch in batches:
        batch.waiting.append(waiting)
    late = asyncio.get_running_loop().call_at(until, waiting.fail, TimeoutError())
    try:
        await waiting.done
    finally:
        late.cancel()
