"""Publishing: each record when it is due, after what must be acknowledged before it, until all are acknowledged."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from streams.broker.topics import COMMANDS
from streams.replay.order import Unacknowledged
from streams.replay.pace import Pace
from streams.replay.record import Record

WINDOW = 10_000
AT_MOST = 0.25


class Ack(NamedTuple):
    """What became of one append: the number it was sent under, and the error that was its end (None: it is in Kafka)."""

    number: int
    error: Exception | None = None


class Outlet(Protocol):
    """Where records go: one that appends them to partitions, and tells later what was acknowledged."""

    def partition(self, patient: str) -> int:
        """The partition number of a patient, the same in every topic."""

    def send(self, record: Record, number: int) -> int:
        """Sends a record; answers how many acknowledgements it will bring (a tick for all: one a partition)."""

    def acknowledged(self, seconds: float) -> list[Ack]:
        """What was acknowledged since; waits for the first, but no longer than `seconds`."""


class Counts:
    """How far a replay is: records and ticks that every partition they went to has acknowledged, the file's time, and how late it is (s)."""

    def __init__(self) -> None:
        self.records, self.ticks, self.known, self.lag = 0, 0, 0, 0.0


class NotAcknowledged(Exception):
    """Kafka did not take a record for good. Nothing is sent after it, since order would be lost; the same replay may be run again."""


Lane = tuple[str, int]
"""A topic and a partition: what is appended there stays in the order of `known`."""


class Publisher:
    """Sends records through an outlet at a pace; `clock` tells seconds, `watch` is called as it goes on."""

    def __init__(self, outlet: Outlet, pace: Pace, clock: Callable[[], float], watch: Callable[[Counts], None]) -> None:
        self.outlet, self.pace, self.clock, self.watch = outlet, pace, clock, watch
        self.counts, self.order = Counts(), Unacknowledged()
        self.lanes: defaultdict[Lane, deque[tuple[int, Record]]] = defaultdict(deque)
        self.open: dict[int, tuple[Record, int]] = {}
        self.numbers = 0

    def publish(self, records: Iterable[Record]) -> None:
        """Sends them all, given in order of `known`, and returns when all are acknowledged. Raises NotAcknowledged."""
        for record in records:
            self.await_due(record.known)
            self.place(record)
        while self.order or self.order.ticks or self.open:
            self.settle(AT_MOST)

    def await_due(self, known: int) -> None:
        """Waits until a record is due, taking what is acknowledged meanwhile; one that is late does not wait."""
        self.counts.known = known
        if not self.pace.waits:
            return
        due = self.pace.due(known)
        while (left := due - self.clock()) > 0:
            self.settle(min(left, AT_MOST))

    def place(self, record: Record) -> None:
        """Sends a record as soon as nothing holds it back; what need not wait for it goes on meanwhile."""
        if record.everywhere:
            self.order.later(record)
        else:
            while len(self.order) >= WINDOW:
                self.settle(AT_MOST)
            self.enter(record)
        self.settle(0)

    def enter(self, record: Record) -> None:
        """Puts a record at the end of its lane."""
        lane = (record.topic, self.outlet.partition(record.patient))
        self.numbers += 1
        self.order.add(self.numbers, record)
        self.lanes[lane].append((self.numbers, record))
        self.drive(lane)

    def drive(self, lane: Lane) -> None:
        """Sends what stands first in a lane, as far as nothing holds it back."""
        waiting = self.lanes[lane]
        while waiting and not self.order.holds_back(waiting[0][1]):
            self.send(*waiting.popleft())

    def settle(self, seconds: float) -> None:
        """Takes acknowledgements, waiting at most `seconds` for one, and sends what this sets free."""
        for ack in self.outlet.acknowledged(seconds):
            self.take(ack)
        if ticks := self.order.ready():
            self.tick(ticks)
        self.counts.lag = self.late()
        self.watch(self.counts)

    def late(self) -> float:
        """By how many seconds the earliest record that is not yet acknowledged is past its time; 0 when none is, or none has a time."""
        if not self.pace.waits or not self.order:
            return 0.0
        return max(0.0, self.clock() - self.pace.due(self.order.earliest))

    def tick(self, ticks: Iterable[Record]) -> None:
        """Sends ticks, and the commands that stood behind them."""
        for tick in ticks:
            self.numbers += 1
            self.send(self.numbers, tick)
        for lane in [lane for lane in self.lanes if lane[0] == COMMANDS]:
            self.drive(lane)

    def send(self, number: int, record: Record) -> None:
        """Sends one record now."""
        self.open[number] = (record, self.outlet.send(record, number))

    def take(self, ack: Ack) -> None:
        """Counts one acknowledgement. Raises NotAcknowledged."""
        record, left = self.open[ack.number]
        if ack.error is not None:
            raise NotAcknowledged(f"{record.topic}: {type(ack.error).__name__}: {ack.error}") from ack.error
        self.open[ack.number] = (record, left - 1)
        if left == 1:
            self.close(ack.number, record)

    def close(self, number: int, record: Record) -> None:
        """Every partition it went to has it."""
        del self.open[number]
        if record.made:
            self.counts.ticks += 1
        else:
            self.counts.records += 1
        if not record.everywhere:
            self.order.remove(number, record)
            partition = self.outlet.partition(record.patient)
            for topic in self.order.topics(record.patient):
                self.drive((topic, partition))
