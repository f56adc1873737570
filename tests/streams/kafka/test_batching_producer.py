"""The producer that shares batches: nobody is told that a record is there before the broker has its batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

import pytest
from aiokafka.errors import KafkaError, NotLeaderForPartitionError, UnknownTopicOrPartitionError

from streams.kafka import clients
from streams.kafka.batching_producer import BatchingProducer, partition_of
from streams.kafka.producer import NotAcknowledged, OutgoingRecord
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S

CAPACITY = 4
"""Records that a batch of these tests takes."""
PARTITIONS = 2
LONGEST = 2_000


class Builder:
    """A batch as aiokafka's: it takes no more once it is full or closed."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.closed = False

    def append(self, *, timestamp: int | None, key: bytes, value: bytes, headers: list[Any]) -> object:
        if self.closed or len(self.values) == CAPACITY:
            return None
        self.values.append(value)
        return object()

    def close(self) -> None:
        self.closed = True


class Held:
    """A client whose batches are acknowledged when the test says so: `sent`: place, values, acknowledgement."""

    def __init__(self) -> None:
        self.sent: list[tuple[tuple[str, int], list[bytes], asyncio.Future[None]]] = []
        self.asked: list[str] = []

    def create_batch(self) -> Builder:
        return Builder()

    async def partitions_for(self, topic: str) -> set[int]:
        self.asked.append(topic)
        if topic == "none":
            raise UnknownTopicOrPartitionError
        return set(range(PARTITIONS))

    async def send_batch(self, builder: Builder, topic: str, partition: int) -> asyncio.Future[None]:
        found = asyncio.get_running_loop().create_future()
        self.sent.append(((topic, partition), builder.values, found))
        return found


def record(value: str, key: str = "p1", topic: str = "t") -> OutgoingRecord:
    return OutgoingRecord(topic, key.encode(), value.encode())


def run(work: Callable[[BatchingProducer, Held], Awaitable[None]]) -> None:
    async def inside() -> None:
        held = Held()
        with patch.object(clients, "async_producer", lambda *_, **__: held):
            producer = BatchingProducer(Broker("127.0.0.1:9"), LONGEST)
        await work(producer, held)

    asyncio.run(inside())


def begun(producer: BatchingProducer, *records: OutgoingRecord, patience: float = PATIENCE_S) -> Any:
    return asyncio.ensure_future(producer.append(records, patience))


async def turns(number: int = 10) -> None:
    """Let every task go on until it waits."""
    for _ in range(number):
        await asyncio.sleep(0)


def test_senders_share_the_batch_that_waits_and_none_is_told_before_it_is_there() -> None:
    async def work(producer: BatchingProducer, held: Held) -> None:
        first = begun(producer, record("a"))
        await turns()
        second, third = begun(producer, record("b")), begun(producer, record("c"), record("d"))
        await turns()
        assert [values for _, values, _ in held.sent] == [[b"a"]]
        held.sent[0][2].set_result(None)
        await turns()
        assert (first.done(), second.done(), third.done()) == (True, False, False)
        assert [values for _, values, _ in held.sent] == [[b"a"], [b"b", b"c", b"d"]]
        held.sent[1][2].set_result(None)
        await turns()
        assert (await second, await third) == (None, None)

    run(work)


def test_a_sender_waits_for_every_batch_that_holds_a_record_of_its_own() -> None:
    """Of two topics, and of more than a batch holds."""

    async def work(producer: BatchingProducer, held: Held) -> None:
        waits = begun(
            producer, *(record(str(place)) for place in range(CAPACITY + 1)), record("x", topic="u")
        )
        for acknowledged in range(3):
            await turns()
            assert not waits.done(), acknowledged
            held.sent[acknowledged][2].set_result(None)
        await turns()
        await waits
        in_order = [value for (topic, _), values, _ in held.sent if topic == "t" for value in values]
        assert in_order == [str(place).encode() for place in range(CAPACITY + 1)]

    run(work)


KEYS = sorted((f"p{number}" for number in range(20)), key=lambda key: partition_of(key.encode(), PARTITIONS))


@pytest.mark.parametrize("fault", [NotLeaderForPartitionError(), KafkaError("x")], ids=repr)
def test_a_batch_that_is_refused_fails_whoever_has_a_record_in_it_and_nobody_else(fault: KafkaError) -> None:
    async def work(producer: BatchingProducer, held: Held) -> None:
        here, there = KEYS[0], KEYS[-1]
        both = begun(producer, record("a", here), record("b", there))
        one = begun(producer, record("c", here))
        await turns()
        faults = {place[1]: found for place, _, found in held.sent}
        faults[partition_of(there.encode(), PARTITIONS)].set_exception(fault)
        faults[partition_of(here.encode(), PARTITIONS)].set_result(None)
        with pytest.raises(NotAcknowledged, match=type(fault).__name__):
            await both
        await one

    run(work)


def test_what_nobody_waits_for_any_more_is_not_sent_and_what_somebody_does_is() -> None:
    async def work(producer: BatchingProducer, held: Held) -> None:
        first = begun(producer, record("a"))
        await turns()
        gone = begun(producer, *(record(f"gone{place}") for place in range(CAPACITY)), patience=0.01)
        with pytest.raises(NotAcknowledged, match="TimeoutError"):
            await gone
        stays = begun(producer, record("b"))
        held.sent[0][2].set_result(None)
        await first
        await turns()
        held.sent[1][2].set_result(None)
        await stays
        assert [values for _, values, _ in held.sent] == [[b"a"], [b"b"]]

    run(work)


def test_a_sender_that_is_cancelled_leaves_the_others_their_batch() -> None:
    async def work(producer: BatchingProducer, held: Held) -> None:
        gone, stays = begun(producer, record("a")), begun(producer, record("b"))
        await turns()
        gone.cancel()
        await turns()
        held.sent[0][2].set_result(None)
        await stays
        assert gone.cancelled()

    run(work)


def test_a_record_that_is_too_large_and_a_topic_that_is_not_there_are_said_at_once() -> None:
    async def work(producer: BatchingProducer, held: Held) -> None:
        with pytest.raises(NotAcknowledged, match="MessageSizeTooLargeError"):
            await producer.append([record("x" * LONGEST)], PATIENCE_S)
        with pytest.raises(NotAcknowledged, match="UnknownTopicOrPartitionError"):
            await producer.append([record("a", topic="none")], PATIENCE_S)
        assert held.sent == []

    run(work)


def test_the_partitions_of_a_topic_are_not_asked_for_again_with_each_record() -> None:
    async def work(producer: BatchingProducer, held: Held) -> None:
        waits = [begun(producer, record("a"), record("b", topic="u"))]
        await turns()
        waits += [begun(producer, record("c"), record("d", topic="u"))]
        for _ in range(4):
            await turns()
            for _, _, found in held.sent:
                if not found.done():
                    found.set_result(None)
        await asyncio.gather(*waits)
        assert sorted(held.asked) == ["t", "u"]

    run(work)
