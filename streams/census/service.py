"""The census as a process: reads, counts, serves the counts; ends when it is told to, or when the broker has been silent for too long."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, NamedTuple

from faust.types import TP

from streams import health
from streams import metrics as all_metrics
from streams.broker.settings import Broker
from streams.broker.topics import ASSESSMENTS
from streams.census import metrics
from streams.census.count import Census
from streams.census.follow import Follower
from streams.cli import version
from streams.ending import STUCK, Ending
from streams.replay.partitions import partitions
from streams.worker.ends import Ends
from streams.worker.progress import Progress, Sight

if TYPE_CHECKING:
    from rules.guideline import Guideline

log = logging.getLogger("il2watch.census")


class Options(NamedTuple):
    """How a census runs. `patience`: seconds without a broker before it gives up."""

    broker: Broker
    guideline: Guideline
    listen: str = "127.0.0.1"
    port: int = 9111
    patience: float = 120.0


async def serve(options: Options) -> int:
    """Runs until told to stop. Answers the exit code; raises UsageError."""
    partitions(options.broker, [ASSESSMENTS])
    follower, ends = Follower(options.broker), Ends(options.broker.for_aiokafka())
    await follower.start()
    try:
        await ends.start()
        return await Service(follower, ends, options).run()
    finally:
        await ends.stop()
        await follower.stop()


class Service(Ending):
    """A running census."""

    def __init__(self, follower: Follower, ends: Ends, options: Options) -> None:
        super().__init__()
        self.follower, self.ends, self.options = follower, ends, options
        self.census = Census()
        self.caught_up = False

    async def run(self) -> int:
        """Serves what it counts until told to stop."""
        self._listen()
        prepare(self.options.guideline)
        all_metrics.BUILD.info({"version": version()})
        runner = await health.serve(health.application(lambda: None, self.ready), self.options.listen, self.options.port)
        watch = asyncio.create_task(self._watch())
        try:
            await self._read()
        finally:
            watch.cancel()
            await runner.cleanup()
        return self.code

    def ready(self) -> str | None:
        """None once every patient's assessment was read."""
        return None if self.caught_up else "the assessments are being read"

    async def _read(self) -> None:
        while not self.told.is_set():
            for patient, value in await self.follower.records():
                self.census.take(patient, value)
            self.caught_up = self.caught_up or await self.follower.caught_up()
            if self.caught_up:
                metrics.show(self.census)

    async def _watch(self) -> None:
        progress = Progress(self.options.patience, time.monotonic())
        while True:
            fault = progress.seen(await self._look(), time.monotonic())
            if fault is not None:
                log.critical("stops: %s", fault)
                self._end(STUCK)
            await asyncio.sleep(2.0)

    async def _look(self) -> Sight:
        answered = await self.ends([TP(ASSESSMENTS, 0)])
        return Sight(None if answered else "the broker does not answer", 0)


def prepare(guideline: Guideline) -> None:
    """Every label set of this guideline, at 0."""
    systems = {row.system: None for row in guideline.rows}
    metrics.prepare(systems, [item.what for item in guideline.observations if item.ward], [rule.rule for rule in guideline.stop_rules])
