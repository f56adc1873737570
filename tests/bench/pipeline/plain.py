"""A plain Faust agent: one record, one table write. `python -m tests.bench.pipeline.plain SERVERS RECORDS`.

Changelog, alerts and the interval of commits as the worker has them; nothing else of it: no batches, no order
across topics, no owed alerts.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from typing import Any

import faust
import msgspec

from rules.wire.topics import ALERTS, PARTITIONS, VITALS
from streams.kafka.settings import Broker
from tests.bench.pipeline.contest import FIRST
from tests.bench.pipeline.engine import step

GROUP = "bench-plain"


def app(broker: Broker, folder: str) -> faust.App:
    """The app with its agent."""
    url, _ = broker.for_faust()
    made = faust.App(
        GROUP,
        broker=url,
        store="memory://",
        datadir=folder,
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        stream_recovery_delay=0.0,
        web_enabled=False,
    )
    states = made.Table("states", key_type=bytes, value_type=bytes, partitions=PARTITIONS)
    vitals = made.topic(
        VITALS, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )
    alerts = made.topic(
        ALERTS, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )

    async def watch(stream: Any) -> None:
        async for event in stream.events():
            await take(event.message, states, alerts)

    made.agent(vitals, name="watch")(watch)
    return made


async def take(message: Any, states: Any, alerts: Any) -> None:
    """One record."""
    if not states:
        print(FIRST, flush=True)
    key = message.key
    states[key], said = step(
        states.get(key), message.value, key, int(message.timestamp * 1000), message.offset
    )
    for alert in said:
        await alerts.send(key=key, value=msgspec.json.encode(alert))


async def run(broker: Broker) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = app(broker, folder)
        made.finalize()
        await made.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(Broker(sys.argv[1])))
