"""The same engine within Quix Streams, with its state store and changelog as it comes.

`python -m tests.bench.pipeline.quix SERVERS RECORDS`; with `GROUP STATES` behind, live: from the states of a file.
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

from quixstreams import Application, State, message_context

from rules.wire.topics import ALERTS, VITALS
from tests.bench.pipeline.contest import FIRST
from tests.bench.pipeline.engine import read_states, step

GROUP = "bench-quix"
STATE = "patient"


class Watch:
    """What is applied to every record; says when the first one comes."""

    def __init__(self, begin: str = "") -> None:
        self.begun, self.live, self.earlier = False, bool(begin), read_states(begin)

    def __call__(self, value: bytes, key: bytes, timestamp: int, headers: Any, state: State) -> list[bytes]:
        if not self.begun:
            self.begun = True
            print(FIRST, flush=True)
        before = state.get_bytes(STATE) or self.earlier.pop(key, None)
        written, alerts = step(before, value, key, timestamp, message_context().offset, self.live)
        if written is not None:
            state.set_bytes(STATE, written)
        return alerts


def run(servers: str, folder: str, group: str = GROUP, begin: str = "") -> None:
    """Runs until killed."""
    app = Application(
        servers,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_interval=1.0,
        state_dir=folder,
        auto_create_topics=True,
        loglevel="ERROR",
    )
    vitals = app.topic(VITALS, key_deserializer="bytes", value_deserializer="bytes")
    alerts = app.topic(ALERTS, key_serializer="bytes", value_serializer="bytes")
    app.dataframe(vitals).apply(Watch(begin), stateful=True, metadata=True, expand=True).to_topic(alerts)
    app.run()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as state:
        run(sys.argv[1], state, *sys.argv[3:])
