"""The pager's consumer: what it hands on when, and what may be committed.

No broker: the consumer is asked as Faust asks it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from rules.wire.topics import ALERTS, COMMANDS
from streams.kafka.faust_app import faust_app
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker
from streams.pager.service.consumer import PagerConsumer, transport

INPUTS = {TP(ALERTS, 3), TP(COMMANDS, 3)}
CHANGELOG = TP("il2watch-test-outbox-changelog", 3)


class Coordinator:
    """The group as a member sees it; `knows`: what it answers to a heartbeat."""

    knows = True

    async def _do_heartbeat(self) -> bool:
        return self.knows


@pytest.fixture
def consumer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PagerConsumer]:
    """A consumer that never met a broker, in its first generation."""
    app: Any = faust_app(Broker("127.0.0.1:1"), tmp_path, Shape(4, 1), 10.0, "il2watch-test")
    app.transport = transport(app)
    app.consumer_generation_id = 1
    app.topics._acking_topics.update((ALERTS, COMMANDS))

    async def made() -> Any:
        return app.transport.create_consumer(
            callback=nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing
        )

    found: Any = asyncio.run(made())
    monkeypatch.setattr("faust.transport.drivers.aiokafka.Consumer.perform_seek", nothing)
    monkeypatch.setattr(
        found._thread, "_ensure_consumer", lambda: SimpleNamespace(_coordinator=Coordinator())
    )
    monkeypatch.setattr(found._thread, "call_thread", lambda ask: ask())
    yield found
    found._thread.thread_loop.close()


async def nothing(*_: Any, **__: Any) -> None: ...


def recover(consumer: PagerConsumer) -> None:
    """As Faust does: the flow is resumed for the changelog, then once more behind the seek."""
    consumer.resume_flow()
    asyncio.run(consumer.perform_seek())
    consumer.resume_flow()


def committable(consumer: PagerConsumer) -> dict[TP, int]:
    return consumer._filter_committable_offsets(list(consumer._filter_tps_with_pending_acks()))


def fetched(consumer: PagerConsumer, offset: int) -> Any:
    """A record of the alerts, as it goes to the agent."""
    value = SimpleNamespace(
        topic=ALERTS, partition=3, offset=offset, timestamp=0, timestamp_type=0, headers=(), key=b"p1", value=b"", checksum=None,
        serialized_key_size=2, serialized_value_size=0,
    )  # fmt: skip
    message = consumer._to_message(TP(ALERTS, 3), value)
    message.incref()
    return message


def test_no_record_is_handed_on_before_a_recovery_has_ended(consumer: PagerConsumer) -> None:
    """Its end clears what agents have before them, after the seek: a record that was handed on by then was
    lost until the next rebalance.
    """
    for generation in (1, 2):
        consumer.app.consumer_generation_id = generation
        consumer.resume_flow()
        assert consumer._wanted({*INPUTS, CHANGELOG}) == {CHANGELOG}
        asyncio.run(consumer.perform_seek())
        assert consumer._wanted({*INPUTS, CHANGELOG}) == {CHANGELOG}
        consumer.resume_flow()
        assert consumer._wanted({*INPUTS, CHANGELOG}) == {*INPUTS, CHANGELOG}
    asyncio.run(consumer.on_partitions_revoked(INPUTS))
    assert consumer._wanted(INPUTS) == set()


def test_a_fetch_that_is_under_way_while_partitions_come_is_of_those_it_began_with(
    consumer: PagerConsumer,
) -> None:
    """Faust adds to the set it hands over: records of partitions that had just come were taken and thrown
    away.
    """
    recover(consumer)
    active = set(INPUTS)
    wanted = consumer._wanted(active)
    active.add(TP(ALERTS, 4))
    assert wanted == INPUTS


def test_with_nothing_to_fetch_nothing_is_fetched(consumer: PagerConsumer) -> None:
    """To aiokafka no partition means all."""
    assert asyncio.run(consumer._getmany(INPUTS, 1.0)) == {}


@pytest.mark.parametrize("when", ["while partitions move", "after"])
def test_what_was_read_in_a_generation_that_is_over_may_not_be_committed_in_the_next(
    consumer: PagerConsumer, when: str
) -> None:
    recover(consumer)
    early, late = fetched(consumer, 4), fetched(consumer, 5)
    early.ack(consumer)
    asyncio.run(consumer.on_partitions_revoked(INPUTS))
    if when == "while partitions move":
        late.ack(consumer)
    consumer.app.consumer_generation_id = 2
    recover(consumer)
    if when == "after":
        late.ack(consumer)
    assert committable(consumer) == {}
    fetched(consumer, 4).ack(consumer)
    assert committable(consumer) == {TP(ALERTS, 3): 5}


@pytest.mark.parametrize("knows", [True, False])
def test_one_that_hung_while_it_recovered_asks_the_group_before_it_believes_itself_a_member(
    consumer: PagerConsumer, monkeypatch: pytest.MonkeyPatch, knows: bool
) -> None:
    monkeypatch.setattr(Coordinator, "knows", knows)
    recover(consumer)
    assert (consumer.observed > 0.0) == knows
