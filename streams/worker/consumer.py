"""Pass batches instead of messages through Faust (architecture.md, decision 7).

Relies on these internals of faust-streaming 0.15.3, beside those that `streams.kafka.faust_consumer` relies
on:

- `_drain_messages` drops a message whose offset lies below `_read_offset[tp]`, and calls `_add_gap` when
  offsets are skipped.
- `Consumer.ack` is called once per message, from `Event.ack`; `commit` asks `_new_offset(tp)` for every `tp`
  in `_acked`.
- A partition's `position` in the aiokafka consumer is the next offset it will return.

A batch is one message. It is sent under the partition of `CARRIER` and acknowledged as a whole: only then may
the offsets of every input topic in it be committed. Of each partition number one batch is in flight at a
time, so everything below an acknowledged position is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from itertools import count
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from faust.types.tuples import ConsumerMessage, ack_lock

from rules.wire.topics import INPUTS
from streams.kafka import faust_consumer
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_consumer import BUSY_S, IDLE_S, ConsumerThread
from streams.kafka.fencing import FencedConsumer
from streams.worker.batch import Batch
from streams.worker.fetch_buffer import FetchBuffer
from streams.worker.state_store import Mark, StateStore, last_mark

CARRIER = INPUTS[-1]
NUMBER = {topic: number for number, topic in enumerate(INPUTS)}


class Carrier(ConsumerMessage):
    """The message a batch travels in, with the fetch buffer it comes from."""

    __slots__ = ("batch", "buffer")

    batch: Batch
    buffer: FetchBuffer


class MarkingThread(ConsumerThread):
    """A consumer thread that commits offsets with a mark of how far the changelog goes.

    Relies on `commit` of the aiokafka consumer, which Faust calls with `OffsetAndMetadata` by partition, and
    on `_coordinator.fetch_committed_offsets`, since `committed` returns the offset alone.
    """

    consumer: BatchConsumer

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        found = super()._create_worker_consumer(transport)
        commit, numbers = found.commit, count()

        async def marked(offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
            number, store = next(numbers), self.consumer.store
            await commit(
                {
                    tp: OffsetAndMetadata(found.offset, str(store.mark(tp.partition, number)))
                    for tp, found in offsets.items()
                }
            )

        found.commit = marked
        return found

    async def marks(self, numbers: Iterable[int]) -> dict[int, Mark]:
        """Return the last mark of each partition number that has one. Raises KafkaError."""
        parts = [TopicPartition(topic, number) for number in numbers for topic in INPUTS]
        consumer: Any = self._ensure_consumer()
        found = await consumer._coordinator.fetch_committed_offsets(parts)
        texts: defaultdict[int, list[str]] = defaultdict(list)
        for part, committed in found.items():
            texts[part.partition].append(committed.metadata or "")
        marks = {number: last_mark(each) for number, each in texts.items()}
        return {number: mark for number, mark in marks.items() if mark is not None}


class BatchConsumer(FencedConsumer):
    """A consumer that yields batches of the input topics, merged by time.

    The records of other topics pass one by one.
    """

    ends: Ends
    store: StateStore
    wall: Callable[[], int] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buffers: dict[int, FetchBuffer] = {}
        self.acknowledged = asyncio.Event()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Drop the fetch buffers."""
        self.buffers = {}
        await super().on_partitions_revoked(revoked)

    async def _sought(self) -> None:
        await super()._sought()
        numbers = {tp.partition for tp in self.assignment() if tp.topic in NUMBER}
        thread: Any = self._thread
        self.store.marks = await thread.call_thread(thread.marks, numbers)
        self.buffers = {number: FetchBuffer(number, self._committed(number)) for number in sorted(numbers)}

    def stuck(self, since: float) -> tuple[int, ...]:
        """Return the partition numbers of which a batch is in flight since before a moment, monotonic, s."""
        return tuple(one.number for one in self.buffers.values() if one.out and one.begun_at <= since)

    def _new_consumer_thread(self) -> MarkingThread:
        return MarkingThread(self, loop=self.loop, beacon=self.beacon)

    def _committed(self, number: int) -> tuple[int, ...]:
        return tuple(self._committed_offset[TP(topic, number)] or 0 for topic in INPUTS)

    def _may_fetch(self, tp: TP) -> bool:
        return not (tp.topic in NUMBER and self._full(tp))

    def _patience(self) -> float:
        return BUSY_S if any(buffer.busy for buffer in self.buffers.values()) else IDLE_S

    def _full(self, tp: TP) -> bool:
        buffer = self.buffers.get(tp.partition)
        return buffer is None or buffer.full(NUMBER[tp.topic])

    async def _pause(self, seconds: float) -> None:
        self.acknowledged.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.acknowledged.wait(), seconds)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Yield the changelog's records one by one, then the batches that are ready."""
        records, _ = await self._wait_next_records(timeout)
        fetched_after = self.fetched_after
        if records is None or self.should_stop or self._interrupted(fetched_after):
            return
        for tp, record in self._sorted_in(records):
            if self._interrupted(fetched_after):
                return
            yield tp, self._to_message(tp, record)
        for buffer, ends, now in await self._ready():
            if self._interrupted(fetched_after) or buffer is not self.buffers.get(buffer.number):
                return
            batch = buffer.next_batch(
                [self._position(tp) for tp in buffer.tps],
                ends,
                now,
                time.monotonic(),
            )
            if batch is not None:
                yield TP(CARRIER, buffer.number), self._carrier(buffer, batch)

    def _sorted_in(self, records: Mapping[TP, list[Any]]) -> Iterable[tuple[TP, Any]]:
        """Put the records of the inputs into their fetch buffers; yield all others."""
        for tp, fetched in records.items():
            if tp.topic not in NUMBER:
                yield from ((tp, record) for record in fetched)
            elif tp.partition in self.buffers:
                self.buffers[tp.partition].put(NUMBER[tp.topic], fetched)

    async def _ready(self) -> list[tuple[FetchBuffer, list[int | None], int | None]]:
        """Return the fetch buffers that may have a batch, with the ends of its topics and the clock.

        The end offsets are asked after all that the buffers hold was fetched, and after the clock is read:
        time may not pass over what was stored while the broker answered, for an alert that opens and ends
        in it would be decided in one instant, and lost.
        """
        await self._look_at_gaps()
        clock = self.wall() if self.wall else None
        now = time.monotonic()
        candidates = [
            buffer
            for buffer in self.buffers.values()
            if not buffer.out and (len(buffer.merge) or buffer.tick_due(now))
        ]
        if not candidates or self.app.in_recovery or not self.inputs_flow:
            return []
        ends = await self.ends(tp for buffer in candidates for tp in buffer.tps)
        return [(buffer, [ends.get(tp) for tp in buffer.tps], clock) for buffer in candidates]

    async def _look_at_gaps(self) -> None:
        """Ask where the topics begin in which records did not follow those before."""
        gaps = [(buffer, topic) for buffer in self.buffers.values() for topic in buffer.gaps]
        if gaps:
            begins = await self.ends.begins(buffer.tps[topic] for buffer, topic in gaps)
            for buffer, topic in gaps:
                if (offset := begins.get(buffer.tps[topic])) is not None:
                    buffer.begins(topic, offset)

    def _position(self, tp: TP) -> int | None:
        assignment = self._thread._ensure_consumer()._fetcher._subscriptions.subscription.assignment
        state = assignment.state_value(TopicPartition(*tp)) if assignment is not None else None
        return state.position if state is not None and state.has_valid_position else None

    def _carrier(self, buffer: FetchBuffer, batch: Batch) -> Carrier:
        tp = TP(CARRIER, buffer.number)
        message = Carrier(
            CARRIER, buffer.number, batch.positions[-1], time.time(), 0, [], None, b"", None, 0, 0, tp
        )
        message.generation_id = self.app.consumer_generation_id
        message.batch, message.buffer = batch, buffer
        return message

    def ack(self, message: Message) -> bool:
        """Acknowledge a batch: its positions may be committed, unless its partitions were revoked since."""
        if not isinstance(message, Carrier):
            return bool(super().ack(message))
        with ack_lock:
            if message.acked:
                return False
            message.acked = True
            self._unacked_messages.discard(message)
            self._done(message)
            self.acknowledged.set()
            if self._waiting_for_ack is not None and not self._waiting_for_ack.done():
                self._waiting_for_ack.set_result(None)
        return True

    def _done(self, message: Carrier) -> None:
        message.buffer.out = False
        if message.generation_id != self.app.consumer_generation_id:
            return
        batch = message.batch
        for tp, position, start in zip(message.buffer.tps, batch.positions, batch.committed, strict=True):
            if position > start:
                self._acked[tp] = [position - 1]

    def _new_offset(self, tp: TP) -> int | None:
        if tp.topic not in NUMBER:
            return super()._new_offset(tp)
        acked, self._acked[tp] = self._acked[tp], []
        return acked[-1] + 1 if acked else None

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Ignore gaps of the inputs: a batch skips offsets by design."""
        if tp.topic not in NUMBER:
            await super()._add_gap(tp, offset_from, offset_to)


def transport(app: Any, ends: Ends, wall: Callable[[], int] | None, store: StateStore) -> Any:
    """Return a transport whose consumer is a `BatchConsumer`.

    `ends`: returns the end offsets of partitions; `wall`: the clock for ticks, ms, if any; `store`: whose
    changelog is marked in what is committed.
    """
    attributes = {"ends": staticmethod(ends), "wall": staticmethod(wall) if wall else None, "store": store}
    return faust_consumer.transport(app, type("Consumer", (BatchConsumer,), attributes))
