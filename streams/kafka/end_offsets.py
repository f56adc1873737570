"""Ask for the end offsets of topics on a connection of its own.

On a shared connection a fetch that waits for records would delay the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from streams.kafka import clients
from streams.kafka.settings import Broker
from streams.service import metrics

ASK_S = 5.0
SOON_S = 1.0
"""So long a request for all partitions may take."""
APART_S = 30.0
"""So long each partition number is asked for by itself after one took longer."""


class Ends:
    """A client for end offsets; those of a partition that cannot be reached are left out."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._client: Any = None
        self._apart_until = 0.0

    async def start(self) -> None:
        """Connect. Raises KafkaError when no broker answers."""
        self._client = clients.async_consumer(self._broker, request_timeout_ms=int(ASK_S * 1000))
        await self._client.start()

    async def stop(self) -> None:
        """Disconnect."""
        if self._client is not None:
            await clients.stop(self._client)

    async def __call__(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset that the next record of each partition will have.

        One request for all. Where that is not answered soon, one per partition number for a while, so that
        one in trouble delays only itself.
        """
        return await self._each(tps, "end_offsets")

    async def begins(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset that each partition begins with; retention moves it."""
        return await self._each(tps, "beginning_offsets")

    async def _each(self, tps: Iterable[TP], what: str) -> dict[TP, int]:
        tps = list(tps)
        if time.monotonic() >= self._apart_until:
            with contextlib.suppress(TimeoutError, KafkaError):
                return await asyncio.wait_for(self._of(tps, what), SOON_S)
            self._apart_until = time.monotonic() + APART_S
        numbers: dict[int, list[TP]] = {}
        for tp in tps:
            numbers.setdefault(tp.partition, []).append(tp)
        found: dict[TP, int] = {}
        for answer in await asyncio.gather(*(self._ask(each, what) for each in numbers.values())):
            found.update(answer)
        return found

    async def _ask(self, tps: list[TP], what: str) -> dict[TP, int]:
        try:
            return await self._of(tps, what)
        except KafkaError:
            return {}

    async def _of(self, tps: list[TP], what: str) -> dict[TP, int]:
        """Ask for partitions in one request a broker. Raises KafkaError."""
        answer = await getattr(self._client, what)([TopicPartition(*tp) for tp in tps])
        return {TP(*tp): offset for tp, offset in answer.items()}


def lag(positions: Mapping[TP, int], ends: Mapping[TP, int], owned: Iterable[TP]) -> int:
    """Set the lag metric of each partition; return the sum."""
    behind = {tp: max(0, ends[tp] - positions.get(tp, 0)) for tp in owned if tp in ends}
    for tp, records in behind.items():
        metrics.LAG.labels(tp.topic, str(tp.partition)).set(records)
    return sum(behind.values())


async def connect(ends: Ends, broker: Broker) -> None:
    """Connect. Raises UsageError when no broker answers."""
    try:
        await ends.start()
    except KafkaError as error:
        await ends.stop()
        raise broker.unanswered(error) from None
