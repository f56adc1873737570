"""The pager as a process: it starts, keeps time, tells how it is, and ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from rules.wire.topics import ALERTS
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from streams.errors import UsageError
from streams.kafka import end_offsets
from streams.kafka.admin import admin
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_service import FaustService
from streams.kafka.partitions import Shape, make_changelog, shape
from streams.kafka.producer import FaustProducer
from streams.kafka.settings import Broker
from streams.kafka.topics import changelog
from streams.pager.delivery.attempts import ChannelAlerts, Delivery
from streams.pager.delivery.outbox import TABLE, OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.service import api, measure, metrics
from streams.pager.service.app import PagerAgent, PagerClock, outbox, wire
from streams.pager.service.config import Configured
from streams.pager.service.intake import Intake
from streams.pager.service.watchdog import Watchdog
from streams.service import lifecycle
from streams.service.process import Part

TICK_S = 0.25
STALL_S = 1.0
log = logging.getLogger("il2watch.pager")


class PagerOptions(NamedTuple):
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


async def serve(options: PagerOptions) -> int:
    """Runs until it is told to stop, or cannot go on. Answers the exit code; raises UsageError."""
    made = options.configured
    channels = {name: channel(name, table, options.secrets) for name, table in made.channels.items()}
    api_settings = api.ApiSettings.of(made.api, options.secrets) if made.api is not None else None
    found = alike(options.broker, shape(options.broker))
    make_changelog(options.broker, changelog(options.name, TABLE), found)
    ends = Ends(options.broker)
    await end_offsets.connect(ends, options.broker)
    app = faust_app(options.broker, options.state, found, options.session, options.name)
    clock, producer = PagerClock(options.wall), FaustProducer(app)
    writer = OutboxWriter(made.paging, outbox(app, found), producer, clock)
    writer.audited = measure.count_audit
    delivery = Delivery(
        writer,
        ChannelAlerts(producer, lifecycle.wall),
        made.link,
        lifecycle.wall,
        lambda name, tripped: metrics.CIRCUIT.labels(name).set(tripped),
    )
    workers = {name: DeliveryWorker(one, delivery) for name, one in channels.items() if name != made.watchdog}
    dog = Watchdog(
        producer,
        channels[made.watchdog] if made.watchdog else None,
        made.every,
        found.partitions,
        lifecycle.wall,
    )
    agent = PagerAgent(app, writer, Intake(writer, dog.is_heartbeat), workers, clock, ends)
    wire(app, agent)
    try:
        return await PagerService(agent, ends, options, dog, api_settings).run()
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


class PagerService(FaustService):
    """A running pager."""

    recovers = "the outbox"

    def __init__(
        self,
        agent: PagerAgent,
        ends: Ends,
        options: PagerOptions,
        dog: Watchdog,
        api_settings: api.ApiSettings | None,
    ) -> None:
        super().__init__(agent, ends, log, options.listen, options.port, options.patience)
        self.dog, self.api = dog, api_settings
        self.served: Any = None

    async def open(self) -> None:
        metrics.prepare(self.agent.workers)
        await super().open()
        if self.api is not None:
            self.served = await self.api.serve(self.agent.writer)

    def parts(self) -> Iterable[Part]:
        return (self.agent.writer.run(), self._keep_time(), self._beat())

    async def close(self) -> None:
        """Stop the clock, then what goes by it; the outbox is written until the partitions are given back."""
        if self.served is not None:
            await self.served.cleanup()
        for task in self.tasks[1:]:
            task.cancel()
        await self.agent.put_down()
        await super().close()

    async def _keep_time(self) -> None:
        stood = 0.0
        while True:
            await asyncio.sleep(TICK_S)
            if not self.agent.settled():
                continue
            await self.agent.open()
            if self.agent.at_work:
                self.agent.pass_time()
            if time.monotonic() - stood >= STALL_S:
                stood = time.monotonic()
                measure.count_open(self.agent.writer.states, self.agent.workers, self.agent.clock())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(STALL_S)
            if self.agent.settled():
                await self.dog.tend({tp.partition for tp in self.agent.owned()})
