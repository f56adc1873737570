"""Faust's consumer for few records that must be fast: fetches wait 50 ms at the broker, and none overlaps a seek (see streams.worker.batching).

Seen in faust-streaming 0.15.3 and aiokafka 0.14:

- `getmany` yields `(tp, message)`; `_getmany` fetches; `perform_seek` and `seek_wait` move positions.
- `perform_seek` is the end of a recovery, and runs only if no other rebalance has begun. `App.rebalancing` does not tell: the end of one rebalance
  says that there is none, though the next may have begun meanwhile.
- `_coordinator._do_heartbeat` asks the group whether this member still belongs to it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage

from streams.worker.batching import ConsumerThread

WAIT_S = 0.25


class Consumer(driver.Consumer):
    """Hands on record by record. `recovered`: the generation whose tables are read back; `heard`: s, when the group last knew this member."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetching = asyncio.Lock()
        self.seeks = self.fetched_after = 0
        self.recovered: int | None = None
        self.heard = 0.0

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        generation, began = self.app.consumer_generation_id, time.monotonic()
        self._listen()
        async with self.fetching:
            self.seeks += 1
            await super().perform_seek()
        if generation == self.app.consumer_generation_id:
            self.recovered, self.heard = generation, began

    def _listen(self) -> None:
        """Notes each heartbeat that the group answered well."""
        coordinator: Any = self._thread._ensure_consumer()._coordinator
        ask = type(coordinator)._do_heartbeat

        async def asked() -> bool:
            began = time.monotonic()
            known = bool(await ask(coordinator))
            self.heard = began if known else self.heard
            return known

        coordinator._do_heartbeat = asked

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        async with self.fetching:
            self.seeks += 1
            await super().seek_wait(partitions)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
        async with self.fetching:
            self.fetched_after = self.seeks
            return await super()._getmany(active_partitions, WAIT_S)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """The records of one fetch; what was fetched before a seek is not handed on after it."""
        records, _ = await self._wait_next_records(timeout)
        fetched_after = self.fetched_after
        if records is None or self.should_stop:
            return
        for tp, record in self.scheduler.iterate(records):
            if not self.flow_active or fetched_after != self.seeks:
                return
            yield tp, self._to_message(tp, record)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust looks for messages in every partition; whether the pager gets anywhere is seen in `streams.worker.progress`."""


def transport(app: Any) -> driver.Transport:
    """A transport with the consumer above."""
    made = driver.Transport(app.conf.broker_consumer, app)
    made.Consumer = Consumer  # type: ignore[misc]
    return made
