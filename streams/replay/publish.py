"""Publish each record when it is due, after what must be acknowledged before it, until all are
acknowledged.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from math import inf
from typing import NamedTuple, Protocol

from rules.wire.topics import COMMANDS
from streams.errors import UsageError
from streams.replay.record import ReplayRecord

MAX = "max"


class Pace(NamedTuple):
    """`speed` times real time (inf: no waiting), counted from `first` (ms of the file), which is due at
    `began` (seconds of the clock).
    """

    speed: float
    began: float
    first: int

    def due(self, known: int) -> float:
        """When a record known at `known` is due, in seconds of the clock.

        Never moved by lateness: who is late catches up.
        """
        return self.began + (known - self.first) / 1000 / self.speed

    @property
    def waits(self) -> bool:
        return self.speed != inf


def speed(text: str) -> float:
    """`--speed` as a number: `120`, `0.5` or `max`. Raises UsageError."""
    if text == MAX:
        return inf
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < inf:
        raise UsageError(f"{text!r} is no speed; give times real time, like 120, or max")
    return found


# What must be acknowledged before what is sent, so that a worker that reads while the replay runs sees every
# patient's records in order.
#
# Kafka keeps order within a topic, not across topics, and a worker that has read one topic to its end cannot
# know that an earlier record is still
# on its way to another. So a record waits while an earlier one *of the same patient* is unacknowledged in
# another topic, and a tick for all waits
# for every record up to its instant. Records of one instant are decided together and wait for none.


class Unacknowledged:
    """The patients' records that are on their way, sent or waiting to be, by their numbers, and the ticks
    that wait for them.

    Records are added in order of `known`. Ticks that were sent hold nothing back: a tick that comes late
    changes nothing.
    """

    def __init__(self) -> None:
        self.records: dict[int, int] = {}
        self.patients: dict[str, dict[str, dict[int, int]]] = {}
        self.ticks: list[ReplayRecord] = []

    def __len__(self) -> int:
        return len(self.records)

    @property
    def earliest(self) -> int:
        """The `known` of the earliest on its way; there must be one."""
        return earliest(self.records)

    def add(self, number: int, record: ReplayRecord) -> None:
        """It is on its way."""
        self.records[number] = record.known
        self.patients.setdefault(record.patient, {}).setdefault(record.topic, {})[number] = record.known

    def remove(self, number: int, record: ReplayRecord) -> None:
        """It was acknowledged."""
        del self.records[number]
        topics = self.patients[record.patient]
        del topics[record.topic][number]
        if not topics[record.topic]:
            del topics[record.topic]
        if not topics:
            del self.patients[record.patient]

    def later(self, tick: ReplayRecord) -> None:
        """A tick that is sent as soon as it may be; the records behind it do not wait for it."""
        self.ticks.append(tick)

    def holds_back(self, record: ReplayRecord) -> bool:
        """Whether a record must wait: its patient has something earlier on the way elsewhere, or ticks before
        it in its own topic wait.
        """
        if record.topic == COMMANDS and self.ticks and self.ticks[0].known < record.known:
            return True
        others = self.patients.get(record.patient, {}).items()
        return any(topic != record.topic and earliest(choices) < record.known for topic, choices in others)

    def topics(self, patient: str) -> Iterable[str]:
        """Where the patient has something on the way."""
        return tuple(self.patients.get(patient, ()))

    def ready(self) -> list[ReplayRecord]:
        """The waiting ticks that nothing holds back any more, taken out."""
        if not self.ticks:
            return []
        free = [tick for tick in self.ticks if not self.records or tick.known < self.earliest]
        self.ticks = self.ticks[len(free) :]
        return free


def earliest(choices: dict[int, int]) -> int:
    """The smallest `known` of those on the way, which is the first: they were added in order."""
    return next(iter(choices.values()))


WINDOW = 10_000
AT_MOST = 0.25


class SendResult(NamedTuple):
    """What became of one append: the number it was sent under, and the error that was its end (None: it is in
    Kafka).
    """

    number: int
    error: Exception | None = None


class RecordProducer(Protocol):
    """Where records go: one that appends them to partitions, and tells later what was acknowledged."""

    def partition(self, patient: str) -> int:
        """The partition number of a patient, the same in every topic."""

    def send(self, record: ReplayRecord, number: int) -> int:
        """Sends a record; answers how many acknowledgements it will bring (a tick for all: one a
        partition).
        """

    def acknowledged(self, seconds: float) -> list[SendResult]:
        """What was acknowledged since; waits for the first, but no longer than `seconds`."""


class Counts:
    """How far a replay is: records and ticks that every partition they went to has acknowledged, the file's
    time, and how late it is (s).
    """

    def __init__(self) -> None:
        self.records, self.ticks, self.known, self.lag = 0, 0, 0, 0.0


class NotAcknowledged(Exception):
    """Kafka did not take a record for good.

    Nothing is sent after it, since order would be lost; the same replay may be run again.
    """


OrderingKey = tuple[str, int]
"""A topic and a partition: what is appended there stays in the order of `known`."""


class Publisher:
    """Sends records through an outlet at a pace; `clock` tells seconds, `watch` is called as it goes on."""

    def __init__(
        self,
        producer: RecordProducer,
        pace: Pace,
        clock: Callable[[], float],
        watch: Callable[[Counts], None],
    ) -> None:
        self.producer, self.pace, self.clock, self.watch = producer, pace, clock, watch
        self.counts, self.order = Counts(), Unacknowledged()
        self.lanes: defaultdict[OrderingKey, deque[tuple[int, ReplayRecord]]] = defaultdict(deque)
        self.open: dict[int, tuple[ReplayRecord, int]] = {}
        self.numbers = 0

    def publish(self, records: Iterable[ReplayRecord]) -> None:
        """Sends them all, given in order of `known`, and returns when all are acknowledged.

        Raises NotAcknowledged.
        """
        for record in records:
            self.await_due(record.known)
            self.place(record)
        while self.order or self.order.ticks or self.open:
            self.settle(AT_MOST)

    def await_due(self, known: int) -> None:
        """Waits until a record is due, taking what is acknowledged meanwhile; one that is late does
        not wait.
        """
        self.counts.known = known
        if not self.pace.waits:
            return
        due = self.pace.due(known)
        while (left := due - self.clock()) > 0:
            self.settle(min(left, AT_MOST))

    def place(self, record: ReplayRecord) -> None:
        """Sends a record as soon as nothing holds it back; what need not wait for it goes on meanwhile."""
        if record.everywhere:
            self.order.later(record)
        else:
            while len(self.order) >= WINDOW:
                self.settle(AT_MOST)
            self.enter(record)
        self.settle(0)

    def enter(self, record: ReplayRecord) -> None:
        """Puts a record at the end of its lane."""
        ordering_key = (record.topic, self.producer.partition(record.patient))
        self.numbers += 1
        self.order.add(self.numbers, record)
        self.lanes[ordering_key].append((self.numbers, record))
        self.drive(ordering_key)

    def drive(self, ordering_key: OrderingKey) -> None:
        """Sends what stands first in a lane, as far as nothing holds it back."""
        waiting = self.lanes[ordering_key]
        while waiting and not self.order.holds_back(waiting[0][1]):
            self.send(*waiting.popleft())

    def settle(self, seconds: float) -> None:
        """Takes acknowledgements, waiting at most `seconds` for one, and sends what this sets free."""
        for ack in self.producer.acknowledged(seconds):
            self.count(ack)
        if ticks := self.order.ready():
            self.tick(ticks)
        self.counts.lag = self.late()
        self.watch(self.counts)

    def late(self) -> float:
        """By how many seconds the earliest record that is not yet acknowledged is past its time; 0 when none
        is, or none has a time.
        """
        if not self.pace.waits or not self.order:
            return 0.0
        return max(0.0, self.clock() - self.pace.due(self.order.earliest))

    def tick(self, ticks: Iterable[ReplayRecord]) -> None:
        """Sends ticks, and the commands that stood behind them."""
        for tick in ticks:
            self.numbers += 1
            self.send(self.numbers, tick)
        for ordering_key in [ordering_key for ordering_key in self.lanes if ordering_key[0] == COMMANDS]:
            self.drive(ordering_key)

    def send(self, number: int, record: ReplayRecord) -> None:
        """Sends one record now."""
        self.open[number] = (record, self.producer.send(record, number))

    def count(self, ack: SendResult) -> None:
        """Counts one acknowledgement. Raises NotAcknowledged."""
        record, left = self.open[ack.number]
        if ack.error is not None:
            raise NotAcknowledged(f"{record.topic}: {type(ack.error).__name__}: {ack.error}") from ack.error
        self.open[ack.number] = (record, left - 1)
        if left == 1:
            self.close(ack.number, record)

    def close(self, number: int, record: ReplayRecord) -> None:
        """Every partition it went to has it."""
        del self.open[number]
        if record.made:
            self.counts.ticks += 1
        else:
            self.counts.records += 1
        if not record.everywhere:
            self.order.remove(number, record)
            partition = self.producer.partition(record.patient)
            for topic in self.order.topics(record.patient):
                self.drive((topic, partition))
