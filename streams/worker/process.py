"""Run the worker as a process.

Start it, watch it, and end it with an exit code that tells a supervisor what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.guideline.settings.looser import looser
from streams.errors import UsageError
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_service import FaustService
from streams.kafka.partition_check import Shape, input_partitions, make_changelog, shape
from streams.kafka.producer import FaustProducer
from streams.kafka.rebuild import forget
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topics import changelog
from streams.service import metrics
from streams.service.lifecycle import wall
from streams.service.process import Part
from streams.worker import metric_updates
from streams.worker.app import WorkerAgent, wire
from streams.worker.dead_letter_alarm import DeadLetterAlarm, Share
from streams.worker.fence import GroupFence
from streams.worker.processor import BatchProcessor
from streams.worker.state_store import state_store
from streams.worker.system_alarms import SystemAlarms
from streams.worker.worker_clock import WorkerClock

if TYPE_CHECKING:
    from rules.guideline import Guideline

log = logging.getLogger("il2watch.worker")


class WorkerOptions(NamedTuple):
    """The options of a worker. `wall`: the clock of `--clock wall`, ms; None: the log's time.

    `patience`: seconds without progress before it gives up; `rebuild`: forget the state first.
    """

    broker: Broker
    guideline: Guideline
    state: Path
    wall: Callable[[], int] | None
    listen: str = "127.0.0.1"
    port: int = 9108
    patience: float = 120.0
    session: float = 10.0
    limits: Share = Share()
    name: str = "il2watch"
    rebuild: bool = False


async def serve(options: WorkerOptions) -> int:
    """Run until told to stop or unable to go on. Return the exit code; raises UsageError."""
    return await WorkerService(options).run()


TOPICS_S = 30.0


def differing(counts: Mapping[str, int], read: int) -> str | None:
    """Return which topics have how many partitions other than are read; None: none."""
    found = [f"{topic} {count}" for topic, count in counts.items() if count != read]
    return f"{', '.join(found)}; {read} are read" if found else None


def warn_of_looser(guideline: Guideline) -> None:
    """Log every number that is looser than published (criteria.md section 11)."""
    for one in looser(guideline):
        log.warning("looser than published: %s", one.text)


class WorkerService(FaustService):
    """The worker as a service."""

    recovers = "charts"

    def __init__(self, options: WorkerOptions) -> None:
        super().__init__(options.broker, log, options.listen, options.port, options.patience)
        self.options = options
        self.rebuild = options.rebuild

    def shape(self) -> Shape:
        """Return the inputs' shape, with the changelog made; forget the state first if that is asked."""
        options, found = self.options, shape(self.broker)
        rows = changelog(options.name, STATE_TABLE)
        make_changelog(self.broker, rows, found)
        if self.rebuild:
            forget(self.broker, options.name, rows, found)
            self.rebuild = False
        return found

    def make(self, shape: Shape) -> WorkerAgent:
        """Return the worker's agent."""
        options = self.options
        app = faust_app(options.broker, options.state, shape, options.session, options.name)
        store, producer = state_store(app, shape), FaustProducer(app)
        processor = BatchProcessor(
            options.guideline, store, producer, shape.partitions, GroupFence(app, store, producer)
        )
        name = f"{options.name}/{options.listen}:{options.port}"
        clock = None if options.wall is None else WorkerClock(options.wall, time.monotonic)
        alarm = DeadLetterAlarm(name, options.limits)
        return wire(app, processor, self.ends, clock, alarm, SystemAlarms(name, clock), clock or wall)

    def parts(self) -> Iterable[Part]:
        """Return the watch over the topics' partitions."""
        return (self._watch_topics(),)

    def stuck_partitions(self) -> tuple[int, ...]:
        """Return the partitions of which a batch is in hand for longer than the patience."""
        found: tuple[int, ...] = self.app.consumer.stuck(time.monotonic() - self.patience)
        return found

    def ready(self) -> str | None:
        """Return None while it reads all partitions that there are, and they are recovered."""
        return super().ready() or self.agent.added

    async def _watch_topics(self) -> None:
        """Look now and then whether the topics still have the partitions that are read, for ever."""
        while True:
            await asyncio.sleep(TOPICS_S)
            with contextlib.suppress(UsageError):
                counts = await asyncio.to_thread(input_partitions, self.broker)
                self.agent.added = differing(counts, self.agent.processor.count)

    async def open(self) -> None:
        """Prepare the metrics, publish the guideline's reference as one, and log what is looser."""
        metric_updates.prepare()
        metrics.GUIDELINE.info(self.options.guideline.deciding.reference)
        warn_of_looser(self.options.guideline)
