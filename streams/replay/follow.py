"""The alerts of a replay, printed as they appear in `il2.alerts`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec

from streams.broker.settings import Broker
from streams.broker.topics import ALERTS

POLL_MS = 200
Alert = dict[str, Any]
Show = Callable[[list[Alert]], None]


class Follower:
    """Reads `il2.alerts` from where it ended when this was made, in a thread of its own, and shows the patients' alerts."""

    def __init__(self, broker: Broker, patients: Collection[str], show: Show) -> None:
        from kafka import KafkaConsumer, TopicPartition

        self.patients, self.show = patients, show
        self.consumer = KafkaConsumer(**broker.for_kafka_python(), group_id=None, enable_auto_commit=False, allow_auto_create_topics=False)
        self.consumer.topics()
        parts = [TopicPartition(ALERTS, number) for number in sorted(self.consumer.partitions_for_topic(ALERTS) or ())]
        self.consumer.assign(parts)
        for part, end in self.consumer.end_offsets(parts).items():
            self.consumer.seek(part, end)
        self.shown = 0
        self.fault: Exception | None = None
        self.stopped, self.seen = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.run, name="follow", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def run(self) -> None:
        """Shows what comes until it is stopped; a fault ends it, and is told by `wait`."""
        try:
            while not self.stopped.is_set():
                self.take(record.value for records in self.consumer.poll(timeout_ms=POLL_MS).values() for record in records)
        except Exception as fault:
            self.fault = fault
        finally:
            self.consumer.close()

    def take(self, values: Iterable[bytes | None]) -> None:
        """Shows those alerts that are of the patients."""
        found = [alert for alert in map(alert_of, values) if alert is not None and alert.get("patient") in self.patients]
        if found:
            self.show(found)
            self.shown += len(found)
            self.seen.set()

    def wait(self, quiet: float) -> None:
        """Goes on until no alert came for `quiet` seconds, then stops. Raises what ended the reading, if something did."""
        while self.thread.is_alive() and self.seen.wait(quiet):
            self.seen.clear()
        self.stop()
        if self.fault is not None:
            raise self.fault

    def stop(self) -> None:
        """Stops reading and waits for the thread."""
        self.stopped.set()
        if self.thread.is_alive():
            self.thread.join()


def alert_of(value: bytes | None) -> Alert | None:
    """The alert in a record; None for what is none."""
    try:
        found = msgspec.json.decode(value or b"null")
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
