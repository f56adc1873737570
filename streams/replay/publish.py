"""Publish each record when it is due, after what must be acknowledged before it.

Publishing ends when every record is acknowledged.
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
    """`speed` times real time (inf: no waiting).

    Counted from `first` (ms of the file), which is due at `began` (seconds of the clock).
    """

    speed: float
    began: float
    first: int

    def due(self, known: int) -> float:
        """Return when a record known at `known` (ms) is due, in seconds of the clock.

        Lateness does not move it: a replay that is late catches up.
        """
        return self.began + (known - self.first) / 1000 / self.speed

    @property
    def waits(self) -> bool:
        """Whether records wait until they are due."""
        return self.speed != inf


def speed(text: str) -> float:
    """Return `--speed` as a number: `120`, `0.5` or `max`. Raises UsageError."""
    if text == MAX:
        return inf
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < inf:
        raise UsageError(f"{text!r} is no speed; give times real time, like 120, or max")
    return found


class Unacknowledged:
    """The patients' records that are sent or queued but not acknowledged, and the ticks that wait for them.

    Kafka keeps order within a topic, not across topics, and a worker that has read one topic to its end
    cannot know that an earlier record is still on its way to another. So that a worker that reads during the
    replay sees every patient's records in order, a record waits while an earlier one *of the same patient* is
    unacknowledged in another topic, and a tick for all waits for every record up to its instant. Records of
    one instant are decided together and do not wait for each other.

    Records have numbers and are added in order of `known`. Ticks that were sent hold nothing back: a tick
    that comes late changes nothing.
    """

    def __init__(self) -> None:
        self.records: dict[int, int] = {}
        self.patients: dict[str, dict[str, dict[int, int]]] = {}
        self.ticks: list[ReplayRecord] = []

    def __len__(self) -> int:
        return len(self.records)

    @property
    def earliest(self) -> int:
        """The smallest `known` of the unacknowledged records; there must be one."""
        return earliest(self.records)

    def add(self, number: int, record: ReplayRecord) -> None:
        """Add a record that is to be sent."""
        self.records[number] = record.known
        self.patients.setdefault(record.patient, {}).setdefault(record.topic, {})[number] = record.known

    def remove(self, number: int, record: ReplayRecord) -> None:
        """Remove a record that was acknowledged."""
        del self.records[number]
        topics = self.patients[record.patient]
        del topics[record.topic][number]
        if not topics[record.topic]:
            del topics[record.topic]
        if not topics:
            del self.patients[record.patient]

    def later(self, tick: ReplayRecord) -> None:
        """Add a tick, to be sent as soon as it may be; the records after it do not wait for it."""
        self.ticks.append(tick)

    def holds_back(self, record: ReplayRecord) -> bool:
        """Return whether a record must wait.

        It must while its patient has an earlier record unacknowledged in another topic, or while ticks before
        it in its own topic wait.
        """
        if record.topic == COMMANDS and self.ticks and self.ticks[0].known < record.known:
            return True
        others = self.patients.get(record.patient, {}).items()
        return any(topic != record.topic and earliest(numbers) < record.known for topic, numbers in others)

    def topics(self, patient: str) -> Iterable[str]:
        """Return the topics in which the patient has unacknowledged records."""
        return tuple(self.patients.get(patient, ()))

    def ready(self) -> list[ReplayRecord]:
        """Remove and return the waiting ticks that nothing holds back any more."""
        if not self.ticks:
            return []
        free = [tick for tick in self.ticks if not self.records or tick.known < self.earliest]
        self.ticks = self.ticks[len(free) :]
        return free


def earliest(numbers: dict[int, int]) -> int:
    """Return the smallest `known`, which is the first: records were added in order."""
    return next(iter(numbers.values()))


WINDOW = 10_000
AT_MOST = 0.25


class SendResult(NamedTuple):
    """The result of one append: the number it was sent under, and its error (None: it is in Kafka)."""

    number: int
    error: Exception | None = None


class RecordProducer(Protocol):
    """Appends records to partitions, and reports later which were acknowledged."""

    def partition(self, patient: str) -> int:
        """Return the partition number of a patient, the same in every topic."""

    def send(self, record: ReplayRecord, number: int) -> int:
        """Send a record; return how many acknowledgements will come (for a tick for all: one a partition)."""

    def acknowledged(self, seconds: float) -> list[SendResult]:
        """Return the results since the last call; wait for the first, but no longer than `seconds`."""


class Counts:
    """The progress of a replay.

    Records and ticks that every partition they went to has acknowledged; `known`: the file's time (ms);
    `lag`: lateness (s).
    """

    def __init__(self) -> None:
        self.records, self.ticks, self.known, self.lag = 0, 0, 0, 0.0


class NotAcknowledged(Exception):
    """A record that Kafka did not accept, permanently.

    Nothing is sent after it, since order would be lost; the same replay may be run again.
    """


OrderingKey = tuple[str, int]
"""A topic and a partition: what is appended there stays in the unacknowledged of `known`."""


class Publisher:
    """Sends records through a producer at a pace.

    `clock` returns seconds; `watch` is called with the counts as it goes on.
    """

    def __init__(
        self,
        producer: RecordProducer,
        pace: Pace,
        clock: Callable[[], float],
        watch: Callable[[Counts], None],
    ) -> None:
        self.producer, self.pace, self.clock, self.watch = producer, pace, clock, watch
        self.counts, self.unacknowledged = Counts(), Unacknowledged()
        self.queues: defaultdict[OrderingKey, deque[tuple[int, ReplayRecord]]] = defaultdict(deque)
        self.in_flight: dict[int, tuple[ReplayRecord, int]] = {}
        self.numbers = 0

    def publish(self, records: Iterable[ReplayRecord]) -> None:
        """Send all records, given in order of `known`, and return when all are acknowledged.

        Raises NotAcknowledged.
        """
        for record in records:
            self.await_due(record.known)
            self.submit(record)
        while self.unacknowledged or self.unacknowledged.ticks or self.in_flight:
            self.collect(AT_MOST)

    def await_due(self, known: int) -> None:
        """Wait until a record is due, collecting results meanwhile; a record that is late does not wait."""
        self.counts.known = known
        if not self.pace.waits:
            return
        due = self.pace.due(known)
        while (left := due - self.clock()) > 0:
            self.collect(min(left, AT_MOST))

    def submit(self, record: ReplayRecord) -> None:
        """Send a record as soon as nothing holds it back.

        Records that do not have to wait for it continue meanwhile.
        """
        if record.everywhere:
            self.unacknowledged.later(record)
        else:
            while len(self.unacknowledged) >= WINDOW:
                self.collect(AT_MOST)
            self.enqueue(record)
        self.collect(0)

    def enqueue(self, record: ReplayRecord) -> None:
        """Append a record to the queue of its topic and partition."""
        ordering_key = (record.topic, self.producer.partition(record.patient))
        self.numbers += 1
        self.unacknowledged.add(self.numbers, record)
        self.queues[ordering_key].append((self.numbers, record))
        self.send_ready(ordering_key)

    def send_ready(self, ordering_key: OrderingKey) -> None:
        """Send from the front of a queue, as far as nothing holds its records back."""
        waiting = self.queues[ordering_key]
        while waiting and not self.unacknowledged.holds_back(waiting[0][1]):
            self.send(*waiting.popleft())

    def collect(self, seconds: float) -> None:
        """Collect results, waiting at most `seconds` for one, and send what they make ready."""
        for ack in self.producer.acknowledged(seconds):
            self.count(ack)
        if ticks := self.unacknowledged.ready():
            self.tick(ticks)
        self.counts.lag = self.late()
        self.watch(self.counts)

    def late(self) -> float:
        """Return by how many seconds the earliest unacknowledged record is past its time.

        0 when there is none, or when records do not wait until they are due.
        """
        if not self.pace.waits or not self.unacknowledged:
            return 0.0
        return max(0.0, self.clock() - self.pace.due(self.unacknowledged.earliest))

    def tick(self, ticks: Iterable[ReplayRecord]) -> None:
        """Send ticks, and the commands that waited for them."""
        for tick in ticks:
            self.numbers += 1
            self.send(self.numbers, tick)
        for ordering_key in [ordering_key for ordering_key in self.queues if ordering_key[0] == COMMANDS]:
            self.send_ready(ordering_key)

    def send(self, number: int, record: ReplayRecord) -> None:
        """Send one record now."""
        self.in_flight[number] = (record, self.producer.send(record, number))

    def count(self, ack: SendResult) -> None:
        """Count one result. Raises NotAcknowledged."""
        record, left = self.in_flight[ack.number]
        if ack.error is not None:
            raise NotAcknowledged(f"{record.topic}: {type(ack.error).__name__}: {ack.error}") from ack.error
        self.in_flight[ack.number] = (record, left - 1)
        if left == 1:
            self.complete(ack.number, record)

    def complete(self, number: int, record: ReplayRecord) -> None:
        """Count a record that every partition it went to has acknowledged, and send what waited for it."""
        del self.in_flight[number]
        if record.made:
            self.counts.ticks += 1
        else:
            self.counts.records += 1
        if not record.everywhere:
            self.unacknowledged.remove(number, record)
            partition = self.producer.partition(record.patient)
            for topic in self.unacknowledged.topics(record.patient):
                self.send_ready((topic, partition))
