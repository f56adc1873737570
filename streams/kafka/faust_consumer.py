"""Faust's consumer as our services need it: no fetch overlaps a seek, and nothing is handed on before a
recovery has ended.

Seen in faust-streaming 0.15.3 and aiokafka 0.14. What it leans on:

- `App.transport` may be set before the start; the consumer is made from the transport's `Consumer`.
- `Consumer.getmany` is what the fetcher iterates; each `(tp, message)` goes to the conductor's callback for
  `tp`. `_wait_next_records` waits for the flow and for the partitions that are active: while tables recover
  these are the changelog's alone, and their records pass one by one.
- `Consumer._getmany(active_partitions, timeout)` returns raw records by partition; partitions that are left
  out stay where they are.
- A rebalance begins with `on_partitions_revoked`, which stops the flow; `seek_wait` sets where the changelog
  is read from, and `perform_seek` goes back to what is committed. It is the end of a recovery, and runs only
  if no other rebalance has begun. `App.rebalancing` does not tell: the end of one rebalance says that there
  is none, though the next may have begun meanwhile. Until then nothing of the inputs may be handed on;
  messages of an older generation are passed over by the stream. What ends a recovery clears the agents'
  queues (`flow_control.resume`) after `perform_seek`, and with them what was handed on meanwhile; right
  behind it it calls `resume_flow`. So nothing is handed on before: it would be lost until the next rebalance.
- A fetch that is under way during a seek moves the position behind its back, and what it brings is thrown
  away: then a recovery waits for ever for rows it will not get. So no fetch overlaps a seek here, and what
  was fetched before one is not handed on after it.
- `_thread._create_worker_consumer` makes the aiokafka consumer, which takes `_fetch_max_wait_ms` when it
  starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage

IDLE_S, BUSY_S = 0.25, 0.02
FETCH_WAIT_MS = 50


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust fixes a wait of 1.5 s at the broker; a partition whose records were just taken is not asked for
    again until that wait is over.

    A partition of which nothing is committed yet aiokafka leaves where it is: what was fetched and thrown
    away during a rebalance would be lost.
    """

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def seek_to_committed(self) -> Mapping[TP, int]:
        committed = await super().seek_to_committed()
        begun = [
            tp
            for tp, offset in committed.items()
            if not (offset and offset > 0) and tp.topic not in self.app.tables.changelog_topics
        ]
        if begun:
            await self.seek_to_beginning(*begun)
        return committed


class InputConsumer(driver.Consumer):
    """Hands on record by record.

    `recovered`: the generation whose tables are read back; `flowing`: the one whose inputs are handed on.
    Both are None until there is one: the embedded broker counts generations from 0.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetching = asyncio.Lock()
        self.seeks = self.fetched_after = 0
        self.recovered: int | None = None
        self.flowing: int | None = None

    @property
    def inputs_flow(self) -> bool:
        """Whether this generation's inputs may be handed on."""
        return bool(self.flowing == self.app.consumer_generation_id)

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self.recovered = self.flowing = None
        await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        """Go back to what is committed: whatever was fetched and not done will be fetched again."""
        generation = self.app.consumer_generation_id
        self.recovered = self.flowing = None
        async with self.fetching:
            self.seeks += 1
            await super().perform_seek()
        await self._sought()
        if generation == self.app.consumer_generation_id:
            self.recovered = generation

    async def _sought(self) -> None:
        """Prepare for the inputs; the seek is done, and nothing of them is handed on yet."""

    def resume_flow(self) -> None:
        super().resume_flow()
        self.flowing = self.recovered

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        async with self.fetching:
            self.seeks += 1
            await super().seek_wait(partitions)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
        async with self.fetching:
            self.fetched_after = self.seeks
            wanted = self._wanted(active_partitions or set())
            if wanted:  # to aiokafka none would mean all
                return await super()._getmany(wanted, self._patience())
        await self._pause(BUSY_S)
        return {}

    def _wanted(self, active: set[TP]) -> set[TP]:
        """Return what may be fetched now, in a set of its own: Faust changes its set during a fetch."""
        return {tp for tp in active if self._may_fetch(tp)}

    def _may_fetch(self, tp: TP) -> bool:
        return True

    def _patience(self) -> float:
        """Return how long a fetch may wait for records, s."""
        return IDLE_S

    async def _pause(self, seconds: float) -> None:
        """Wait a moment, as nothing may be fetched."""
        await asyncio.sleep(seconds)

    def _interrupted(self, fetched_after: int) -> bool:
        """Return whether what was fetched after so many seeks may not be handed on any more."""
        return not self.flow_active or fetched_after != self.seeks

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Yield the records of one fetch."""
        records, _ = await self._wait_next_records(timeout)
        fetched_after = self.fetched_after
        if records is None or self.should_stop:
            return
        for tp, record in self.scheduler.iterate(records):
            if self._interrupted(fetched_after):
                return
            yield tp, self._to_message(tp, record)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust looks for messages in every partition; whether a service gets anywhere is seen in
        `streams.service.process`.
        """


def transport(app: Any, consumer: type[InputConsumer]) -> driver.Transport:
    """Return a transport whose consumers are of this class."""
    made = driver.Transport(app.conf.broker_consumer, app)
    made.Consumer = consumer  # type: ignore[misc]
    return made
