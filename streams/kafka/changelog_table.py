"""Keep a plain Faust table of bytes with its changelog, and add three things a long-running service needs.

- It does not read again at a rebalance what it already holds: `persisted_offset` tells up to which offset
  each partition is held. Faust's memory store tells nothing, and Faust then continues from its last offset,
  whether or not the rows are still there.
- A process that was thought dead may write a row behind its successor: each table decides which of two rows
  is kept. When that process is given the partition again, Faust may never have noticed that it was gone: what
  the successor wrote in between must be read all the same.
- Faust drops the rows of partitions that were moved away, of those rows whose partition it knows; so it is
  given the partition of every row.
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
    """A table of rows by key, as bytes.

    A row is written through the producer first, and kept here once it is acknowledged.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held: dict[TP, int] = {}
        self.cut: set[int] = set()

    @property
    def store(self) -> Any:
        """The table's underlying store."""
        return self.data

    def keep(self, key: str, value: bytes | None, partition: int, offset: int) -> bool:
        """Keep a row of this process, acknowledged at its offset in the changelog; a tombstone removes it.

        If there is a gap before that offset, another process has written there: that is still to be read.
        Return whether there is none.
        """
        if value is None:
            self.remove(key)
        else:
            self.put(key, value, partition)
        return self.hold(partition, offset)

    def hold(self, partition: int, offset: int) -> bool:
        """Count an offset of the changelog as held, unless there is a gap before it; return whether it is.

        One that is held already is of another changelog: the topic was deleted and made anew, and is shorter
        than what is here. Such partitions are in `cut`.
        """
        tp = TP(self.changelog_topic_name, partition)
        if offset <= self.persisted_offset(tp):
            self.cut.add(partition)
        if offset == self.persisted_offset(tp) + 1:
            self.held[tp] = offset
        return self.held.get(tp) == offset

    def put(self, key: str, value: bytes, partition: int) -> None:
        """Set a row."""
        self.store.data[key] = value
        self.store._key_partition[key] = partition

    def remove(self, key: str) -> None:
        """Remove a row."""
        self.store.data.pop(key, None)
        self.store._key_partition.pop(key, None)

    def persisted_offset(self, tp: TP) -> int:
        """Return the offset of its changelog up to which a partition is held here."""
        return self.held.get(tp, NOTHING)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget the offsets held of partitions that are revoked or newly assigned."""
        for tp in revoked | newly_assigned:
            self.held.pop(tp, None)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Forget the offsets held of all but active partitions: Faust's store drops their rows here."""
        self.held = {tp: offset for tp, offset in self.held.items() if tp in active_tps}
        await super().on_recovery_completed(active_tps, standby_tps)

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Apply rows read back; end the process on a fault, which Faust would log and then wait for ever."""
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
        """Set a row read back from the changelog, unless a newer one is here; a tombstone removes it.

        Raises UnknownStateRecord.
        """
        if value is None:
            self.remove(key)
        here = self.store.data.get(key)
        if value is not None and (here is None or self.supersedes(key, value, here)):
            self.put(key, value, partition)
        self.held[TP(self.changelog_topic_name, partition)] = offset

    def supersedes(self, key: str, value: bytes, here: bytes) -> bool:
        """Return whether a row read back replaces the one that is here. Raises UnknownStateRecord."""
        raise NotImplementedError

    def values_of(self, partition: int) -> Iterator[tuple[str, bytes]]:
        """Yield the rows of a partition."""
        partitions = self.store._key_partition
        return ((key, value) for key, value in self.store.data.items() if partitions.get(key) == partition)
