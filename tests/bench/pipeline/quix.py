"""The same engine within Quix Streams, with its state store and changelog as it comes.

`python -m tests.bench.pipeline.quix SERVERS RECORDS`.
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

from quixstreams import Application, State, message_context

from rules.wire.topics import ALERTS, VITALS
from tests.bench.pipeline.contest import FIRST
from tests.bench.pipeline.engine import step

GROUP = "bench-quix"
STATE = "patient"


class Watch:
    """What is applied to every record; says when the first one comes."""

    def __init__(self) -> None:
        self.begun = False

    def __call__(
        self, value: bytes, key: bytes, timestamp: int, headers: Any, state: State
    ) -> list[dict[str, Any]]:
        if not self.begun:
            self.begun = True
            print(FIRST, flush=True)
        written, alerts = step(state.get_bytes(STATE), value, key, timestamp, message_context().offset)
        if written is not None:
            state.set_bytes(STATE, written)
        return alerts


def run(servers: str, folder: str) -> None:
    """Runs until killed."""
    app = Application(
        servers,
        consumer_group=GROUP,
        auto_offset_reset="earliest",
        commit_interval=1.0,
        state_dir=folder,
        auto_create_topics=True,
        loglevel="ERROR",
    )
    vitals = app.topic(VITALS, key_deserializer="bytes", value_deserializer="bytes")
    alerts = app.topic(ALERTS, key_serializer="bytes", value_serializer="json")
    app.dataframe(vitals).apply(Watch(), stateful=True, metadata=True, expand=True).to_topic(alerts)
    app.run()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as state:
        run(sys.argv[1], state)
