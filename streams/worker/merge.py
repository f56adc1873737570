"""Records of one partition number, merged across topics by record time (architecture.md, decision 6).

The merge always takes the earliest head; equal times go by topic, then by offset. It takes nothing while a topic that is known to hold more has
no head here: that head may be the earliest. So the order depends on the log alone, not on how it was fetched.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Generic, Protocol, TypeVar

MOST = 5_000
"""Records handed on at once: enough to share a table write, few enough to go on with heartbeats and other partitions."""


class Timed(Protocol):
    """What the merge looks at."""

    @property
    def timestamp(self) -> int: ...


Record = TypeVar("Record", bound=Timed)
_time = attrgetter("timestamp")


class Merge(Generic[Record]):
    """One queue a topic, in the order of the topics; each in order of offset."""

    def __init__(self, topics: int) -> None:
        self.queues: list[list[Record]] = [[] for _ in range(topics)]

    def __len__(self) -> int:
        return sum(map(len, self.queues))

    def put(self, topic: int, records: Iterable[Record]) -> None:
        """Adds what was fetched next from a topic."""
        self.queues[topic].extend(records)

    def take(self, more: Sequence[bool], most: int = MOST) -> list[tuple[int, Record]]:
        """The next records in order, each with its topic's number; `more`: for each topic, whether the log holds more than its queue."""
        if any(ahead and not queue for ahead, queue in zip(more, self.queues, strict=True)):
            return []
        taken = self._merged(more, most)
        for topic, queue in enumerate(self.queues):
            del queue[: sum(1 for number, _ in taken if number == topic)]
        return taken

    def _merged(self, more: Sequence[bool], most: int) -> list[tuple[int, Record]]:
        left = [len(queue) if ahead else -1 for ahead, queue in zip(more, self.queues, strict=True)]
        taken: list[tuple[int, Record]] = []
        for topic, record in heapq.merge(*map(_numbered, range(len(self.queues)), self.queues), key=lambda pair: _time(pair[1])):
            taken.append((topic, record))
            left[topic] -= 1
            if left[topic] == 0 or len(taken) == most:
                break
        return taken


def _numbered(topic: int, queue: Sequence[Record]) -> Iterable[tuple[int, Record]]:
    return ((topic, record) for record in queue)
