"""The Faust app: one agent over all input topics, one table, batches in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import faust
from faust.types import TP

from rules.wire.topics import INPUTS
from streams.kafka.changelog_table import Charts
from streams.kafka.end_offsets import Ends
from streams.kafka.partitions import Shape
from streams.kafka.settings import Broker
from streams.service import metrics
from streams.service.lifecycle import die
from streams.worker import measure
from streams.worker.batch import Batch
from streams.worker.consumer import transport
from streams.worker.dead_letter_alarm import Alarm
from streams.worker.processor import Rounds

TABLE = "charts"
log = logging.getLogger("il2watch.worker")


def faust_app(broker: Broker, state: Path, found: Shape, session: float, name: str) -> faust.App:
    """An app that serves nothing on the web, keeps its table in memory and its progress in Kafka.

    `session`: seconds until a silent worker is given up.
    """
    url, credentials = broker.for_faust()
    return faust.App(
        name,
        broker=url,
        broker_credentials=credentials,
        broker_session_timeout=session,
        broker_heartbeat_interval=session / 5,
        broker_request_timeout=max(40.0, session + 5),
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        producer_linger=0.0,
        producer_max_batch_size=1 << 18,
        producer_max_request_size=8 << 20,
        datadir=str(state),
        store="memory://",
        topic_partitions=found.partitions,
        topic_replication_factor=found.replication,
        topic_disable_leader=True,
        topic_allow_declare=False,
        # partitions are given away only when the batch in hand is done: two writers of one row would be the
        # end of it
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        # kept in memory they are dropped at every rebalance, and their fetches get in the way of the next
        # recovery
        table_standby_replicas=0,
        web_enabled=False,
    )


class Wiring:
    """The app with its transport, table and agent.

    `placed`: whether the consumer group has given it its share, be it nothing.
    """

    def __init__(self, app: faust.App, rounds: Rounds, alarm: Alarm, clock: Callable[[], int]) -> None:
        self.app, self.rounds, self.alarm, self.clock = app, rounds, alarm, clock
        self.placed = False

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

    def owned(self) -> list[TP]:
        """The input partitions that are this worker's now."""
        return [tp for tp in self.app.consumer.assignment() if tp.topic in INPUTS] if self.placed else []

    def recovered(self) -> int:
        """Grows while the table recovers."""
        # Faust's interface class leaves it out
        recovery: Any = self.app.tables.recovery  # type: ignore[attr-defined]
        return sum(offset or 0 for offset in recovery.active_offsets.values())

    async def assigned(self, *_: Any, **__: Any) -> None:
        """The group's generation does not tell: Kafka counts from 1, the embedded broker from 0, and 0 is
        what Faust begins with.
        """
        self.placed = True

    async def revoked(self, _: Any, *told: Any, **__: Any) -> None:
        """Partitions go elsewhere."""
        revoked: set[TP] = told[0]
        metrics.forget({tp.partition for tp in revoked})


def wire(
    app: faust.App,
    rounds: Rounds,
    ends: Ends,
    wall: Callable[[], int] | None,
    alarm: Alarm,
    clock: Callable[[], int],
) -> Wiring:
    """Adds transport, table and agent to the app.

    `wall`: the clock patients are ticked by (None: the log's); `clock`: that of the system's own alarm. Both
    tell ms.
    """
    app.transport = transport(app, ends, wall)
    app.tables.add(rounds.charts)
    wiring = Wiring(app, rounds, alarm, clock)
    topic = app.topic(*INPUTS, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    app.agent(topic, name="watch", concurrency=1)(wiring.watch)
    app.on_partitions_assigned.connect(cast(Any, wiring.assigned))
    app.on_partitions_revoked.connect(cast(Any, wiring.revoked))
    return wiring


def charts(app: faust.App, found: Shape) -> Charts:
    """The table of rows."""
    return Charts(app, name=TABLE, key_type=bytes, value_type=bytes, partitions=found.partitions)


def changelog(name: str) -> str:
    """The changelog of the table of a worker with this name, as Faust calls it."""
    return f"{name}-{TABLE}-changelog"
