"""Keep a worker that hung or was cut off from writing behind its successor.

Before it reads a partition, a worker begins a term there (`streams.kafka.fencing`), and all that it writes
carries it: readers drop what is of an earlier term. Before each write it sees that the group still counts on
it. What was on its way when it was cut off arrives all the same: the successor notices the gap in the
changelog and writes its rows again, so that compaction leaves nothing of it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from streams.kafka.fencing import FencedTable, begin, belongs
from streams.kafka.producer import FaustProducer
from streams.kafka.state_record import NO_TERM

LOOK_S = 0.05


class Overtaken(Exception):
    """The partitions have moved, or another process writes in them: nothing more may be written."""


class Fence:
    """No fence: a worker alone."""

    async def begin(self, partition: int) -> int:
        """Begin a term in a partition, and return it. Raises Overtaken."""
        return NO_TERM

    async def owns(self) -> None:
        """Return while the group counts on this worker. Raises Overtaken once the partitions move."""

    async def still_owns(self) -> None:
        """Return once the group has said again that it counts on this worker. Raises Overtaken."""


UNFENCED = Fence()


class GroupFence(Fence):
    """The fence of a worker in a consumer group."""

    def __init__(self, app: Any, table: FencedTable, producer: FaustProducer) -> None:
        self.app, self.table, self.producer = app, table, producer

    async def begin(self, partition: int) -> int:
        """Begin a term in a partition, and return it. Raises Overtaken."""
        await self.owns()
        terms = await begin(self.table, self.producer, [partition])
        await self.owns()
        return terms[partition]

    async def owns(self) -> None:
        """Return while the group counts on this worker. Raises Overtaken once the partitions move."""
        while not belongs(self.app):
            await self._look()

    async def still_owns(self) -> None:
        """Return once the group has said again that it counts on this worker. Raises Overtaken."""
        asked = time.monotonic()
        while self.app.consumer.observed < asked:
            await self._look()

    async def _look(self) -> None:
        if not self.app.consumer.inputs_flow:
            raise Overtaken("the partitions have moved to others")
        await asyncio.sleep(LOOK_S)
