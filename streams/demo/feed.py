"""Publish the simulated ward, and read what worker and pager publish.

History is published as fast as possible, the rest at the pace asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, groupby
from math import inf
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from rules.wire.alerts import AlertRecord
from rules.wire.topics import ALERTS, ASSESSMENTS, PAGES
from streams.demo.overview import DemoOverview
from streams.kafka.blocking_reader import Tail
from streams.kafka.clients import producer
from streams.kafka.settings import Broker
from streams.replay.producer import KafkaRecordProducer
from streams.replay.publish import Counts, Pace, Publisher
from streams.replay.record import ReplayRecord, record, tick, ticked

if TYPE_CHECKING:
    from kafka import KafkaProducer

FILE = "ward.jsonl"


class WardFeed(NamedTuple):
    """The records of a ward.

    `records` may be generated while they are consumed, and can be consumed once. `opens` (ms): what became
    known before is history. `stories`: patient -> what is interesting about it, in the order of the beds.
    """

    records: Iterable[ReplayRecord]
    opens: int
    stories: Mapping[str, str]

    def parts(self) -> Iterator[tuple[bool, Iterator[ReplayRecord]]]:
        """Yield the history, then the live records (True) with ticks among them.

        Deadlines of the history are decided in their own time by what comes after.
        """
        for live, records in groupby(self.records, lambda one: one.known >= self.opens):
            if live:
                yield True, chain([tick(self.opens)], ticked(records))
            else:
                yield False, records


def ward_feed(lines: Iterable[tuple[int, bytes]], opens: int, stories: Mapping[str, str]) -> WardFeed:
    """Return the feed of events as wire.md writes them, each with its `known` (ms), in that order."""
    return WardFeed((record(line) for _, line in lines), opens, stories)


def kept(found: WardFeed, folder: Path) -> WardFeed:
    """Return the same feed, which also writes its events as JSON Lines, for the offline commands."""
    return found._replace(records=written(found.records, folder / FILE))


def written(records: Iterable[ReplayRecord], path: Path) -> Iterator[ReplayRecord]:
    """Yield records while writing them to a file."""
    with path.open("wb", buffering=0) as file:
        for one in records:
            file.write(one.value + b"\n")
            yield one


class _Stopped(Exception):
    """Raised from the publisher's progress callback to end it."""


Through = Callable[["KafkaProducer", int], KafkaRecordProducer]
"""Makes what records go through from a producer and the number of partitions."""


class DemoFeed:
    """A running feed.

    `counts`: its progress; `fault`: what ended it before the end of the course; `over`: the course is
    published. `through`: by default Kafka itself.
    """

    def __init__(
        self,
        broker: Broker,
        partitions: int,
        source: WardFeed,
        speed: float,
        through: Through = KafkaRecordProducer,
    ) -> None:
        self.broker, self.partitions, self.source, self.speed = broker, partitions, source, speed
        self.through = through
        self.counts = Counts()
        self.fault: Exception | None = None
        self.over = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    @property
    def clock(self) -> int | None:
        """The ward's time, ms; None while history is published."""
        return self.counts.known if self.counts.known >= self.source.opens else None

    def start(self) -> None:
        """Start publishing in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop publishing; what was not sent by then is not sent."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        try:
            self._publish()
        except _Stopped:
            pass
        except Exception as fault:  # reported by the main thread, which ends the demo
            self.fault = fault

    def _publish(self) -> None:
        """Publish the history without waiting; the ward's time starts once all of it is in Kafka."""
        into = producer(self.broker)
        through = self.through(into, self.partitions)
        try:
            publisher = Publisher(through, Pace(inf, 0.0, self.source.opens), time.monotonic, self._look)
            self.counts = publisher.counts
            for live, records in self.source.parts():
                if live:
                    publisher.pace = Pace(self.speed, time.monotonic(), self.source.opens)
                publisher.publish(records)
            self.over = True
        finally:
            through.close()
            into.close(timeout=0)

    def _look(self, _: Counts) -> None:
        if self._ended.is_set():
            raise _Stopped


class Reader:
    """A reader of the output topics; a context manager."""

    def __init__(self, broker: Broker) -> None:
        self.tail = Tail(broker, (ALERTS, ASSESSMENTS, PAGES), from_beginning=True)

    def poll(self, seconds: float, overview: DemoOverview) -> list[AlertRecord]:
        """Apply the records of the next `seconds`, and return the new live alerts among them.

        In the order of the partitions.
        """
        found = []
        for one in self.tail.poll(round(seconds * 1000)):
            with suppress(ValueError, OverflowError):
                if one.topic == ASSESSMENTS:
                    overview.assessment((one.key or b"").decode(errors="replace"), one.value)
                elif one.topic == PAGES:
                    overview.page(one.value)
                elif (alert := overview.alert(one.value)) is not None:
                    found.append(alert)
        return found

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tail.close()
