"""Records that are held until their time has come. Memory grows with what is held, not with the feed."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from simulators.faults.record import Record


class Postponed:
    """Records in order of the `known` they were given; ties in the order in which they were added."""

    def __init__(self) -> None:
        self.heap: list[tuple[int, int, Record]] = []
        self.count = 0

    def add(self, record: Record) -> None:
        """It waits until its `known`."""
        self.count += 1
        heappush(self.heap, (record.known, self.count, record))

    def due(self, known: int) -> Iterator[Record]:
        """Those whose time lies before `known`, taken out."""
        while self.heap and self.heap[0][0] < known:
            yield heappop(self.heap)[2]

    def rest(self) -> Iterator[Record]:
        """All that are left, in order."""
        while self.heap:
            yield heappop(self.heap)[2]
