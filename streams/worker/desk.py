"""What was fetched of one partition number and not yet handed on. Pure but for what it is told."""

from __future__ import annotations

from collections.abc import Sequence

from faust.types import TP

from streams.broker.topics import INPUTS
from streams.worker.batch import Batch, Record
from streams.worker.merge import MOST, Merge

FULL = MOST
TICK_S = 1.0


class Desk:
    """`out`: a batch is on its way; `positions`: by topic, the offset after the last record that was handed on."""

    def __init__(self, number: int, committed: tuple[int, ...]) -> None:
        self.number, self.committed = number, committed
        self.positions = list(committed)
        self.tps = [TP(topic, number) for topic in INPUTS]
        self.merge: Merge[Record] = Merge(len(INPUTS))
        self.out = False
        self.ticked_at = float("-inf")

    @property
    def busy(self) -> bool:
        return self.out or len(self.merge) > 0

    def full(self, topic: int) -> bool:
        return len(self.merge.queues[topic]) >= FULL

    def put(self, topic: int, records: Sequence[Record]) -> None:
        self.merge.put(topic, records)

    def tick_due(self, at: float) -> bool:
        """Whether a batch is due though there may be no record. `at`: seconds."""
        return at - self.ticked_at >= TICK_S

    def take(self, fetched: Sequence[int | None], ends: Sequence[int | None], now: int | None, at: float) -> Batch | None:
        """The next batch, on its way from now on; None when nothing may go. An empty one lets time pass: only where the log ends.

        By topic: `fetched`, the offset that is fetched next; `ends`, where it ended, asked after the last fetch. What nobody knows may be more.
        """
        more = [position is None or end is None or position < end for position, end in zip(fetched, ends, strict=True)]
        records = self.merge.take(more)
        edge = not any(more) and not len(self.merge)
        if not records and not (edge and self.tick_due(at)):
            return None
        for topic, record in records:
            self.positions[topic] = record.offset + 1
        if edge:
            self.ticked_at = at
        self.out = True
        known = tuple(position if end is None else end for position, end in zip(self.positions, ends, strict=True))
        return Batch(self.number, records, tuple(self.positions), self.committed, known, edge, now if edge else None)
