"""Faust's consumer with batches: what may be committed, and when.

No broker: the consumer is asked as Faust asks it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka.errors import IllegalGenerationError
from faust.types import TP

from rules.wire.topics import INPUTS
from streams.kafka.faust_app import faust_app
from streams.kafka.faust_consumer import keep_generation
from streams.kafka.faust_service import stuck_reason
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker
from streams.worker.app import WorkerAgent
from streams.worker.consumer import CARRIER, BatchConsumer, transport
from streams.worker.fence import Overtaken
from streams.worker.fetch_buffer import FetchBuffer
from streams.worker.state_store import Mark, state_store
from tests.streams.worker.in_memory_kafka import Record

NUMBER = 3
NOTHING = (0,) * len(INPUTS)
MARK = Mark(1, 0, 100, 5)


async def ends(tps: Iterable[TP]) -> dict[TP, int]:
    return {}


@pytest.fixture
def consumer(tmp_path: Path) -> Iterator[BatchConsumer]:
    """A consumer that never met a broker, in its first generation."""
    shape = Shape(4, 1)
    app: Any = faust_app(Broker("127.0.0.1:1"), tmp_path, shape, 10.0, "il2watch-test")
    app.transport = transport(app, ends, None, state_store(app, shape))
    app.consumer_generation_id = 1

    async def made() -> BatchConsumer:
        async def ignore(*_: Any) -> None: ...

        found: Any = app.transport.create_consumer(
            callback=ignore, on_partitions_revoked=ignore, on_partitions_assigned=ignore
        )
        for topic in INPUTS:
            app.topics._acking_topics.add(topic)
        return found  # type: ignore[no-any-return]

    found = asyncio.run(made())
    yield found
    found._thread.thread_loop.close()


def batched(consumer: BatchConsumer, committed: tuple[int, ...], *records: tuple[int, int]) -> Any:
    """A message with a batch of (topic, offset), as it goes to the agent."""
    buffer = FetchBuffer(NUMBER, committed)
    for topic, offset in records:
        buffer.put(topic, [Record(INPUTS[topic], NUMBER, offset, offset, b"p", b"{}")])
    where = [
        max([offset + 1 for number, offset in records if number == topic], default=committed[topic])
        for topic in range(len(INPUTS))
    ]
    batch = buffer.next_batch(where, where, None, 0.0)
    assert batch is not None
    message = consumer._carrier(buffer, batch)
    message.incref()
    consumer._unacked_messages.add(message)
    return message


def committable(consumer: BatchConsumer) -> dict[TP, int]:
    return consumer._filter_committable_offsets(list(consumer._filter_tps_with_pending_acks()))


def test_before_a_batch_is_acknowledged_nothing_of_it_may_be_committed(consumer: BatchConsumer) -> None:
    batched(consumer, NOTHING, (0, 4), (2, 7))
    assert committable(consumer) == {}


def test_an_acknowledged_batch_makes_every_topic_in_it_committable_up_to_its_last_record(
    consumer: BatchConsumer,
) -> None:
    message = batched(consumer, NOTHING, (0, 4), (0, 9), (2, 7))
    message.ack(consumer)
    assert committable(consumer) == {TP(INPUTS[0], NUMBER): 10, TP(INPUTS[2], NUMBER): 8}
    assert committable(consumer) == {}
    assert message not in consumer.unacked
    assert not message.buffer.out


def test_a_topic_without_a_record_in_the_batch_is_left_as_it_was_committed(consumer: BatchConsumer) -> None:
    message = batched(consumer, (0, 5, 0, 0, 0, 0, 0), (0, 4))
    message.ack(consumer)
    assert committable(consumer) == {TP(INPUTS[0], NUMBER): 5}


def test_a_batch_of_partitions_given_away_meanwhile_makes_nothing_committable(
    consumer: BatchConsumer,
) -> None:
    message = batched(consumer, NOTHING, (0, 4))
    consumer.app.consumer_generation_id = 2
    message.ack(consumer)
    assert committable(consumer) == {}


def test_a_batch_without_records_moves_nothing(consumer: BatchConsumer) -> None:
    message = batched(consumer, (3,) * len(INPUTS))
    message.ack(consumer)
    assert committable(consumer) == {}


def test_a_batch_travels_under_one_topic_at_an_offset_that_never_goes_back(consumer: BatchConsumer) -> None:
    """Faust drops what lies below the offset it has read."""
    first = batched(consumer, NOTHING, (6, 2))
    assert (first.tp, first.offset) == (TP(CARRIER, NUMBER), 3)
    assert batched(consumer, (0, 0, 0, 0, 0, 0, 3), (0, 8)).offset == 3


def test_records_of_other_topics_pass_one_by_one(consumer: BatchConsumer) -> None:
    changelog = TP("il2watch-charts-changelog", NUMBER)
    consumer.buffers = {NUMBER: FetchBuffer(NUMBER, NOTHING)}
    passed = list(
        consumer._sorted_in(
            {changelog: [1, 2], TP(INPUTS[0], NUMBER): [Record(INPUTS[0], NUMBER, 0, 0, b"", b"")]}
        )
    )
    assert passed == [(changelog, 1), (changelog, 2)]
    assert len(consumer.buffers[NUMBER].merge) == 1


def test_the_clock_is_read_before_the_ends_are_asked(consumer: BatchConsumer) -> None:
    """What is stored while the broker answers is not passed over by time."""
    clock = [1_000]

    async def slow(tps: Iterable[TP]) -> dict[TP, int]:
        clock[0] = 9_000
        return dict.fromkeys(tps, 5)

    consumer.ends = slow  # type: ignore[method-assign,assignment]
    consumer.wall = lambda: clock[0]
    consumer.buffers = {NUMBER: FetchBuffer(NUMBER, NOTHING)}
    consumer.flowing = 1
    [(_, ends, now)] = asyncio.run(consumer._ready())
    assert (ends, now) == ([5] * len(INPUTS), 1_000)


def test_while_partitions_move_nothing_of_the_inputs_is_kept(consumer: BatchConsumer) -> None:
    consumer.buffers = {NUMBER: FetchBuffer(NUMBER, NOTHING)}
    asyncio.run(consumer.on_partitions_revoked({TP(INPUTS[0], NUMBER)}))
    assert list(consumer._sorted_in({TP(INPUTS[0], NUMBER): [object()]})) == []
    assert consumer._full(TP(INPUTS[0], NUMBER))


def test_what_was_fetched_before_a_seek_is_not_handed_on_after_it(consumer: BatchConsumer) -> None:
    async def fetched_then_sought() -> list[Any]:
        consumer.resume_flow()
        consumer._wait_next_records = lambda timeout: answered()  # type: ignore[method-assign,assignment]
        return [message async for message in consumer.getmany(1.0)]

    async def answered() -> tuple[dict[TP, list[Any]], None]:
        consumer.fetched_after = consumer.seeks
        consumer.seeks += 1
        return {
            TP("il2watch-charts-changelog", NUMBER): [
                Record("il2watch-charts-changelog", NUMBER, 0, 0, b"p", b"")
            ]
        }, None

    assert asyncio.run(fetched_then_sought()) == []


def test_no_fetch_overlaps_a_seek(consumer: BatchConsumer, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    async def fetch(*_: Any) -> dict[TP, list[Any]]:
        order.append("fetch")
        await asyncio.sleep(0.05)
        order.append("fetched")
        return {}

    async def seek(*_: Any) -> None:
        order.append("seek")

    monkeypatch.setattr("faust.transport.drivers.aiokafka.Consumer._getmany", fetch)
    monkeypatch.setattr("faust.transport.drivers.aiokafka.Consumer.seek_wait", seek)

    async def both() -> None:
        fetching = asyncio.ensure_future(consumer._getmany({TP("changelog", 0)}, 1.0))
        await asyncio.sleep(0.01)
        await consumer.seek_wait({})
        await fetching

    asyncio.run(both())
    assert order == ["fetch", "fetched", "seek"]


def test_this_is_the_faust_whose_inside_was_read() -> None:
    assert faust.__version__ == "0.15.3"


def test_before_a_recovery_has_ended_no_batch_is_handed_on(
    consumer: BatchConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end clears what agents have before them, after the seek: a batch that was handed on by then would
    never be acknowledged.
    """

    async def seek(*_: Any) -> None: ...

    monkeypatch.setattr("faust.transport.drivers.aiokafka.Consumer.perform_seek", seek)
    monkeypatch.setattr(consumer, "assignment", lambda: {TP(topic, NUMBER) for topic in INPUTS})
    monkeypatch.setattr("streams.kafka.fencing.FencedConsumer._sought", seek)

    async def marks(*_: Any) -> dict[int, Mark]:
        return {NUMBER: MARK}

    monkeypatch.setattr(consumer._thread, "call_thread", marks)

    async def ready() -> int:
        consumer.buffers[NUMBER].put(0, [Record(INPUTS[0], NUMBER, 0, 0, b"p", b"{}")])
        return len(await consumer._ready())

    async def recovered() -> list[int]:
        consumer.resume_flow()  # for the changelog
        await consumer.perform_seek()
        before = await ready()
        consumer.resume_flow()
        return [before, await ready()]

    assert asyncio.run(recovered()) == [0, 1]
    assert consumer.store.marks == {NUMBER: MARK}
    consumer.app.consumer_generation_id = 2
    assert asyncio.run(ready()) == 0
    assert asyncio.run(recovered()) == [0, 1]


def test_a_partition_of_which_nothing_is_committed_is_read_from_its_beginning_after_every_rebalance(
    consumer: BatchConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiokafka leaves it where it is: what was fetched while partitions moved, and thrown away, would be
    lost.
    """
    one, two, three, changelog = (
        TP(INPUTS[0], 1),
        TP(INPUTS[0], 2),
        TP(INPUTS[0], 3),
        TP("charts-changelog", 1),
    )
    begun: list[TP] = []

    async def committed(*_: Any) -> dict[TP, int | None]:
        return {one: 7, two: None, three: 0, changelog: None}

    async def beginning(_: Any, *tps: TP) -> None:
        begun.extend(tps)

    monkeypatch.setattr(
        "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread.seek_to_committed", committed
    )
    monkeypatch.setattr(
        "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread.seek_to_beginning", beginning
    )
    tables: Any = consumer.app.tables
    tables._changelogs[changelog.topic] = None
    assert asyncio.run(consumer.seek_to_committed()) == {one: 7, two: None, three: 0, changelog: None}
    assert begun == [two, three]


TP_3 = TP(CARRIER, NUMBER)


class Left:
    """An agent whose batches are overtaken."""

    async def process(self, *_: object) -> None:
        raise Overtaken("the partitions have moved to others")


def test_a_batch_that_is_left_to_the_next_owner_commits_nothing(consumer: BatchConsumer) -> None:
    """A rebalance waits for it, in the generation in which it began, and commits what is acknowledged."""
    message = batched(consumer, NOTHING, (0, 0), (6, 0))
    consumer._unacked_messages.add(message)
    event = SimpleNamespace(message=message, ack=lambda: consumer.ack(message))
    asyncio.run(WorkerAgent.finish(Left(), event))  # type: ignore[arg-type]
    assert message.acked
    assert not any(consumer._acked.values())
    assert not consumer._unacked_messages


@pytest.mark.parametrize("taken", [True, False])
def test_what_the_group_did_not_take_does_not_count_as_committed(
    taken: bool, consumer: BatchConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebalance reads what is committed while a commit is under way, which the group then refuses."""

    async def commit(offsets: dict[TP, int]) -> bool:
        consumer._committed_offset[TP_3] = 4
        return taken

    async def flush() -> None: ...

    monkeypatch.setattr(consumer._thread, "commit", commit)
    monkeypatch.setattr(consumer, "assignment", lambda: {TP_3})
    monkeypatch.setattr(type(consumer.app), "producer", SimpleNamespace(flush=flush))
    consumer._committed_offset[TP_3] = 2
    assert asyncio.run(consumer._commit_offsets({TP_3: 9})) is taken
    assert consumer._committed_offset[TP_3] == (9 if taken else 4)
    assert consumer._should_commit(TP_3, 9) is not taken


class Coordinator:
    """Counts what is sent; `generation` is that of the member."""

    group_id = "il2watch"

    def __init__(self) -> None:
        self.generation, self.sent = 5, list[object]()

    async def _do_commit_offsets(self, assignment: object, offsets: object) -> None:
        self.sent.append(offsets)


def test_a_commit_is_not_sent_again_in_another_generation() -> None:
    """Its partitions may be another's by then, whose newer commit it would undo."""
    coordinator = Coordinator()
    keep_generation(coordinator)
    asyncio.run(coordinator._do_commit_offsets(None, "first"))
    coordinator.generation = 6
    with pytest.raises(IllegalGenerationError):
        asyncio.run(coordinator._do_commit_offsets(None, "again"))
    keep_generation(coordinator)
    asyncio.run(coordinator._do_commit_offsets(None, "next"))
    assert coordinator.sent == ["first", "next"]


@pytest.mark.parametrize(
    ("out", "since", "stuck"), [(True, 7.0, (NUMBER,)), (True, 6.9, ()), (False, 9.0, ())]
)
def test_a_partition_is_stuck_while_its_batch_is_in_flight_for_too_long(
    consumer: BatchConsumer, out: bool, since: float, stuck: tuple[int, ...]
) -> None:
    """Records may wait for ever behind a marker of a transaction: that is no fault."""
    buffer = FetchBuffer(NUMBER, NOTHING)
    buffer.out, buffer.begun_at = out, 7.0
    consumer.buffers = {NUMBER: buffer}
    assert consumer.stuck(since) == stuck


def test_what_is_said_of_stuck_partitions_names_them_and_where_to_look() -> None:
    assert stuck_reason((0, 7), 120.0) == (
        "records of partitions 0, 7 are in hand and not done for 120 s: do the changelog's and the outputs' "
        "partitions take writes?"
    )
    assert stuck_reason((), 120.0) is None
