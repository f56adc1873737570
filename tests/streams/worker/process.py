"""Workers as processes of their own, to be killed; and the wait until all that is in the log is done."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rules.wire.topics import INPUTS
from streams.kafka.admin import patiently
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S
from tests.suspended import suspended

ROOT = Path(__file__).parents[3]
SESSION_S = 3


class Workers:
    """Starts workers by name and ends them; all that are left end with the context."""

    def __init__(self, broker: Broker, folder: Path, *options: str) -> None:
        self.broker, self.folder, self.options = broker, folder, options
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *options: str) -> subprocess.Popen[bytes]:
        given = [
            "--broker",
            self.broker.servers,
            "--clock",
            "log",
            "--metrics-port",
            "0",
            "--session-timeout",
            str(SESSION_S),
        ]
        command = [
            sys.executable,
            "-m",
            "streams",
            "worker",
            *given,
            "--state-dir",
            str(self.folder / name),
            *self.options,
            *options,
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        return self.running[name]

    def kill(self, name: str) -> None:
        """SIGKILL: no last words."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self, name: str, within: float = PATIENCE_S) -> int:
        """SIGTERM, as a supervisor does; the exit code."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(within)

    def pause(self, name: str, seconds: float) -> None:
        """A process that hangs for a while: stopped, and let go on."""
        with suspended(self.running[name]):
            time.sleep(seconds)

    def printed(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def again(self) -> int:
        """What a supervisor does: starts those that ended by themselves with a fault; how many."""
        fallen = [name for name, code in self.ended().items() if code]
        for name in fallen:
            self.start(name)
        return len(fallen)

    def ended(self) -> dict[str, int]:
        """Workers that ended by themselves, with their exit codes."""
        return {name: code for name, process in self.running.items() if (code := process.poll()) is not None}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running):
            self.kill(name)


def behind(broker: Broker, group: str = "il2watch") -> int:
    """Records of the input topics that the group has not committed.

    All commits are asked for at once: asked for one by one, as a consumer does, they were a third of what the
    tests of workers compute.
    """
    ends = input_ends(broker)
    client = KafkaAdminClient(**broker.for_kafka_python())
    try:
        committed = patiently(lambda: client.list_group_offsets({group: list(ends)})[group])
    finally:
        client.close()
    return sum(end - max(0, committed[place].offset) for place, end in ends.items() if end)


def input_ends(broker: Broker) -> dict[TopicPartition, int]:
    """Where each partition of the input topics ends."""
    consumer = KafkaConsumer(**broker.for_kafka_python(), enable_auto_commit=False)
    try:
        found: dict[TopicPartition, int] = consumer.end_offsets(
            [
                TopicPartition(topic, number)
                for topic in INPUTS
                for number in sorted(consumer.partitions_for_topic(topic) or ())
            ]
        )
        return found
    finally:
        consumer.close()


def until_done(
    broker: Broker, within: float = PATIENCE_S, watch: Callable[[], object] = lambda: None
) -> float:
    """Waits until nothing is left; the seconds it took. Fails the test after `within`.

    `watch` is called in between.
    """
    began = time.monotonic()
    left: int | None = None
    while time.monotonic() - began < within:
        watch()
        try:
            left = behind(broker)
        except KafkaError:
            left = None
        if left == 0:
            return time.monotonic() - began
        time.sleep(0.5)
    raise AssertionError(f"{left} records are left after {within} s")
