"""Produce records and wait until Kafka has acknowledged them, through Faust or through aiokafka."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError, UnknownError

from streams.kafka import clients
from streams.kafka.settings import Broker

log = logging.getLogger("il2watch.kafka")

AGAIN_S = 1.0
"""How long until what a broker could not write is sent again."""

Headers = Sequence[tuple[str, bytes]]


class OutgoingRecord(NamedTuple):
    """A record to append. `time`: its timestamp, ms (None: now); `partition` None: chosen by its key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    time: int | None = None
    partition: int | None = None


class FaustProducer:
    """A producer over Faust's, which waits for all in-sync replicas."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def append(self, records: Iterable[OutgoingRecord]) -> list[int]:
        """Append records in order and wait for every acknowledgement.

        Return the offsets; raises KafkaError or ProducerSendError. A broker whose disk is full says "unknown
        error" before it ends: then all of them are sent again, as long as the process's patience lasts.
        """
        records, refused = list(records), False
        while True:
            sent = [await self._send(record) for record in records]
            found = await asyncio.gather(*sent, return_exceptions=True)
            faults = [one for one in found if isinstance(one, BaseException)]
            if not faults:
                return [one.offset for one in found if not isinstance(one, BaseException)]
            if others := [fault for fault in faults if not isinstance(fault, UnknownError)]:
                raise others[0]
            if not refused:
                log.warning(
                    "the broker cannot write, and does not say why: is its disk full? It is asked again"
                )
            refused = True
            await asyncio.sleep(AGAIN_S)

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
    """Kafka has not acknowledged the records: they do not count as written."""


class Producer:
    """A producer over aiokafka's. `start` comes before anything else, `stop` at the end."""

    def __init__(self, broker: Broker) -> None:
        self._producer = clients.async_producer(
            broker, acks="all", enable_idempotence=False, request_timeout_ms=int(PATIENCE_S * 1000)
        )

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def stop(self) -> None:
        """Send what is buffered and disconnect."""
        await clients.stop(self._producer)

    async def append(self, records: Sequence[OutgoingRecord]) -> None:
        """Append records in order and wait for each acknowledgement. Raises NotAcknowledged."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                for record in records:
                    await self._producer.send_and_wait(record.topic, record.value, key=record.key)
        except (KafkaError, TimeoutError) as fault:
            raise NotAcknowledged(
                f"Kafka did not take it ({type(fault).__name__}): it is not done. Try again."
            ) from None
