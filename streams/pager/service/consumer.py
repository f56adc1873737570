"""Faust's consumer for few records that must be fast: fetches wait 50 ms at the broker, and none overlaps a
seek (see streams.worker.consumer).

Seen in faust-streaming 0.15.3 and aiokafka 0.14:

- `getmany` yields `(tp, message)`; `_getmany` fetches; `perform_seek` and `seek_wait` move positions.
- `perform_seek` is the end of a recovery, and runs only if no other rebalance has begun. `App.rebalancing`
  does not tell: the end of one rebalance says that there is none, though the next may have begun meanwhile.
- What ends a recovery clears the agents' queues (`flow_control.resume`) after `perform_seek`, and with them
  what was handed on meanwhile; right behind it it calls `resume_flow`. So until then no input is fetched: its
  records would be lost until the next rebalance.
- `ack` keeps offsets to commit by partition alone, and drops them when partitions are revoked: one that comes
  later would be committed in the next generation, before its record has been read there.
- `_coordinator._do_heartbeat` asks the group whether this member still belongs to it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from faust.types.tuples import ConsumerMessage

from rules.wire.topics import ALERTS, COMMANDS
from streams.worker.consumer import ConsumerThread

INPUTS = (ALERTS, COMMANDS)
WAIT_S = 0.25
BUSY_S = 0.02


class Consumer(driver.Consumer):
    """Hands on record by record.

    `recovered`: the generation whose tables are read back; `flowing`: the one whose inputs are handed on;
    `heard`: s, when the group last knew this member.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetching = asyncio.Lock()
        self.seeks = self.fetched_after = 0
        self.recovered: int | None = None
        self.flowing: int | None = None
        self.heard = 0.0

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self.recovered = self.flowing = None
        await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        generation = self.app.consumer_generation_id
        self.recovered = self.flowing = None
        async with self.fetching:
            self.seeks += 1
            await super().perform_seek()
        await self._thread.call_thread(self._listen())
        if generation == self.app.consumer_generation_id:
            self.recovered = generation

    def resume_flow(self) -> None:
        super().resume_flow()
        self.flowing = self.recovered

    def ack(self, message: Message) -> bool:
        """A record is done; in a generation that is over its offset is nobody's to commit."""
        return message.generation_id == self.recovered and bool(super().ack(message))

    def _listen(self) -> Callable[[], Awaitable[bool]]:
        """Notes each heartbeat that the group answers well; answers how to ask for one.

        One that hung in a recovery believes it owns what is gone.
        """
        coordinator: Any = self._thread._ensure_consumer()._coordinator
        ask = type(coordinator)._do_heartbeat

        async def asked() -> bool:
            began = time.monotonic()
            known = bool(await ask(coordinator))
            self.heard = began if known else self.heard
            return known

        coordinator._do_heartbeat = asked
        return asked

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        async with self.fetching:
            self.seeks += 1
            await super().seek_wait(partitions)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
        async with self.fetching:
            self.fetched_after = self.seeks
            wanted = self._wanted(active_partitions or set())
            if wanted:  # to aiokafka none would mean all
                return await super()._getmany(wanted, WAIT_S)
        await asyncio.sleep(BUSY_S)
        return {}

    def _wanted(self, active: set[TP]) -> set[TP]:
        """What may be fetched now: changelogs at any time, the inputs once all is recovered.

        Of its own: Faust changes its set during a fetch.
        """
        flowing = self.flowing == self.app.consumer_generation_id
        return {tp for tp in active if flowing or tp.topic not in INPUTS}

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
        """Faust looks for messages in every partition; whether the pager gets anywhere is seen in
        `streams.service.lifecycle`.
        """


def transport(app: Any) -> driver.Transport:
    """A transport with the consumer above."""
    made = driver.Transport(app.conf.broker_consumer, app)
    made.Consumer = Consumer  # type: ignore[misc]
    return made
