"""Wire the worker's Faust app: one agent over all input topics, one table, batches in between."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from rules.wire.refusals import WRONG_PARTITION
from rules.wire.topics import INPUTS
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import FaustAgent
from streams.service.lifecycle import die
from streams.worker import metric_updates
from streams.worker.batch import Batch
from streams.worker.consumer import transport
from streams.worker.dead_letter_alarm import DeadLetterAlarm
from streams.worker.fence import Overtaken
from streams.worker.partition_state import PartitionState
from streams.worker.processor import BatchProcessor
from streams.worker.system_alarms import SystemAlarms, happenings

log = logging.getLogger("il2watch.worker")


class WorkerAgent(FaustAgent):
    """The worker's Faust agent, with its batch processor and its dead-letter alarm.

    `alarms`: the system's other alarms; `clock`: their clock, ms. `added`: how the topics' partitions differ
    from those it reads (None: they do not).
    """

    def __init__(
        self,
        app: Any,
        processor: BatchProcessor,
        alarm: DeadLetterAlarm,
        alarms: SystemAlarms,
        clock: Callable[[], int],
    ) -> None:
        super().__init__(app, INPUTS)
        self.processor, self.alarm, self.alarms, self.clock = processor, alarm, alarms, clock
        self.added: str | None = None

    async def watch(self, stream: Any) -> None:
        """Process the stream, the partitions concurrently.

        Of each partition one batch is in flight at a time (`streams.worker.consumer`), so no partition is
        processed twice at once.
        """
        async with asyncio.TaskGroup() as under_way:
            async for event in stream.noack().events():
                under_way.create_task(self.finish(event))

    async def finish(self, event: Any) -> None:
        """Process a batch and acknowledge it; end the process if it fails.

        Nothing of a failed batch is acknowledged, so the partition's next owner begins with it. Nor is of one
        that is left to that owner: a rebalance waits for the batch, and commits what it acknowledges.
        """
        message = event.message
        began = time.monotonic()
        try:
            partition = await self.process(message.batch, message.generation_id)
        except Overtaken as fault:
            log.warning("a batch is left to the next owner of its partition: %s", fault)
            message.batch = message.batch._replace(positions=message.batch.committed)
            event.ack()
            return
        except Exception as fault:
            die(fault)
        message.batch = message.batch._replace(positions=partition.done(message.batch.positions))
        message.buffer.took(time.monotonic() - began)
        message.buffer.hurry(partition.busy or partition.owes(message.batch.now))
        event.ack()

    def recovered(self) -> int:
        """Return a number that grows while the table recovers, or while a flood of deadlines is decided."""
        return super().recovered() + self.processor.steps

    async def process(self, batch: Batch, generation: int) -> PartitionState:
        """Process one batch, publish what opened or closed about the system; return the partition's state."""
        if self.processor.assigned(generation):
            numbers = sorted({tp.partition for tp in self.owned()})
            log.info("at work on %d partitions: %s", len(numbers), ", ".join(map(str, numbers)))
        partition, output = await self.processor.work(batch)
        now = self.clock()
        metric_updates.batch(batch, output, partition, now)
        alert = self.alarm.after(now, len(batch.records), len(output.refusals))
        metric_updates.share(self.alarm.share)
        misplaced = sum(refusal.reason == WRONG_PARTITION for refusal in output.refusals)
        shortened, self.processor.store.cut = self.processor.store.cut, set()
        happened = happenings(misplaced, output.stuck, batch.cut, self.added, shortened)
        alerts = [
            *([] if alert is None else [alert]),
            *self.alarms.after(now, happened, self.processor.lost, self.processor.older),
        ]
        metric_updates.system(self.alarms.open())
        if alerts:
            await self.processor.producer.append(alerts)
        return partition


def wire(
    app: Any,
    processor: BatchProcessor,
    ends: Ends,
    wall: Callable[[], int] | None,
    alarm: DeadLetterAlarm,
    alarms: SystemAlarms,
    clock: Callable[[], int],
) -> WorkerAgent:
    """Add transport, table and agent to the app.

    `wall`: the clock that patients are ticked by (None: the log's); `clock`: that of the system's own alarms.
    Both return ms.
    """
    agent = WorkerAgent(app, processor, alarm, alarms, clock)
    agent.wire("watch", transport(app, ends, wall, processor.store), processor.store)
    return agent
