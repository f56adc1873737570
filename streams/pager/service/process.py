"""Run the pager as a process: start it, keep time, watch it, end it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from rules.wire.topics import ALERTS
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from streams.errors import UsageError
from streams.kafka import end_offsets
from streams.kafka.admin import admin
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_service import FaustService
from streams.kafka.partition_check import Shape, make_changelog, shape
from streams.kafka.producer import FaustProducer
from streams.kafka.settings import Broker
from streams.kafka.topics import changelog
from streams.pager.delivery.attempts import ChannelAlerts, Delivery
from streams.pager.delivery.outbox import TABLE, OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.service import api, metric_updates, metrics
from streams.pager.service.app import PagerAgent, PagerClock, outbox, wire
from streams.pager.service.config import Configured
from streams.pager.service.intake import Intake
from streams.pager.service.watchdog import Watchdog
from streams.service import lifecycle
from streams.service.process import Part
from streams.times import ZONE

TICK_S = 0.25
STALL_S = 1.0
log = logging.getLogger("il2watch.pager")


class PagerOptions(NamedTuple):
    """The options of a pager. `wall`: the clock of `--clock wall`, ms; None: the log's time.

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
    """Run until told to stop or unable to go on. Return the exit code; raises UsageError."""
    configured = options.configured
    ZONE.set(configured.paging.zone)
    channels = {name: channel(name, table, options.secrets) for name, table in configured.channels.items()}
    api_settings = api.ApiSettings.of(configured.api, options.secrets) if configured.api is not None else None
    topic_shape = alike(options.broker, shape(options.broker))
    make_changelog(options.broker, changelog(options.name, TABLE), topic_shape)
    ends = Ends(options.broker)
    await end_offsets.connect(ends, options.broker)
    app = faust_app(options.broker, options.state, topic_shape, options.session, options.name)
    clock, producer = PagerClock(options.wall), FaustProducer(app)
    paging = structs.replace(
        configured.paging, identities={name: receiver.identity for name, receiver in channels.items()}
    )
    writer = OutboxWriter(paging, outbox(app, topic_shape), producer, clock)
    writer.audited = metric_updates.count_audit
    delivery = Delivery(
        writer,
        ChannelAlerts(producer, lifecycle.wall),
        configured.link,
        lifecycle.wall,
        lambda name, is_open: metrics.CIRCUIT.labels(name).set(is_open),
    )
    workers = {
        name: DeliveryWorker(receiver, delivery)
        for name, receiver in channels.items()
        if name != configured.watchdog
    }
    watchdog = Watchdog(
        producer,
        channels[configured.watchdog] if configured.watchdog else None,
        configured.every,
        topic_shape.partitions,
        lifecycle.wall,
    )
    agent = PagerAgent(app, writer, Intake(writer, watchdog.is_heartbeat), workers, clock, ends)
    wire(app, agent)
    try:
        return await PagerService(agent, ends, options, watchdog, api_settings).run()
    finally:
        await ends.stop()
        for receiver in channels.values():
            await receiver.close()


def alike(broker: Broker, inputs: Shape) -> Shape:
    """Return the shape, if the alerts have as many partitions as the commands.

    One pager owns all of a patient. Raises UsageError.
    """
    with admin(broker) as connection:
        count = connection.topics([ALERTS])[ALERTS].partitions
    if count != inputs.partitions:
        raise UsageError(
            f"{ALERTS} has {count} partitions and il2.commands {inputs.partitions}; see il2watch topics check"
        )
    return inputs


class PagerService(FaustService):
    """The pager as a service."""

    recovers = "the outbox"

    def __init__(
        self,
        agent: PagerAgent,
        ends: Ends,
        options: PagerOptions,
        watchdog: Watchdog,
        api_settings: api.ApiSettings | None,
    ) -> None:
        super().__init__(agent, ends, log, options.listen, options.port, options.patience)
        self.watchdog, self.api = watchdog, api_settings
        self.served: Any = None

    async def open(self) -> None:
        """Prepare the metrics, open as every service, and serve the API."""
        metrics.prepare(self.agent.workers)
        await super().open()
        if self.api is not None:
            self.served = await self.api.serve(self.agent.writer)

    def parts(self) -> Iterable[Part]:
        """Return the outbox writer, the clock and the heartbeat."""
        return (self.agent.writer.run(), self._keep_time(), self._beat())

    async def close(self) -> None:
        """Stop the clock, then what depends on it.

        The outbox writer writes until the partitions are revoked.
        """
        if self.served is not None:
            await self.served.cleanup()
        for task in self.tasks[1:]:
            task.cancel()
        await self.agent.stop_workers()
        await super().close()

    async def _keep_time(self) -> None:
        """Open paging states, apply what is due by the clock, and record metrics, for ever."""
        measured_at = 0.0
        while True:
            await asyncio.sleep(TICK_S)
            if not self.agent.settled():
                continue
            await self.agent.open()
            if self.agent.at_work:
                self.agent.pass_time()
            if time.monotonic() - measured_at >= STALL_S:
                measured_at = time.monotonic()
                metric_updates.count_open(self.agent.writer.states, self.agent.workers, self.agent.clock())

    async def _beat(self) -> None:
        """Send heartbeats when they are due, for ever."""
        while True:
            await asyncio.sleep(STALL_S)
            if self.agent.settled():
                await self.watchdog.tend({tp.partition for tp in self.agent.owned()})
