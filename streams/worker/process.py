"""The worker as a process: it starts, tells how it is, and ends; with an exit code that tells a supervisor
what to do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.kafka.end_offsets import Ends, connect
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_service import FaustService
from streams.kafka.partitions import make_changelog, shape
from streams.kafka.producer import Outlet
from streams.kafka.settings import Broker
from streams.kafka.state_record import CHARTS
from streams.kafka.topics import changelog
from streams.service import metrics
from streams.service.lifecycle import wall
from streams.worker.app import Wiring, wire
from streams.worker.dead_letter_alarm import Alarm, Share
from streams.worker.processor import Rounds
from streams.worker.state_store import charts

if TYPE_CHECKING:
    from rules.guideline import Guideline

log = logging.getLogger("il2watch.worker")


class Options(NamedTuple):
    """How a worker runs. `wall`: the clock of `--clock wall`, ms; None goes by the log.

    `patience`: seconds without progress before it gives up.
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


async def serve(options: Options) -> int:
    """Runs until it is told to stop, or cannot go on. Answers the exit code; raises UsageError."""
    found = shape(options.broker)
    make_changelog(options.broker, changelog(options.name, CHARTS), found)
    ends = Ends(options.broker)
    await connect(ends, options.broker)
    app = faust_app(options.broker, options.state, found, options.session, options.name)
    rounds = Rounds(options.guideline, charts(app, found), Outlet(app))
    alarm = Alarm(f"{options.name}/{options.listen}:{options.port}", options.limits)
    wiring = wire(app, rounds, ends, options.wall, alarm, wall)
    try:
        return await Service(wiring, ends, options).run()
    finally:
        await ends.stop()


class Service(FaustService):
    """A running worker."""

    recovers = "charts"

    def __init__(self, wiring: Wiring, ends: Ends, options: Options) -> None:
        super().__init__(wiring, ends, log, options.listen, options.port, options.patience)
        self.guideline = options.guideline

    async def open(self) -> None:
        metrics.GUIDELINE.info(self.guideline.reference)
        await super().open()
