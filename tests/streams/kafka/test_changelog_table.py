"""The table between rebalances: what it holds, what it reads again, and which row stands. No broker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from faust.types import TP

from rules.wire.instants import BEFORE_ALL
from streams.kafka.faust_app import faust_app
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE, StateRecord, pack, pack_tick, partition_key
from streams.kafka.topics import changelog
from streams.worker.state_store import StateStore, state_store

TOPIC = changelog("il2watch-test", STATE_TABLE)


@pytest.fixture
def table(tmp_path: Path) -> StateStore:
    found = Shape(4, 1)
    return state_store(faust_app(Broker("127.0.0.1:1"), tmp_path, found, 10.0, "il2watch-test"), found)


def row(read: int, state: bytes = b"") -> bytes:
    """A row with so many records of the first topic in it."""
    return pack(StateRecord(1, (read, 0, 0, 0, 0, 0, 0), None, b"", False, True, (0, 0, 0, 0), False, state))


def tp(partition: int) -> TP:
    return TP(TOPIC, partition)


def test_the_changelog_is_the_one_that_is_made_before_the_start(table: StateStore) -> None:
    assert table.changelog_topic_name == TOPIC


def test_a_partition_is_held_as_far_as_it_was_written_or_read_back(table: StateStore) -> None:
    assert table.persisted_offset(tp(1)) == -1
    table.keep("p", row(1), 1, 7)
    table.recover("q", row(1), 1, 9)
    assert table.persisted_offset(tp(1)) == 9
    assert table.persisted_offset(tp(2)) == -1


def test_rows_that_another_wrote_in_between_are_still_to_be_read(table: StateStore) -> None:
    """A worker that hung wrote behind its successor: what lies between is no part of what it holds."""
    table.recover("p", row(1), 1, 7)
    table.keep("p", row(2), 1, 8)
    assert table.persisted_offset(tp(1)) == 8
    table.keep("p", row(3, b"own"), 1, 11)
    table.keep("p", row(3, b"own"), 1, 12)
    assert table.persisted_offset(tp(1)) == 8
    table.recover("p", row(9, b"successor's"), 1, 9)
    assert table.rows(1)["p"].state == b"successor's"
    for offset in (10, 11, 12):
        table.recover("p", row(3, b"own"), 1, offset)
    assert (table.rows(1)["p"].state, table.persisted_offset(tp(1))) == (b"successor's", 12)


def test_a_row_written_behind_a_newer_one_does_not_stand(table: StateStore) -> None:
    table.recover("p", row(5, b"newer"), 1, 7)
    table.recover("p", row(4, b"late"), 1, 8)
    assert table.rows(1)["p"].state == b"newer"
    table.recover("p", row(6, b"newest"), 1, 9)
    assert table.rows(1)["p"].state == b"newest"


@pytest.mark.parametrize("moved", ["revoked", "newly assigned"])
def test_a_partition_that_moved_is_read_from_its_beginning(table: StateStore, moved: str) -> None:
    table.recover("p", row(1), 1, 7)
    gone, come = ({tp(1)}, set()) if moved == "revoked" else (set(), {tp(1)})
    asyncio.run(rebalanced(table, gone, come))
    assert table.persisted_offset(tp(1)) == -1


def test_a_partition_that_stays_is_not_read_again(table: StateStore) -> None:
    table.recover("p", row(1), 1, 7)
    asyncio.run(rebalanced(table, {tp(2)}, {tp(3)}))
    asyncio.run(table.on_recovery_completed({tp(1)}, set()))
    assert table.persisted_offset(tp(1)) == 7
    assert list(table.rows(1)) == ["p"]


def test_rows_and_what_is_held_go_together(table: StateStore) -> None:
    """Rows that Faust drops must be read again, whatever it remembers."""
    table.recover("p", row(1), 1, 7)
    table.recover("q", row(1), 2, 7)
    asyncio.run(table.on_recovery_completed({tp(2)}, set()))
    assert (list(table.rows(1)), table.persisted_offset(tp(1))) == ([], -1)
    assert (list(table.rows(2)), table.persisted_offset(tp(2))) == (["q"], 7)


def test_the_partitions_own_row_is_its_tick_and_no_patient(table: StateStore) -> None:
    assert table.tick(1) == BEFORE_ALL
    table.recover(partition_key(1), pack_tick(99), 1, 3)
    table.recover(partition_key(1), pack_tick(120), 1, 4)
    assert table.tick(1) == 120
    assert list(table.rows(1)) == []


async def rebalanced(table: StateStore, revoked: Any, newly_assigned: Any) -> None:
    await table.on_rebalance(set(), revoked, newly_assigned, 2)
