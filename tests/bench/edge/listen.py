"""The reader of alerts, in the process that measures: when the alert of each record came."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from confluent_kafka import Consumer, TopicPartition

from rules.wire.topics import ALERTS, PARTITIONS
from tests.bench.edge.load import SUBJECT

QUIET_S = 10.0


class Arrivals(NamedTuple):
    """`came`: the monotonic second at which the alert of a record was read first; `twice`: alerts read again."""

    came: dict[int, float]
    twice: int


class Listener:
    """A context: reads what is appended to the topic of alerts from now on."""

    def __init__(self, servers: str) -> None:
        self.consumer: Any = Consumer(
            {"bootstrap.servers": servers, "group.id": "bench-edge-listener", "fetch.wait.max.ms": 20}
            | {"enable.auto.commit": False, "fetch.queue.backoff.ms": 5}
        )
        self.came: dict[int, float] = {}
        self.twice, self.others, self.latest = 0, 0, time.monotonic()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Listener:
        self.consumer.assign([self._end(number) for number in range(PARTITIONS)])
        self.thread.start()
        return self

    def _end(self, number: int) -> TopicPartition:
        place = TopicPartition(ALERTS, number)
        return TopicPartition(ALERTS, number, self.consumer.get_watermark_offsets(place, 30)[1])

    def _read(self) -> None:
        while not self.ended.is_set():
            record = self.consumer.poll(0.05)
            if record is not None and record.error() is None:
                self._note(json.loads(record.value()), time.monotonic())

    def _note(self, alert: dict[str, Any], now: float) -> None:
        """Keep when the alert of a live record came; the ids of live records are numbers."""
        evidence = alert.get("evidence") or [""]
        if alert.get("subject") != SUBJECT or not evidence[-1].isdigit():
            self.others += 1
            return
        self.latest = now
        if self.came.setdefault(int(evidence[-1]), now) != now:
            self.twice += 1

    def wait(self, due: set[int], most: float, look: Callable[[], None] = lambda: None) -> Arrivals:
        """Wait until every alert due has come, none has come for a while, or `most` seconds have passed."""
        self.latest = time.monotonic()
        until = self.latest + most
        while not due <= self.came.keys() and time.monotonic() < min(until, self.latest + QUIET_S):
            look()
            time.sleep(0.1)
        return Arrivals(dict(self.came), self.twice)

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()
        self.consumer.close()
