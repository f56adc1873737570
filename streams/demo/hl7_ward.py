"""Let the demo's ward speak HL7 v2 over MLLP to a feed of its own, which publishes what it maps.

What has no message (the start of a cycle, a baseline, a tick) is published as it is.
Source: docs/spec/feeds.md.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.feeds.mapping.hl7.framing import CR, FS, VT
from streams.kafka.ports import HOST
from streams.replay.producer import KafkaRecordProducer
from streams.replay.publish import SendResult
from streams.replay.record import ReplayRecord

if TYPE_CHECKING:
    from kafka import KafkaProducer

CONNECTIONS = 16
"""As the interfaces of a unit: each takes the patients of its own, one message in flight."""
OPENS_S = 60.0
ANSWER_S = 30.0
AGAIN_S = 0.1
TAKEN = b"CA"
MAP, SITE = "ward-map.csv", "feed.toml"
TABLE = """\
[feeds.ward]
kind = "mllp"
listen = "{host}:{port}"
patient = {{ authorities = ["SIM"] }}
raw = "final"
replay = true
map = ["builtin:mdc", "builtin:loinc", "builtin:rxnorm", "builtin:words", "{map}"]
"""


class Interface(NamedTuple):
    """How the ward's systems speak: `message` of a record with a number (None: it has none), `map` as CSV."""

    message: Callable[[Mapping[str, Any], int], bytes | None]
    map: str


def configure(folder: Path, interface: Interface, port: int) -> Path:
    """Write the map and the configuration of a feed that listens on `port`; return the latter."""
    (folder / MAP).write_text(interface.map, encoding="utf-8")
    site = folder / SITE
    site.write_text(TABLE.format(host=HOST, port=port, map=MAP), encoding="utf-8")
    return site


class NotTaken(Exception):
    """An error: the feed answered that it does not take a message."""


class Connection(threading.Thread):
    """One connection to the feed: a message, its answer, the next. `report`: told what became of each."""

    def __init__(self, port: int, report: Callable[[SendResult], None]) -> None:
        super().__init__(name="mllp", daemon=True)
        self.port, self.report = port, report
        self.waiting: SimpleQueue[tuple[int, bytes] | None] = SimpleQueue()
        self.socket: socket.socket | None = None

    def run(self) -> None:
        """Send what waits, in order, until `end`."""
        while (found := self.waiting.get()) is not None:
            number, data = found
            try:
                self._deliver(data)
            except (OSError, NotTaken) as fault:
                self.report(SendResult(number, fault))
            else:
                self.report(SendResult(number))

    def end(self) -> None:
        """Send nothing more."""
        self.waiting.put(None)
        if self.socket is not None:
            self.socket.close()

    def _deliver(self, data: bytes) -> None:
        """Send a message, and wait for its answer. Raises OSError and NotTaken."""
        connection = self.socket = self.socket or connected(self.port)
        connection.sendall(VT + data + FS + CR)
        answer = b""
        while not answer.endswith(FS + CR):
            more = connection.recv(1 << 16)
            if not more:
                raise ConnectionError("the feed closed the connection before its answer")
            answer += more
        code = answer.partition(b"\rMSA|")[2][:2]
        if code != TAKEN:
            raise NotTaken(f"the feed answered {code.decode('ascii', 'replace') or 'nothing'}")


def connected(port: int) -> socket.socket:
    """Return a connection to the feed, which may still be starting. Raises OSError when it never listens."""
    until = time.monotonic() + OPENS_S
    while True:
        try:
            return socket.create_connection((HOST, port), timeout=ANSWER_S)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)


class MessageProducer(KafkaRecordProducer):
    """Sends each record that has a message to the feed, the others to Kafka.

    A record that went to the feed is acknowledged by the feed's answer.
    """

    def __init__(self, producer: KafkaProducer, partitions: int, interface: Interface, port: int) -> None:
        super().__init__(producer, partitions)
        self.interface = interface
        self.connections = [Connection(port, self.acks.put) for _ in range(CONNECTIONS)]
        for connection in self.connections:
            connection.start()

    def send(self, record: ReplayRecord, number: int) -> int:
        data = None if record.made else self.interface.message(json.loads(record.value), number)
        if data is None:
            return super().send(record, number)
        place = zlib.crc32(record.patient.encode()) % CONNECTIONS
        self.connections[place].waiting.put((number, data))
        return 1

    def close(self) -> None:
        """End the connections."""
        for connection in self.connections:
            connection.end()
