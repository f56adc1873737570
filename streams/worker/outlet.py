"""Records out, and not before all of them are acknowledged. Whatever Kafka refuses is raised."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Headers = Sequence[tuple[str, bytes]]


class Out(NamedTuple):
    """A record to append. `time`: its timestamp, ms (None: now); `partition` None: where its key belongs."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    time: int | None = None
    partition: int | None = None


class Outlet:
    """Appends through Faust's producer, which waits for all in-sync replicas."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def append(self, records: Iterable[Out]) -> list[int]:
        """Appends in order and waits for every acknowledgement. Answers the offsets; raises KafkaError or ProducerSendError."""
        sent = [await self._send(record) for record in records]
        return [metadata.offset for metadata in await asyncio.gather(*sent)]

    async def _send(self, record: Out) -> Any:
        producer = self.app.producer._ensure_producer()
        return await producer.send(
            record.topic,
            record.value,
            key=record.key,
            partition=record.partition,
            timestamp_ms=record.time,
            headers=list(record.headers),
        )
