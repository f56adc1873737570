"""Run the worker as a process.

Start it, watch it, and end it with an exit code that tells a supervisor what to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.guideline.settings.looser import looser
from streams.kafka.end_offsets import Ends, connect
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_service import FaustService
from streams.kafka.partition_check import make_changelog, shape
from streams.kafka.producer import FaustProducer
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topics import changelog
from streams.service import metrics
from streams.service.lifecycle import wall
from streams.worker.app import WorkerAgent, wire
from streams.worker.dead_letter_alarm import DeadLetterAlarm, Share
from streams.worker.processor import BatchProcessor
from streams.worker.rebuild import forget
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
    topic_shape = shape(options.broker)
    rows = changelog(options.name, STATE_TABLE)
    make_changelog(options.broker, rows, topic_shape)
    if options.rebuild:
        forget(options.broker, options.name, rows, topic_shape)
    ends = Ends(options.broker)
    await connect(ends, options.broker)
    app = faust_app(options.broker, options.state, topic_shape, options.session, options.name)
    processor = BatchProcessor(
        options.guideline, state_store(app, topic_shape), FaustProducer(app), topic_shape.partitions
    )
    name = f"{options.name}/{options.listen}:{options.port}"
    clock = None if options.wall is None else WorkerClock(options.wall, time.monotonic)
    alarms = SystemAlarms(name, clock)
    alarm = DeadLetterAlarm(name, options.limits)
    agent = wire(app, processor, ends, clock, alarm, alarms, clock or wall)
    try:
        return await WorkerService(agent, ends, options).run()
    finally:
        await ends.stop()


def warn_of_looser(guideline: Guideline) -> None:
    """Log every number that is looser than published (criteria.md section 11)."""
    for one in looser(guideline):
        log.warning("looser than published: %s", one.text)


class WorkerService(FaustService):
    """The worker as a service."""

    recovers = "charts"

    def __init__(self, agent: WorkerAgent, ends: Ends, options: WorkerOptions) -> None:
        super().__init__(agent, ends, log, options.listen, options.port, options.patience)
        self.guideline = options.guideline

    async def open(self) -> None:
        """Publish the guideline's reference as a metric, log what is looser, then open as every service."""
        metrics.GUIDELINE.info(self.guideline.reference)
        warn_of_looser(self.guideline)
        await super().open()
