"""The feed: publishes the ward in a thread of its own, history as fast as Kafka takes it, from the opening on at the pace that was asked for."""

from __future__ import annotations

import threading
import time
from math import inf

from streams.broker.settings import Broker
from streams.demo.ward import Ward
from streams.replay.outlet import KafkaOutlet, producer
from streams.replay.pace import Pace
from streams.replay.publish import Counts, Publisher


class _Stopped(Exception):
    """Raised where the publisher tells how far it is, to end it."""


class Feed:
    """A running feed. `counts`: how far it is; `fault`: what ended it before the end of the course; `over`: the course is published."""

    def __init__(self, broker: Broker, partitions: int, ward: Ward, speed: float) -> None:
        self.broker, self.partitions, self.ward, self.speed = broker, partitions, ward, speed
        self.counts = Counts()
        self.fault: Exception | None = None
        self.over = False
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    @property
    def clock(self) -> int | None:
        """The ward's time, ms; None while history is published."""
        return self.counts.known if self.counts.known >= self.ward.opens else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it; what was not sent by then is not sent."""
        self._told.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        try:
            self._publish()
        except _Stopped:
            pass
        except Exception as fault:  # told by the main thread, which ends the demo
            self.fault = fault

    def _publish(self) -> None:
        """The history waits for nothing; the ward's time goes from when all of it is in Kafka."""
        into = producer(self.broker)
        try:
            publisher = Publisher(KafkaOutlet(into, self.partitions), Pace(inf, 0.0, self.ward.opens), time.monotonic, self._look)
            self.counts = publisher.counts
            for live, records in self.ward.parts():
                if live:
                    publisher.pace = Pace(self.speed, time.monotonic(), self.ward.opens)
                publisher.publish(records)
            self.over = True
        finally:
            into.close(timeout=0)

    def _look(self, _: Counts) -> None:
        if self._told.is_set():
            raise _Stopped
