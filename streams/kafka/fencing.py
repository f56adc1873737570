"""Keep a process that hung and woke from writing behind its successor: the fencing term.

Before it begins, an owner writes a record into the changelog of each of its partitions. The offset of that
record is its term, and every row that it writes carries it, so the term of the partition's previous owner is
earlier. A term counts if the group still knew the owner once it was written. Of two rows of a patient that of
the later term is kept, whatever they contain.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from faust.types import TP

from streams.kafka.changelog_table import ChangelogTable
from streams.kafka.faust_consumer import InputConsumer
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.kafka.state_record import AGE, key

TERM = "\x00term"
"""The key of the record that a term begins with; no patient id holds a control character."""


class FencedTable(ChangelogTable):
    """A table whose rows tell the term that they were written in.

    A process that was thought dead may write behind its successor; its rows are not kept then. By content the
    two cannot be told apart: both processes have read the same records.
    """

    def supersedes(self, key: str, value: bytes, here: bytes) -> bool:
        """Return whether a row read back is at least as late as the one that is here."""
        return value[: AGE.size] >= here[: AGE.size]

    def term_of(self, value: bytes) -> int:
        """Return the term that a row was written in."""
        return int(AGE.unpack_from(value)[0])

    def term(self, partition: int, offset: int) -> int:
        """Return the term that begins with a record at this offset.

        A changelog that was restored from a copy may hold rows of later terms.
        """
        terms = [self.term_of(value) for _, value in self.values_of(partition)]
        return max(offset, max(terms, default=-1) + 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begun: set[int] = set()

    def is_new(self, partition: int) -> bool:
        """Return whether nothing of a partition was ever written, or all of it is lost."""
        return partition not in self.begun and next(iter(self.values_of(partition)), None) is None

    def recover(self, key: str, value: bytes | None, partition: int, offset: int) -> None:
        """Set a row read back from the changelog; note the partitions in which a term was begun."""
        if value is not None and key == TERM:
            self.begun.add(partition)
        super().recover(key, value, partition, offset)

    def opening(self, partition: int) -> bytes:
        """Return the value of the record that a term of a partition begins with."""
        return b"-"

    def adopt(self, key: str, value: bytes, partition: int, offset: int) -> None:
        """Keep a row of this process, and count all before it as held: others are outranked there."""
        self.put(key, value, partition)
        self.held[TP(self.changelog_topic_name, partition)] = offset

    def values_of(self, partition: int) -> Iterator[tuple[str, bytes]]:
        """Yield the rows of a partition, without the record of the term."""
        return ((name, value) for name, value in super().values_of(partition) if name != TERM)


async def begin(table: FencedTable, producer: FaustProducer, partitions: Sequence[int]) -> dict[int, int]:
    """Begin a term in each partition, later than all before. Raises KafkaError."""
    topic = table.changelog_topic_name
    offsets = await producer.append(
        OutgoingRecord(topic, key(TERM), table.opening(number), partition=number) for number in partitions
    )
    for number, offset in zip(partitions, offsets, strict=True):
        table.hold(number, offset)
    table.begun.update(partitions)
    return {number: table.term(number, offset) for number, offset in zip(partitions, offsets, strict=True)}


class FencedConsumer(InputConsumer):
    """A consumer that notes when the group last knew this member.

    `observed`: that time, s of the monotonic clock. Relies on `_coordinator._do_heartbeat`, which asks the
    group whether the member still belongs to it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.observed = 0.0

    async def _sought(self) -> None:
        await self._thread.call_thread(self._listen())

    def _listen(self) -> Callable[[], Awaitable[bool]]:
        """Note each heartbeat that the group confirms; return a function that asks for one.

        A process that hung in a recovery believes that it owns partitions it has lost.
        """
        coordinator: Any = self._thread._ensure_consumer()._coordinator
        ask = type(coordinator)._do_heartbeat

        async def heartbeat() -> bool:
            began = time.monotonic()
            known = bool(await ask(coordinator))
            self.observed = began if known else self.observed
            return known

        coordinator._do_heartbeat = heartbeat
        return heartbeat


def belongs(app: Any) -> bool:
    """Return whether the group still counts on this process.

    One that hung for longer than its session has a successor, which acts in its place.
    """
    return bool(time.monotonic() - app.consumer.observed < app.conf.broker_session_timeout)
