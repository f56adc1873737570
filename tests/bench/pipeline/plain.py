"""A plain Faust agent: one record, one table write.

`python -m tests.bench.pipeline.plain SERVERS RECORDS`; with `GROUP STATES` behind, live: from the states of a file.

Changelog, alerts and the interval of commits as the worker has them; nothing else of it: no batches, no order
across topics, no owed alerts.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from typing import Any

import faust

from rules.wire.topics import ALERTS, PARTITIONS, VITALS
from streams.kafka.settings import Broker
from tests.bench.pipeline.contest import FIRST
from tests.bench.pipeline.engine import read_states, step

GROUP = "bench-plain"


def app(broker: Broker, folder: str, group: str = GROUP, begin: str = "") -> faust.App:
    """The app with its agent; `begin`: a file of states to begin with, live."""
    url, _ = broker.for_faust()
    made = faust.App(
        group,
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

    earlier = read_states(begin)

    async def watch(stream: Any) -> None:
        async for event in stream.events():
            await fold_message(event.message, states, alerts, earlier, bool(begin))

    made.agent(vitals, name="watch")(watch)
    return made


async def fold_message(
    message: Any, states: Any, alerts: Any, earlier: dict[bytes, bytes], live: bool
) -> None:
    """One record."""
    if not states:
        print(FIRST, flush=True)
    key = message.key
    state = states.get(key) or earlier.pop(key, None)
    states[key], raised = step(state, message.value, key, int(message.timestamp * 1000), message.offset, live)
    for alert in raised:
        await alerts.send(key=key, value=alert)


async def run(broker: Broker, *live: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = app(broker, folder, *live)
        made.finalize()
        await made.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(Broker(sys.argv[1]), *sys.argv[3:]))
