"""A whole house for the browser: an embedded broker, a worker, a pager, boards; a feed that goes on; and a
browser that looks at it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from rules.wire.instants import parse, text
from rules.wire.topics import topic_of
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka import ports
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[4]
SESSION_S, PARTITIONS = 6, 3


class Installation:
    """A context. Everything that it started ends with it."""

    def __init__(self, folder: Path, clock: str = "wall") -> None:
        self.folder, self.clock = folder, clock
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}
        self.users = folder
        self.beats: Beats | None = None
        self._embedded = EmbeddedBroker()

    @property
    def broker(self) -> Broker:
        return self._embedded.settings

    def __enter__(self) -> Installation:
        self._embedded.__enter__()
        create(self.broker, TopicSettings(partitions=PARTITIONS))
        self.producer = KafkaProducer(**self.broker.for_kafka_python(), acks="all", linger_ms=0)
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running):
            self.end(name)
        self.producer.close(timeout=1)
        self._embedded.stop()

    def start(self, name: str, command: str, *options: str) -> None:
        """Starts `il2watch COMMAND` under a name; what it says goes to a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            given = [sys.executable, "-m", "streams", command, "--broker", self.broker.servers, *options]
            self.running[name] = subprocess.Popen(
                given, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def worker(self) -> None:
        folder = str(self.folder / "worker")
        self.start(
            "worker",
            "worker",
            "--clock",
            self.clock,
            "--session-timeout",
            str(SESSION_S),
            "--metrics-port",
            "0",
            "--state-dir",
            folder,
        )
        self.wait(lambda: "at work on" in self.printed("worker"), "the worker")

    def pager(self) -> None:
        folder = str(self.folder / "pager")
        self.start(
            "pager",
            "pager",
            "--to",
            "terminal",
            "--session-timeout",
            str(SESSION_S),
            "--metrics-port",
            "0",
            "--state-dir",
            folder,
        )
        self.wait(lambda: "at work on" in self.printed("pager"), "the pager")

    def board(self, name: str = "board", *options: str, live: bool = True) -> str:
        """A board; where it is. `live`: only once it says that it is."""
        port = self.ports.setdefault(name, ports.free()[0])
        self.start(
            name,
            "board",
            "--clock",
            self.clock,
            "--port",
            str(port),
            "--state-dir",
            str(self.folder / name),
            *options,
        )
        url = f"http://127.0.0.1:{port}"
        self.wait(
            lambda: ready(url) if live else ports.open_at("127.0.0.1", port),
            f"{name} at {url}: {answer(url)}",
        )
        return url

    def end(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.running.pop(name)
        process.send_signal(how)
        process.wait(PATIENCE_S)

    def printed(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def wait(self, until: Callable[[], bool], what: str) -> None:
        if not ports.wait_until(until, PATIENCE_S, every=0.2):
            raise AssertionError(
                f"{what} did not come up: "
                + " | ".join(f"{name}: {self.printed(name)[-600:]}" for name in self.running)
            )

    def send(self, events: Iterable[dict[str, Any]]) -> None:
        """Events into their topics, each with the time it was known; returns when Kafka has them."""
        self.offer(events)
        self.producer.flush(60)

    def offer(self, events: Iterable[dict[str, Any]]) -> None:
        """The same, without waiting."""
        for event in events:
            known = parse(str(event.get("known", event["at"])))
            self.producer.send(
                topic_of(event["type"]),
                json.dumps(event).encode(),
                key=event["patient"].encode(),
                timestamp_ms=known,
            )


def answer(url: str) -> str:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=3) as found:
            return str(found.read().decode())
    except OSError as fault:
        return str(fault)


def ready(url: str) -> bool:
    return answer(url) == "ok\n"


class Beats:
    """A context: some patients' vital signs each second, as a monitor sends them, until it ends."""

    def __init__(self, installation: Installation, patients: list[str]) -> None:
        self.installation, self.patients = installation, patients
        self.paused = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._over.wait(1.0):
            if self.paused:
                continue
            now = time.time_ns() // 1_000_000
            self.installation.send(vitals(patient, now) for patient in self.patients)

    def __enter__(self) -> Beats:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)


def vitals(patient: str, at: int, heart: float = 88, systolic: float = 118) -> dict[str, Any]:
    measured = (("heart-rate", heart, "/min"), ("systolic-bp", systolic, "mm[Hg]"), ("spo2", 97, "%"))
    readings = [{"code": code, "value": value, "unit": unit} for code, value, unit in measured]
    return {"type": "vitals", "id": f"live-{at}", "patient": patient, "at": text(at), "readings": readings}


def finding(patient: str, code: str, at: int) -> dict[str, Any]:
    return {
        "type": "finding",
        "id": f"{code}-{at}",
        "patient": patient,
        "at": text(at),
        "code": code,
        "present": True,
    }


def moved(events: Iterable[dict[str, Any]], patient: str, by: int, until: int) -> list[dict[str, Any]]:
    """Events as another patient's, all times moved by `by` ms; those known after `until` are left out."""
    found = [
        {**event, "patient": patient}
        | {name: text(parse(str(event[name])) + by) for name in ("at", "known", "start") if name in event}
        for event in events
    ]
    return [event for event in found if parse(str(event.get("known", event["at"]))) <= until]
