"""Records out: a producer of the board's own, which waits until Kafka has them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker.settings import Broker
from streams.worker.outlet import Out

PATIENCE_S = 10.0


class NotTaken(Exception):
    """Kafka did not say that it has them: nobody may believe that it is done."""


class Outlet:
    """`start` before anything else; `stop` at the end."""

    def __init__(self, broker: Broker) -> None:
        self._producer = AIOKafkaProducer(**broker.for_aiokafka(), acks="all", enable_idempotence=False, request_timeout_ms=int(PATIENCE_S * 1000))

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def append(self, records: Sequence[Out]) -> None:
        """Appends in order and waits for each. Raises NotTaken."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                for record in records:
                    await self._producer.send_and_wait(record.topic, record.value, key=record.key)
        except (KafkaError, TimeoutError) as fault:
            raise NotTaken(f"Kafka did not take it ({type(fault).__name__}): it is not done. Try again.") from None
