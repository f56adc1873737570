"""The table of rows: a plain Faust table of bytes, its changelog, and three things a long-lived worker needs beside.

- What this worker wrote itself it does not read again at the next rebalance: `persisted_offset` says how far it is.
- A worker that was thought dead may write a row behind its successor: of two rows of a patient the one with more of the log in it stands.
- Rows of partitions that went elsewhere are dropped (Faust does so for rows it knows the partition of).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import faust
from faust.types import TP, EventT

from streams.worker.row import WARD, Row, newer, unpack, unpack_tick, ward_key


class Charts(faust.Table[str, bytes]):
    """Rows by patient. Values are bytes, keys are text; written through the outlet, acknowledged, then kept here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.written: dict[TP, int] = {}

    @property
    def store(self) -> Any:
        return self.data

    def keep(self, key: str, value: bytes, partition: int, offset: int) -> None:
        """A row that the changelog has acknowledged at an offset."""
        tp = TP(self.changelog_topic_name, partition)
        self.written[tp] = max(offset, self.written.get(tp, -1))
        self._set(key, value, partition)

    def _set(self, key: str, value: bytes, partition: int) -> None:
        self.store.data[key] = value
        self.store._key_partition[key] = partition

    def persisted_offset(self, tp: TP) -> int | None:
        return self.written.get(tp)

    async def on_rebalance(self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0) -> None:
        for tp in revoked | newly_assigned:
            self.written.pop(tp, None)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        for event in batch:
            message = event.message
            self.recover((message.key or b"").decode("utf-8", "surrogatepass"), message.value, message.partition)

    def recover(self, key: str, value: bytes | None, partition: int) -> None:
        """A row read back from the changelog."""
        if value is None:
            self.store.data.pop(key, None)
        elif key.startswith(WARD) or key not in self.store.data or newer(unpack(value), unpack(self.store.data[key])):
            self._set(key, value, partition)

    def rows(self, partition: int) -> Mapping[str, Row]:
        """Every patient of a partition. Raises UnknownRow."""
        places = self.store._key_partition
        return {key: unpack(value) for key, value in self.store.data.items() if places.get(key) == partition and not key.startswith(WARD)}

    def tick(self, partition: int) -> int:
        """The latest tick for all patients of a partition, ms; -1: none yet."""
        found = self.store.data.get(ward_key(partition))
        return -1 if found is None else unpack_tick(found)
