"""Keep the patients' state records in a Faust table with its changelog, and find them by partition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import faust
from faust.types import TP

from rules.wire.instants import BEFORE_ALL
from streams.kafka.fencing import TERM, FencedTable
from streams.kafka.partition_check import Shape
from streams.kafka.state_record import (
    PARTITION_PREFIX,
    STATE_TABLE,
    StateRecord,
    UnknownStateRecord,
    apart,
    block_key,
    block_of,
    newer,
    partition_key,
    unpack,
    unpack_tick,
)
from streams.service.lifecycle import wall

_LONGEST = 15


class Mark(NamedTuple):
    """How far the changelog of a partition went when offsets were committed.

    It is the metadata of the committed offsets, which no copy of the changelog brings back. `term` and
    `number` (of the commit) tell which of several is the last; `epoch`: from when terms are counted, ms;
    `offset`: the last one held.
    """

    term: int
    number: int
    epoch: int
    offset: int

    def __str__(self) -> str:
        return "/".join(map(str, self))


def last_mark(texts: Iterable[str]) -> Mark | None:
    """Return the last of the marks that a partition's offsets were committed with; None: there is none."""
    found = [Mark(*map(int, parts)) for parts in map(_MARK.findall, texts) if len(parts) == len(Mark._fields)]
    return max(found, default=None)


_MARK = re.compile(r"-?[0-9]{1,19}")


class StateRows:
    """What a table of state records, blocks and ticks tells."""

    def value(self, name: str) -> bytes | None:
        """Return the row of a key; None: there is none."""
        raise NotImplementedError

    def values_of(self, partition: int) -> Iterator[tuple[str, bytes]]:
        """Yield the rows of a partition."""
        raise NotImplementedError

    def rows(self, partition: int) -> Mapping[str, StateRecord]:
        """Return the state records of a partition by patient. Raises UnknownStateRecord."""
        return {name: unpack(value) for name, value in self.values_of(partition) if PLAIN not in name}

    def records_of(self, names: Iterable[str]) -> Iterator[tuple[str, StateRecord]]:
        """Yield the state records of patients who have one. Raises UnknownStateRecord."""
        found = ((name, self.value(name)) for name in names)
        return ((name, unpack(value)) for name, value in found if value is not None)

    def tick(self, partition: int) -> int:
        """Return the latest tick for all patients of a partition, ms; BEFORE_ALL: none yet."""
        found = self.value(partition_key(partition))
        return BEFORE_ALL if found is None else unpack_tick(found)

    def block(self, patient: str, name: bytes) -> bytes:
        """Return a patient's block by its name. Raises UnknownStateRecord when it is gone."""
        found = self.value(block_key(patient, name))
        if found is None:
            raise UnknownStateRecord(
                "a part of a patient's state is gone from the changelog: start the worker once with "
                "--rebuild, which makes the state anew from the input topics"
            )
        return apart(found)[1]

    def orphans(self, partition: int, records: Mapping[str, StateRecord]) -> list[str]:
        """Return the keys of the blocks that no state record stands on: a kill left them."""
        blocks = ((name, block_of(name)) for name, _ in self.values_of(partition))
        found = [(name, one) for name, one in blocks if one is not None]
        needed = {name: frozenset(record.blocks) for name, record in records.items()}
        return [name for name, (patient, block) in found if block not in needed.get(patient, ())]


PLAIN = "\x00"
"""What the key of a block, a partition's own row, and a term have, and no patient's."""


class StateStore(FencedTable, StateRows):
    """The state records by patient, and each partition's latest tick.

    A worker that was thought dead may write a state record behind its successor: of two records of a patient
    that of the later term is kept, of one term the one that contains more of the log.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.epochs: dict[int, int] = {}
        self.buried: dict[int, dict[str, bytes]] = {}
        self.marks: dict[int, Mark] = {}
        self.own: dict[int, int] = {}

    def value(self, name: str) -> bytes | None:
        """Return the row of a key; None: there is none."""
        found: bytes | None = self.store.data.get(name)
        return found

    def mark(self, partition: int, number: int) -> Mark:
        """Return the mark of a commit, the process's `number`th: the changelog holds at least so much."""
        held = self.persisted_offset(TP(self.changelog_topic_name, partition))
        return Mark(self.own.get(partition, 0), number, self.epochs.get(partition, 0), held)

    def is_older(self, partition: int) -> bool:
        """Return whether the changelog ends before what it held when the last offsets were committed.

        Then an older copy of it was restored: the records between are done, and nothing here knows of them.
        """
        mark = self.marks.get(partition)
        if mark is None:
            return False
        held = self.persisted_offset(TP(self.changelog_topic_name, partition))
        return (self.epochs.get(partition, 0), held) < (mark.epoch, mark.offset)

    def opening(self, partition: int) -> bytes:
        """Return the value of the record that a term begins with: when the changelog's first one began, ms.

        Terms are counted from there: of a changelog that was lost and is made anew they are later than all
        before, which readers of the alerts remember.
        """
        return b"%d" % self.epochs.setdefault(partition, wall())

    def term(self, partition: int, offset: int) -> int:
        """Return the term that begins with a record at this offset."""
        return super().term(partition, self.epochs.get(partition, 0) + offset)

    def supersedes(self, key: str, value: bytes, here: bytes) -> bool:
        """Return whether a record read back replaces the one that is here.

        Where another version wrote one of the two, the later one does: a tombstone may follow, and what stays
        unreadable is told where the rows are taken.
        """
        try:
            if key == TERM or block_of(key) is not None:
                return True
            if key.startswith(PARTITION_PREFIX):
                return apart(value)[0] >= apart(here)[0]
            return newer(value, here)
        except UnknownStateRecord:
            return True

    def term_of(self, value: bytes) -> int:
        """Return the term that a row was written in."""
        return apart(value)[0]

    def recover(self, key: str, value: bytes | None, partition: int, offset: int) -> None:
        """Set a row read back from the changelog; note where its terms are counted from."""
        if value is not None and key == TERM and value.isdigit():
            self.epochs[partition] = max(self.epochs.get(partition, 0), int(value[:_LONGEST]))
        if value is None and block_of(key) is not None:
            self._bury(key, partition)
        super().recover(key, value, partition, offset)

    def _bury(self, key: str, partition: int) -> None:
        """Keep a block that gets a tombstone until its partition is opened.

        A worker that was thought dead may have written the tombstone behind its successor, whose state still
        stands on the block.
        """
        here = self.value(key)
        if here is not None:
            self.buried.setdefault(partition, {})[key] = here

    def revived(self, partition: int, records: Mapping[str, StateRecord]) -> list[tuple[str, bytes]]:
        """Return the blocks with a tombstone that a state record stands on all the same, by their keys."""
        buried = self.buried.pop(partition, {})
        needed = (block_key(name, one) for name, record in records.items() for one in record.blocks)
        return [(key, buried[key]) for key in needed if key in buried and self.value(key) is None]


def state_store(app: faust.App, shape: Shape) -> StateStore:
    """Return the state store of an app."""
    return StateStore(app, name=STATE_TABLE, key_type=bytes, value_type=bytes, partitions=shape.partitions)
