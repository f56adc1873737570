"""Hold the fetched records of one partition number and merge them across topics by record time.

The merge always returns the earliest head; equal times are ordered by topic, then by offset. It waits while a
topic that is known to hold more has no head here: that head may be the earliest. So the order depends on the
log alone, not on how it was fetched. Pure: offsets and times are arguments. Source: architecture.md, decision
6.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Generic, Protocol, TypeVar

from faust.types import TP

from rules.wire.topics import INPUTS
from streams.worker.batch import Batch, InputRecord

MOST, FEWEST = 5_000, 500
"""The most records of one batch, and how many it may have on a host that is starved.

Enough to share a table write, few enough that heartbeats and other partitions get their turn.
The first has the fewest: nobody knows yet how fast the host is.
"""
SLOW_S, QUICK_S = 10.0, 4.0
"""A batch that took longer than the one makes the next half as large; one quicker than the other, twice."""


class Timed(Protocol):
    """The part of a record that the merge uses."""

    @property
    def timestamp(self) -> int: ...


Fetched = TypeVar("Fetched", bound=Timed)
_time = attrgetter("timestamp")


class Merge(Generic[Fetched]):
    """One queue per topic, in the order of the topics; each in order of offset."""

    def __init__(self, topics: int) -> None:
        self.queues: list[list[Fetched]] = [[] for _ in range(topics)]

    def __len__(self) -> int:
        return sum(map(len, self.queues))

    def put(self, topic: int, records: Iterable[Fetched]) -> None:
        """Append the records fetched next from a topic."""
        self.queues[topic].extend(records)

    def next_records(self, more: Sequence[bool], most: int = MOST) -> list[tuple[int, Fetched]]:
        """Return the next records in order, each with its topic's number.

        `more`: for each topic, whether the log holds more than its queue.
        """
        if any(ahead and not queue for ahead, queue in zip(more, self.queues, strict=True)):
            return []
        merged = self._merged(more, most)
        for topic, queue in enumerate(self.queues):
            del queue[: sum(1 for number, _ in merged if number == topic)]
        return merged

    def _merged(self, more: Sequence[bool], most: int) -> list[tuple[int, Fetched]]:
        left = [len(queue) if ahead else -1 for ahead, queue in zip(more, self.queues, strict=True)]
        merged: list[tuple[int, Fetched]] = []
        for topic, record in heapq.merge(
            *map(_numbered, range(len(self.queues)), self.queues), key=lambda pair: _time(pair[1])
        ):
            merged.append((topic, record))
            left[topic] -= 1
            if left[topic] == 0 or len(merged) == most:
                break
        return merged


def _numbered(topic: int, queue: Sequence[Fetched]) -> Iterable[tuple[int, Fetched]]:
    return ((topic, record) for record in queue)


FULL = MOST
TICK_S = 1.0


class FetchBuffer:
    """The fetch buffer of one partition number.

    `out`: a batch is in flight, since `begun_at`, s; `positions`: by topic, the offset after the last record
    handed on. `gaps`: by topic, where records did not follow those before; `cut`: records lost, by topic and
    partition. `most`: how many records the next batch may have.
    """

    def __init__(self, number: int, committed: tuple[int, ...]) -> None:
        self.number, self.committed = number, committed
        self.positions = list(committed)
        self.tps = [TP(topic, number) for topic in INPUTS]
        self.merge: Merge[InputRecord] = Merge(len(INPUTS))
        self.out = False
        self.begun_at = float("-inf")
        self.ticked_at = float("-inf")
        self.expected = [offset or None for offset in committed]
        self.gaps: dict[int, tuple[int, int]] = {}
        self.cut: dict[str, int] = {}
        self.most = FEWEST

    @property
    def busy(self) -> bool:
        """Whether a batch is in flight or records are waiting."""
        return self.out or len(self.merge) > 0

    def full(self, topic: int) -> bool:
        """Return whether a topic's queue is full, so that it is not to be fetched."""
        return len(self.merge.queues[topic]) >= FULL

    def put(self, topic: int, records: Sequence[InputRecord]) -> None:
        """Append records fetched from a topic; note where they do not follow those before."""
        expected = self.expected[topic]
        if records and expected is not None and records[0].offset > expected:
            self.gaps[topic] = (expected, records[0].offset)
        if records:
            self.expected[topic] = records[-1].offset + 1
        self.merge.put(topic, records)

    def begins(self, topic: int, offset: int) -> None:
        """Take the offset that a topic with a gap begins with: what lies before it was cut away unread.

        Markers of transactions leave gaps too, in which nothing is lost.
        """
        expected, found = self.gaps.pop(topic)
        lost = min(offset, found) - expected
        if lost > 0:
            self.cut[f"{INPUTS[topic]}/{self.number}"] = lost

    def tick_due(self, at: float) -> bool:
        """Return whether a batch is due even without records. `at`: seconds."""
        return at - self.ticked_at >= TICK_S

    def took(self, seconds: float) -> None:
        """Make the next batch as large as the host can do in time: one that is starved does little at once.

        A worker that took a backlog in one batch of minutes was ended by its own supervisor, for nothing had
        come of it, and began with the same batch again.
        """
        if seconds > SLOW_S:
            self.most = max(self.most // 2, FEWEST)
        elif seconds < QUICK_S:
            self.most = min(self.most * 2, MOST)

    def hurry(self, more: bool) -> None:
        """Let a batch be due at once, even without records, if there is more to decide."""
        if more:
            self.ticked_at = float("-inf")

    def next_batch(
        self, fetched: Sequence[int | None], ends: Sequence[int | None], now: int | None, at: float
    ) -> Batch | None:
        """Return the next batch and mark it as in flight; None when none may go.

        An empty batch lets time pass: only where the log ends.

        By topic: `fetched`, the offset that is fetched next; `ends`, the end offset, asked after the last
        fetch. Where either is None, the topic is taken to hold more.
        """
        more = [
            position is None or end is None or position < end
            for position, end in zip(fetched, ends, strict=True)
        ]
        records = self.merge.next_records(more, self.most)
        edge = not any(more) and not len(self.merge)
        if not records and not (edge and self.tick_due(at)):
            return None
        for topic, record in records:
            self.positions[topic] = record.offset + 1
        if edge:
            self.ticked_at = at
        self.out, self.begun_at = True, at
        cut, self.cut = self.cut, {}
        known = tuple(
            position if end is None else end for position, end in zip(self.positions, ends, strict=True)
        )
        return Batch(
            self.number,
            records,
            tuple(self.positions),
            self.committed,
            known,
            edge,
            now if edge else None,
            now,
            cut,
        )
