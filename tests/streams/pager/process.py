"""Pagers as processes of their own, to be killed; alerts put into the topic for them; and what they said in
`il2.pages`.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from rules.wire.instants import text
from rules.wire.topics import ALERTS, COMMANDS, PAGES
from streams.kafka.settings import Broker
from streams.pager.policy.state import ReceivedAlert
from tests.patience import PATIENCE_S, until
from tests.streams.worker import published
from tests.streams.worker.process import ROOT, Workers

AT_WORK = "at work on"
_number = itertools.count()


class Pagers(Workers):
    """Starts pagers by name and ends them; all that are left end with the context.

    Each instance is a group of its own.
    """

    def __init__(self, broker: Broker, folder: Path, config: str, session: float = 2.0) -> None:
        super().__init__(broker, folder)
        self.config, self.session, self.id = folder / "site.toml", session, f"il2watch-pager-{next(_number)}"
        self.config.write_text(config)

    def start(self, name: str, *options: str) -> subprocess.Popen[bytes]:
        given = [
            "--broker",
            self.broker.servers,
            "--config",
            str(self.config),
            "--session-timeout",
            str(self.session),
            "--id",
            self.id,
        ]
        ports = [] if "--metrics-port" in options else ["--metrics-port", "0"]
        command = [
            sys.executable,
            "-m",
            "streams",
            "pager",
            *given,
            *ports,
            "--state-dir",
            str(self.folder / name),
            *options,
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        return self.running[name]

    def at_work(self, name: str) -> int:
        """How often the pager of this name has begun to work."""
        log = self.folder / f"{name}.log"
        return log.read_text(errors="replace").count(AT_WORK) if log.exists() else 0

    def until_at_work(self, name: str, before: int = 0) -> None:
        assert until(lambda: self.at_work(name) > before), self.printed(name)


class Sender:
    """Puts alerts and commands into their topics."""

    def __init__(self, broker: Broker) -> None:
        self.producer = KafkaProducer(**broker.for_kafka_python(), acks="all", linger_ms=0)

    def alerts(self, *alerts: ReceivedAlert) -> None:
        for alert in alerts:
            self.producer.send(ALERTS, alert.raw, key=alert.transition.patient.encode())
        self.producer.flush(PATIENCE_S)

    def soon(self, alert: ReceivedAlert) -> None:
        """Without waiting for the acknowledgement."""
        self.producer.send(ALERTS, alert.raw, key=alert.transition.patient.encode())

    def at(self, timestamp: int, *alerts: ReceivedAlert) -> None:
        """With a record time of their own, as a worker on the log's clock publishes them."""
        for alert in alerts:
            self.producer.send(
                ALERTS, alert.raw, key=alert.transition.patient.encode(), timestamp_ms=timestamp
            )
        self.producer.flush(PATIENCE_S)

    def tick(self, timestamp: int) -> None:
        """The time has come so far, to every partition."""
        tick = json.dumps({"type": "tick", "id": "", "patient": "*", "at": text(timestamp)}).encode()
        for number in self.producer.partitions_for(COMMANDS):
            self.producer.send(COMMANDS, tick, key=b"*", partition=number, timestamp_ms=timestamp)
        self.producer.flush(PATIENCE_S)

    def command(self, command: dict[str, Any]) -> None:
        self.producer.send(COMMANDS, json.dumps(command).encode(), key=command["patient"].encode())
        self.producer.flush(PATIENCE_S)

    def close(self) -> None:
        self.producer.close()


def audits(broker: Broker) -> list[dict[str, Any]]:
    """Everything in `il2.pages`."""
    return [json.loads(record.value) for record in published.records(broker, PAGES)]


def outcomes(records: Iterable[dict[str, Any]], outcome: str) -> list[dict[str, Any]]:
    return [one for one in records if one["outcome"] == outcome]


def pagerduty(url: str, timeout_s: float = 0.5, more: str = "") -> str:
    """A configuration with one receiver for the ward; the key is in the file beside it."""
    return f"""
[pager]
flood-pages = 60
{more}

[pager.channels.oncall]
kind = "pagerduty"
routing-key-file = "{KEY}"
url = "{url}"
timeout-s = {timeout_s}

[pager.channels.machine]
kind = "terminal"

[[pager.routes]]
name = "all"
ladder = [{{ channels = ["oncall"] }}]

[[pager.system-routes]]
name = "machine"
ladder = [{{ channels = ["machine"] }}]
"""


KEY = Path(__file__).with_name("routing.key")
