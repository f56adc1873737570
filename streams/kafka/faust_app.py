"""Make a Faust app that keeps its table in memory and its progress in Kafka, and wire one agent to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import faust
from faust.types import TP

from streams.kafka.changelog_table import ChangelogTable
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker
from streams.service import metrics


def faust_app(broker: Broker, state: Path, shape: Shape, session: float, name: str) -> faust.App:
    """Return an app that serves nothing on the web.

    `session`: seconds until a silent process is considered dead.
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
        topic_partitions=shape.partitions,
        topic_replication_factor=shape.replication,
        topic_disable_leader=True,
        topic_allow_declare=False,
        # Partitions are revoked only when the batch in hand is done: two writers of one row would corrupt it.
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        # Kept in memory they are dropped at every rebalance, and their fetches get in the way of the next
        # recovery.
        table_standby_replicas=0,
        web_enabled=False,
    )


class FaustAgent:
    """An app with its agent, and its share of the topics' partitions.

    `placed`: whether the consumer group has assigned its share, even an empty one. The group's generation
    does not tell: Kafka counts from 1, the embedded broker from 0, and 0 is what Faust begins with.
    """

    def __init__(self, app: Any, topics: Sequence[str]) -> None:
        self.app, self.topics = app, topics
        self.placed = False

    async def watch(self, stream: Any) -> None:
        """Process what the app yields, for ever."""
        raise NotImplementedError

    def owned(self) -> list[TP]:
        """Return the input partitions that are assigned to it now."""
        return [tp for tp in self.app.consumer.assignment() if tp.topic in self.topics] if self.placed else []

    def recovered(self) -> int:
        """Return a number that grows while the table recovers."""
        recovery = self.app.tables.recovery
        return sum(offset or 0 for offset in recovery.active_offsets.values())

    def settled(self) -> bool:
        """Return whether it has its place in the group."""
        return self.placed and not self.app.rebalancing

    def working(self) -> bool:
        """Return whether its partitions are recovered and read."""
        return self.settled() and not self.app.in_recovery

    async def assigned(self, *_: Any, **__: Any) -> None:
        """Note that the group has assigned its share."""
        self.placed = True

    async def revoked(self, _: Any, *items: Any, **__: Any) -> None:
        """Drop the metrics of partitions that are revoked."""
        revoked: set[TP] = items[0]
        metrics.forget({tp.partition for tp in revoked})

    def wire(self, agent: str, transport: Any, table: ChangelogTable) -> None:
        """Add transport, table and agent to the app."""
        app = self.app
        app.transport = transport
        app.tables.add(table)
        topic = app.topic(
            *self.topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        app.agent(topic, name=agent, concurrency=1)(self.watch)
        app.on_partitions_assigned.connect(cast(Any, self.assigned))
        app.on_partitions_revoked.connect(cast(Any, self.revoked))
