"""The Faust app: one agent over all input topics, one table, batches in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from rules.wire.topics import INPUTS
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import FaustAgent
from streams.service.lifecycle import die
from streams.worker import measure
from streams.worker.batch import Batch
from streams.worker.consumer import transport
from streams.worker.dead_letter_alarm import DeadLetterAlarm
from streams.worker.processor import BatchProcessor

log = logging.getLogger("il2watch.worker")


class WorkerAgent(FaustAgent):
    """The app with its transport, table and agent. `clock`: that of the system's own alarm, ms."""

    def __init__(
        self, app: Any, processor: BatchProcessor, alarm: DeadLetterAlarm, clock: Callable[[], int]
    ) -> None:
        super().__init__(app, INPUTS)
        self.processor, self.alarm, self.clock = processor, alarm, clock

    async def watch(self, stream: Any) -> None:
        """The agent.

        Of each partition one batch is on its way at a time (`streams.worker.consumer`), so partitions are
        worked off side by side.
        """
        async with asyncio.TaskGroup() as under_way:
            async for event in stream.noack().events():
                under_way.create_task(self.finish(event))

    async def finish(self, event: Any) -> None:
        """A batch that cannot be worked off ends the process: nothing of it is acknowledged, whoever takes
        over begins with it.
        """
        try:
            await self.process(event.message.batch, event.message.generation_id)
        except Exception as fault:
            die(fault)
        event.ack()

    async def process(self, batch: Batch, generation: int) -> None:
        """One batch, and what is to be said of the system after it."""
        if self.processor.assigned(generation):
            numbers = sorted({tp.partition for tp in self.owned()})
            log.info("at work on %d partitions: %s", len(numbers), ", ".join(map(str, numbers)))
        partition, output = await self.processor.work(batch)
        now = self.clock()
        measure.batch(batch, output, partition, now)
        alert = self.alarm.after(now, len(batch.records), len(output.refusals))
        measure.share(self.alarm.share)
        if alert is not None:
            await self.processor.producer.append([alert])


def wire(
    app: Any,
    processor: BatchProcessor,
    ends: Ends,
    wall: Callable[[], int] | None,
    alarm: DeadLetterAlarm,
    clock: Callable[[], int],
) -> WorkerAgent:
    """Add transport, table and agent to the app.

    `wall`: the clock patients are ticked by (None: the log's); `clock`: that of the system's own alarm. Both
    tell ms.
    """
    agent = WorkerAgent(app, processor, alarm, clock)
    agent.wire("watch", transport(app, ends, wall), processor.store)
    return agent
