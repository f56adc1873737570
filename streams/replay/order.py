"""What must be acknowledged before what is sent, so that a worker that reads while the replay runs sees every patient's records in order.

Kafka keeps order within a topic, not across topics, and a worker that has read one topic to its end cannot know that an earlier record is still
on its way to another. So a record waits while an earlier one *of the same patient* is unacknowledged in another topic, and a tick for all waits
for every record up to its instant. Records of one instant are decided together and wait for none.
"""

from __future__ import annotations

from collections.abc import Iterable

from streams.broker.topics import COMMANDS
from streams.replay.record import Record


class Unacknowledged:
    """The patients' records that are on their way, sent or waiting to be, by their numbers, and the ticks that wait for them.

    Records are added in order of `known`. Ticks that were sent hold nothing back: a tick that comes late changes nothing.
    """

    def __init__(self) -> None:
        self.records: dict[int, int] = {}
        self.patients: dict[str, dict[str, dict[int, int]]] = {}
        self.ticks: list[Record] = []

    def __len__(self) -> int:
        return len(self.records)

    @property
    def earliest(self) -> int:
        """The `known` of the earliest on its way; there must be one."""
        return earliest(self.records)

    def add(self, number: int, record: Record) -> None:
        """It is on its way."""
        self.records[number] = record.known
        self.patients.setdefault(record.patient, {}).setdefault(record.topic, {})[number] = record.known

    def remove(self, number: int, record: Record) -> None:
        """It was acknowledged."""
        del self.records[number]
        topics = self.patients[record.patient]
        del topics[record.topic][number]
        if not topics[record.topic]:
            del topics[record.topic]
        if not topics:
            del self.patients[record.patient]

    def later(self, tick: Record) -> None:
        """A tick that is sent as soon as it may be; the records behind it do not wait for it."""
        self.ticks.append(tick)

    def holds_back(self, record: Record) -> bool:
        """Whether a record must wait: its patient has something earlier on the way elsewhere, or ticks before it in its own topic wait."""
        if record.topic == COMMANDS and self.ticks and self.ticks[0].known < record.known:
            return True
        others = self.patients.get(record.patient, {}).items()
        return any(topic != record.topic and earliest(ways) < record.known for topic, ways in others)

    def topics(self, patient: str) -> Iterable[str]:
        """Where the patient has something on the way."""
        return tuple(self.patients.get(patient, ()))

    def ready(self) -> list[Record]:
        """The waiting ticks that nothing holds back any more, taken out."""
        if not self.ticks:
            return []
        free = [tick for tick in self.ticks if not self.records or tick.known < self.earliest]
        self.ticks = self.ticks[len(free) :]
        return free


def earliest(ways: dict[int, int]) -> int:
    """The smallest `known` of those on the way, which is the first: they were added in order."""
    return next(iter(ways.values()))
