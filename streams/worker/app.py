"""The Faust app: one agent over all input topics, one table, batches in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from rules.wire.topics import INPUTS
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import FaustWiring
from streams.service.lifecycle import die
from streams.worker import measure
from streams.worker.batch import Batch
from streams.worker.consumer import transport
from streams.worker.dead_letter_alarm import Alarm
from streams.worker.processor import Rounds

log = logging.getLogger("il2watch.worker")


class Wiring(FaustWiring):
    """The app with its transport, table and agent. `clock`: that of the system's own alarm, ms."""

    def __init__(self, app: Any, rounds: Rounds, alarm: Alarm, clock: Callable[[], int]) -> None:
        super().__init__(app, INPUTS)
        self.rounds, self.alarm, self.clock = rounds, alarm, clock

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
            await self.take(event.message.batch, event.message.generation_id)
        except Exception as fault:
            die(fault)
        event.ack()

    async def take(self, batch: Batch, generation: int) -> None:
        """One batch, and what is to be said of the system after it."""
        if self.rounds.assigned(generation):
            numbers = sorted({tp.partition for tp in self.owned()})
            log.info("at work on %d partitions: %s", len(numbers), ", ".join(map(str, numbers)))
        ward, output = await self.rounds.work(batch)
        now = self.clock()
        measure.batch(batch, output, ward, now)
        alert = self.alarm.after(now, len(batch.records), len(output.refusals))
        measure.share(self.alarm.share)
        if alert is not None:
            await self.rounds.outlet.append([alert])


def wire(
    app: Any,
    rounds: Rounds,
    ends: Ends,
    wall: Callable[[], int] | None,
    alarm: Alarm,
    clock: Callable[[], int],
) -> Wiring:
    """Add transport, table and agent to the app.

    `wall`: the clock patients are ticked by (None: the log's); `clock`: that of the system's own alarm. Both
    tell ms.
    """
    wiring = Wiring(app, rounds, alarm, clock)
    wiring.wire("watch", transport(app, ends, wall), rounds.charts)
    return wiring
