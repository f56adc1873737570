"""A feed that runs as a process, and senders over MLLP and HTTP that resend until they are answered."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from subprocess import Popen
from typing import Any

from streams.dev_broker import process_tree
from streams.kafka import blocking_reader
from streams.kafka.ports import HOST, free, open_at, wait_until
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S


class RunningFeed:
    """`il2watch feed hl7` or `fhir` with one feed, `ward`. `keys`: more lines of its table."""

    def __init__(self, broker: Broker, folder: Path, keys: str = "", kind: str = "mllp") -> None:
        self.port, self.metrics_port = free(2)
        self.site, self.log = folder / "site.toml", folder / "feed.log"
        self.site.write_text(
            f'[feeds.ward]\nkind = "{kind}"\nlisten = "{HOST}:{self.port}"\n{keys}\n', encoding="utf-8"
        )
        self.command = [
            sys.executable, "-m", "streams", "feed", "fhir" if kind == "fhir" else "hl7", "--broker", broker.servers,
            "--config", str(self.site), "--metrics-port", str(self.metrics_port),
        ]  # fmt: skip
        self.process: Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self.process = process_tree.start(self.command, log)
        if wait:
            assert wait_until(lambda: open_at(HOST, self.port), PATIENCE_S), self.log.read_text()

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def running(broker: Broker, folder: Path, keys: str = "", kind: str = "mllp") -> Iterator[RunningFeed]:
    feed = RunningFeed(broker, folder, keys, kind)
    feed.start()
    try:
        yield feed
    finally:
        feed.stop()


def values(broker: Broker, *topics: str) -> list[dict[str, object]]:
    """Return the values of the records of topics, as they stand there."""
    return [json.loads(record.value) for record in blocking_reader.records(broker, *topics)]


class Sender:
    """A sender: one connection, one message in flight."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self.port, self.context = port, context
        self.connection: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((HOST, self.port), timeout=PATIENCE_S)
        self.connection = (
            self.context.wrap_socket(plain, server_hostname="localhost") if self.context else plain
        )

    def close(self) -> None:
        if self.connection is not None:
            with suppress(OSError):
                self.connection.close()
            self.connection = None

    def send(self, message: bytes, answers: int = 1) -> list[bytes]:
        """Send a message and return the answers that come; fewer when the connection ends."""
        if self.connection is None:
            self.connect()
        assert self.connection is not None
        self.connection.sendall(b"\x0b" + message + b"\x1c\r")
        return self.receive(answers)

    def receive(self, answers: int) -> list[bytes]:
        assert self.connection is not None
        data = b""
        while data.count(b"\x1c\r") < answers and (more := self.connection.recv(1 << 16)):
            data += more
        return [part.removeprefix(b"\x0b") for part in data.split(b"\x1c\r")[:-1]]

    def deliver(self, message: bytes, until: float) -> bytes:
        """Send a message again and again, on a new connection each time it is lost, until it is answered."""
        while time.monotonic() < until:
            try:
                found = self.send(message)
            except OSError:
                found = []
            if found:
                return found[0]
            self.close()
            time.sleep(0.05)
        raise TimeoutError("never answered")


def ask(port: int, message: bytes, context: ssl.SSLContext | None = None) -> list[bytes]:
    """Send one message on a connection of its own; return its answers, none where the peer ends it."""
    sender = Sender(port, context)
    try:
        return sender.send(message)
    except OSError:
        return []
    finally:
        sender.close()


def ack_of(answer: bytes) -> tuple[str, str]:
    """Return MSA-1 and MSA-2 of an answer."""
    fields = answer.split(b"\r")[1].decode().split("|")
    return fields[1], fields[2]


class FhirSender:
    """A sender of FHIR: one connection, one request in flight. `token`: its bearer token."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None, token: str = "") -> None:
        made = HTTPConnection(HOST, port, timeout=PATIENCE_S)
        self.connection = (
            HTTPSConnection("localhost", port, timeout=PATIENCE_S, context=context) if context else made
        )
        self.headers, self.answer = {"Content-Type": "application/fhir+json"}, ""
        self.headers |= {"Authorization": f"Bearer {token}"} if token else {}

    def close(self) -> None:
        self.connection.close()

    def send(self, resource: dict[str, Any]) -> int:
        """Send a bundle, or put a resource under its id, and return the status of the answer."""
        kind, id = resource["resourceType"], resource.get("id")
        method, path = (
            ("POST", "/") if kind == "Bundle" else ("PUT", f"/{kind}/{id}") if id else ("POST", f"/{kind}")
        )
        self.connection.request(method, path, json.dumps(resource).encode(), self.headers)
        answer = self.connection.getresponse()
        self.answer = answer.read().decode()
        return answer.status

    def deliver(self, resource: dict[str, Any], until: float) -> int:
        """Send a resource again and again until it is answered as stored."""
        while time.monotonic() < until:
            try:
                status = self.send(resource)
            except (OSError, HTTPException):
                self.close()
                status = 0
            if status in (200, 201):
                return status
            time.sleep(0.05)
        raise TimeoutError("never answered")
