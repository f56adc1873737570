"""Produce records and wait until Kafka has acknowledged them, through Faust or through aiokafka."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError

from streams.kafka import clients
from streams.kafka.settings import Broker

Headers = Sequence[tuple[str, bytes]]


class OutgoingRecord(NamedTuple):
    """A record to append. `time`: its timestamp, ms (None: now); `partition` None: where its key belongs."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    time: int | None = None
    partition: int | None = None


class FaustProducer:
    """Appends through Faust's producer, which waits for all in-sync replicas."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def append(self, records: Iterable[OutgoingRecord]) -> list[int]:
        """Appends in order and waits for every acknowledgement.

        Answers the offsets; raises KafkaError or ProducerSendError.
        """
        sent = [await self._send(record) for record in records]
        return [metadata.offset for metadata in await asyncio.gather(*sent)]

    async def _send(self, record: OutgoingRecord) -> Any:
        producer = self.app.producer._ensure_producer()
        return await producer.send(
            record.topic,
            record.value,
            key=record.key,
            partition=record.partition,
            timestamp_ms=record.time,
            headers=list(record.headers),
        )


PATIENCE_S = 10.0


class NotAcknowledged(Exception):
    """Kafka did not say that it has them: nobody may believe that it is done."""


class Producer:
    """`start` before anything else; `stop` at the end."""

    def __init__(self, broker: Broker) -> None:
        self._producer = clients.async_producer(
            broker, acks="all", enable_idempotence=False, request_timeout_ms=int(PATIENCE_S * 1000)
        )

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def append(self, records: Sequence[OutgoingRecord]) -> None:
        """Appends in order and waits for each. Raises NotTaken."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                for record in records:
                    await self._producer.send_and_wait(record.topic, record.value, key=record.key)
        except (KafkaError, TimeoutError) as fault:
            raise NotAcknowledged(
                f"Kafka did not take it ({type(fault).__name__}): it is not done. Try again."
            ) from None
