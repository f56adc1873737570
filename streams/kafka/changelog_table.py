"""A plain Faust table of bytes with its changelog, and three things a long-lived service needs beside.

- What it holds already it does not read again at the next rebalance: `persisted_offset` says how far each
  partition is held. Faust's memory store says nothing, and Faust then goes on from where it last was, whether
  or not the rows are still there.
- A process that was thought dead may write a row behind its successor: which of two rows stands, each table
  says itself. When it is given the partition again, Faust may never have noticed that it was
  gone: what the successor wrote in between must be read all the same.
- Faust drops the rows of partitions that went elsewhere, those it knows the partition of; so it is told of
  every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import faust
from faust.types import TP, EventT

from streams.kafka.state_record import UnknownStateRecord
from streams.service.lifecycle import die

NOTHING = -1


class ChangelogTable(faust.Table[str, bytes]):
    """Rows by key, as bytes.

    What is written goes through the producer first, and is kept here once it is acknowledged.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held: dict[TP, int] = {}

    @property
    def store(self) -> Any:
        return self.data

    def keep(self, key: str, value: bytes, partition: int, offset: int) -> None:
        """A row of our own at its offset in the changelog.

        In a gap behind what is held another has written: that is still to be read.
        """
        self.put(key, value, partition)
        self.hold(partition, offset)

    def hold(self, partition: int, offset: int) -> None:
        """What lies at an offset of the changelog is ours; so are all before, if there is no gap."""
        tp = TP(self.changelog_topic_name, partition)
        if offset == self.persisted_offset(tp) + 1:
            self.held[tp] = offset

    def put(self, key: str, value: bytes, partition: int) -> None:
        """The row that stands."""
        self.store.data[key] = value
        self.store._key_partition[key] = partition

    def persisted_offset(self, tp: TP) -> int:
        """Up to which offset of its changelog a partition is held here."""
        return self.held.get(tp, NOTHING)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        for tp in revoked | newly_assigned:
            self.held.pop(tp, None)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Faust's store drops all rows but those of active partitions here."""
        self.held = {tp: offset for tp, offset in self.held.items() if tp in active_tps}
        await super().on_recovery_completed(active_tps, standby_tps)

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Rows read back. Faust would log a fault here and wait for ever."""
        try:
            for event in batch:
                message = event.message
                self.recover(
                    (message.key or b"").decode("utf-8", "surrogatepass"),
                    message.value,
                    message.partition,
                    message.offset,
                )
        except UnknownStateRecord as fault:
            die(fault)

    def recover(self, key: str, value: bytes | None, partition: int, offset: int) -> None:
        """A row read back from the changelog, unless a newer one is here. Raises UnknownRow."""
        here = self.store.data.get(key)
        if value is not None and (here is None or self.supersedes(key, value, here)):
            self.put(key, value, partition)
        self.held[TP(self.changelog_topic_name, partition)] = offset

    def supersedes(self, key: str, value: bytes, here: bytes) -> bool:
        """Return whether a row read back takes the place of the one that is here. Raises UnknownRow."""
        raise NotImplementedError

    def values_of(self, partition: int) -> Iterator[tuple[str, bytes]]:
        """Yield the rows of a partition."""
        places = self.store._key_partition
        return ((key, value) for key, value in self.store.data.items() if places.get(key) == partition)
