"""The pager as a process: it starts, keeps time, tells how it is, and ends; as the worker does
(streams.worker.process).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from faust.types import TP

from rules.wire.topics import ALERTS
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from streams.errors import UsageError
from streams.kafka import end_offsets
from streams.kafka.admin import admin
from streams.kafka.end_offsets import Ends, lag
from streams.kafka.partitions import Shape, make_changelog, shape
from streams.kafka.producer import Outlet
from streams.kafka.settings import Broker
from streams.pager.delivery.attempts import Faults, Post
from streams.pager.delivery.outbox import Ledger, changelog
from streams.pager.delivery.workers import Courier
from streams.pager.service import api, measure, metrics
from streams.pager.service.app import Clock, Wiring, ended, outbox, wire
from streams.pager.service.config import Configured
from streams.pager.service.intake import Intake
from streams.pager.service.watchdog import Watchdog
from streams.service import lifecycle
from streams.service import metrics as shared
from streams.service.exit_codes import version
from streams.service.lifecycle import Sight
from streams.worker import process
from streams.worker.app import faust_app

TICK_S = 0.25
STAND_S = 1.0
log = logging.getLogger("il2watch.pager")


class Options(NamedTuple):
    """How a pager runs. `wall`: the clock of `--clock wall`, ms; None goes by the log.

    `patience`: seconds without progress before it gives up.
    """

    broker: Broker
    configured: Configured
    state: Path
    wall: Callable[[], int] | None
    listen: str = "127.0.0.1"
    port: int = 9109
    patience: float = 120.0
    session: float = 10.0
    name: str = "il2watch-pager"
    secrets: Secrets = Secrets()


async def serve(options: Options) -> int:
    """Runs until it is told to stop, or cannot go on. Answers the exit code; raises UsageError."""
    made = options.configured
    channels = {name: channel(name, table, options.secrets) for name, table in made.channels.items()}
    door = api.Door.of(made.api, options.secrets) if made.api is not None else None
    found = alike(options.broker, shape(options.broker))
    make_changelog(options.broker, changelog(options.name), found)
    ends = Ends(options.broker)
    await end_offsets.connect(ends, options.broker)
    app = faust_app(options.broker, options.state, found, options.session, options.name)
    clock, outlet = Clock(options.wall), Outlet(app)
    ledger = Ledger(made.paging, outbox(app, found), outlet, clock)
    ledger.told = measure.told
    post = Post(
        ledger,
        Faults(outlet, lifecycle.wall),
        made.link,
        lifecycle.wall,
        lambda name, tripped: metrics.CIRCUIT.labels(name).set(tripped),
    )
    couriers = {name: Courier(one, post) for name, one in channels.items() if name != made.watchdog}
    dog = Watchdog(
        outlet,
        channels[made.watchdog] if made.watchdog else None,
        made.every,
        found.partitions,
        lifecycle.wall,
    )
    wiring = Wiring(app, ledger, Intake(ledger, dog.heard), couriers, clock, ends)
    wire(app, wiring)
    try:
        return await Service(app, wiring, ends, options, dog, door).run()
    finally:
        await ends.stop()
        for one in channels.values():
            await one.close()


def alike(broker: Broker, found: Shape) -> Shape:
    """The shape, if the alerts have as many partitions as the commands: one pager owns all of a patient.

    Raises UsageError.
    """
    with admin(broker) as connection:
        there = connection.topics([ALERTS])[ALERTS].partitions
    if there != found.partitions:
        raise UsageError(
            f"{ALERTS} has {there} partitions and il2.commands {found.partitions}; see il2watch topics check"
        )
    return found


class Service(process.Service):
    """A running pager."""

    wiring: Any
    options: Any

    def __init__(
        self, app: Any, wiring: Wiring, ends: Ends, options: Options, dog: Watchdog, door: api.Door | None
    ) -> None:
        # its wiring and options have the fields that are used
        super().__init__(app, wiring, ends, options)  # type: ignore[arg-type]
        self.dog, self.door = dog, door
        self.tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Starts everything, watches, stops everything."""
        self._listen()
        shared.BUILD.info({"version": version()})
        metrics.prepare(self.wiring.couriers)
        runner = await self._health()
        served = await self.door.serve(self.wiring.ledger) if self.door is not None else None
        try:
            self.tasks = [
                asyncio.create_task(work)
                for work in (self.wiring.ledger.run(), self._keep_time(), self._beat())
            ]
            for task in self.tasks:
                task.add_done_callback(ended)
            await self._start()
            await self._watch()
        finally:
            await self._end_all(runner, served)
        return self.code

    async def _end_all(self, runner: Any, served: Any) -> None:
        if served is not None:
            await served.cleanup()
        for task in self.tasks[1:]:
            task.cancel()
        await self.wiring.put_down()
        await self._stop(runner)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _keep_time(self) -> None:
        stood = 0.0
        while True:
            await asyncio.sleep(TICK_S)
            if not self.wiring.settled():
                continue
            await self.wiring.open()
            if self.wiring.at_work:
                self.wiring.pass_time()
            if time.monotonic() - stood >= STAND_S:
                stood = time.monotonic()
                measure.standing(self.wiring.ledger.books, self.wiring.couriers, self.wiring.clock())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(STAND_S)
            if self.wiring.settled():
                await self.dog.tend({tp.partition for tp in self.wiring.owned()})

    def ready(self) -> str | None:
        """None once its partitions are recovered and read."""
        if self.fault is None and not self.wiring.at_work:
            return "partitions are being assigned or the outbox recovered"
        return self.fault

    async def _look(self) -> Sight:
        owned = self.wiring.owned()
        committed = {tp: self.app.consumer._committed_offset.get(tp) or 0 for tp in owned}
        mark = sum(committed.values()) + self.wiring.recovered()
        ends = await self.ends(owned or [TP(ALERTS, 0)])
        if not ends:
            return Sight("the broker does not answer", mark)
        if not self.wiring.settled():
            return Sight("no place in the consumer group", mark)
        behind = lag(committed, ends, owned)
        return Sight(f"{behind} records behind" if behind else None, mark)
