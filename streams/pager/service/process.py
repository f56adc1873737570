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
from streams.kafka.admin import admin
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_service import FaustService
from streams.kafka.partition_check import Shape, make_changelog, shape
from streams.kafka.producer import FaustProducer
from streams.kafka.rebuild import forget
from streams.kafka.settings import Broker
from streams.kafka.topics import changelog
from streams.pager.delivery.attempts import ChannelAlerts, Delivery
from streams.pager.delivery.outbox import TABLE, OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.service import api, metric_updates, metrics
from streams.pager.service.app import PagerAgent, PagerClock, outbox, wire
from streams.pager.service.config import Configured
from streams.pager.service.intake import TOPICS, Intake
from streams.pager.service.watchdog import Watchdog
from streams.service import lifecycle
from streams.service.process import Part
from streams.times import ZONE

TICK_S = 0.25
STALL_S = 1.0
log = logging.getLogger("il2watch.pager")


class PagerOptions(NamedTuple):
    """The options of a pager. `wall`: the clock of `--clock wall`, ms; None: the log's time.

    `patience`: seconds without progress before it gives up; `rebuild`: forget the outbox first.
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
    rebuild: bool = False


async def serve(options: PagerOptions) -> int:
    """Run until told to stop or unable to go on. Return the exit code; raises UsageError."""
    ZONE.set(options.configured.paging.zone)
    return await PagerService(options).run()


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

    def __init__(self, options: PagerOptions) -> None:
        super().__init__(options.broker, log, options.listen, options.port, options.patience)
        self.options, configured = options, options.configured
        self.rebuild = self.rebuilt = options.rebuild
        self.channels = {
            name: channel(name, table, options.secrets) for name, table in configured.channels.items()
        }
        self.api = None if configured.api is None else api.ApiSettings.of(configured.api, options.secrets)
        self.watchdog: Watchdog | None = None
        self.served: Any = None

    def shape(self) -> Shape:
        """Return the commands' shape, with the outbox's changelog made."""
        found = alike(self.broker, shape(self.broker))
        rows = changelog(self.options.name, TABLE)
        make_changelog(self.broker, rows, found)
        if self.rebuild:
            forget(self.broker, self.options.name, rows, found, TOPICS)
            self.rebuild = False
        return found

    def make(self, shape: Shape) -> PagerAgent:
        """Return the pager's agent, with its outbox, delivery workers and watchdog."""
        options, configured = self.options, self.options.configured
        app = faust_app(options.broker, options.state, shape, options.session, options.name)
        clock, producer = PagerClock(options.wall), FaustProducer(app)
        paging = structs.replace(
            configured.paging, identities={name: each.identity for name, each in self.channels.items()}
        )
        writer = OutboxWriter(paging, outbox(app, shape), producer, clock)
        writer.audited = metric_updates.count_audit
        watched = configured.watchdog
        self.watchdog = Watchdog(
            producer,
            self.channels[watched] if watched else None,
            configured.every,
            shape.partitions,
            lifecycle.wall,
        )
        intake = Intake(writer, self.watchdog.is_heartbeat)
        agent = PagerAgent(app, writer, intake, self.workers(writer, producer), clock, self.ends)
        agent.rebuilt = self.rebuilt
        wire(app, agent)
        return agent

    def workers(self, writer: OutboxWriter, producer: FaustProducer) -> dict[str, DeliveryWorker]:
        """Return a delivery worker for each channel but the watchdog's."""
        delivery = Delivery(
            writer,
            ChannelAlerts(producer, lifecycle.wall),
            self.options.configured.link,
            lifecycle.wall,
            lambda name, is_open: metrics.CIRCUIT.labels(name).set(is_open),
        )
        return {
            name: DeliveryWorker(receiver, delivery)
            for name, receiver in self.channels.items()
            if name != self.options.configured.watchdog
        }

    async def open(self) -> None:
        """Prepare the metrics, and serve the API."""
        metrics.prepare(self.agent.workers)
        metrics.SHADOW.set(self.options.configured.paging.shadow not in (False, ()))
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
        if self.agent is not None:
            await self.agent.stop_workers()
        await super().close()
        for receiver in self.channels.values():
            await receiver.close()

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
            if self.watchdog is not None and self.agent.settled():
                await self.watchdog.tend({tp.partition for tp in self.agent.owned()})
