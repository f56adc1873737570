"""Rows of the outbox: which of two stands, and what is taken for read when a topic was made anew."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP
from msgspec.structs import replace

from rules.wire.topics import ALERTS, COMMANDS
from streams.kafka.fencing import TERM
from streams.kafka.state_record import AGE, UnknownStateRecord
from streams.pager.delivery.outbox import Outbox, OutboxWriter, opened, written
from streams.pager.policy.alerts import receive
from streams.pager.policy.state import PagingState
from streams.pager.service.app import moves_clock, plausible
from tests.streams.pager.policy.telling import PAGING, START, alert

STATE = PagingState(patient="p1", positions=(7, 3), revision=5)


class Table(Outbox):
    """An outbox without its app."""

    changelog_topic_name: Any = "outbox"
    store: Any = None

    def __init__(self) -> None:
        self.held: dict[TP, int] = {}
        self.cut, self.begun = set[int](), set[int]()
        self.store = SimpleNamespace(data={}, _key_partition={})


def recovered(*rows: bytes) -> PagingState:
    """The book that stands after these rows of one patient were read back, in this order."""
    table = Table()
    for offset, row in enumerate(rows):
        table.recover("p1", row, 0, offset)
    return table.states(0)["p1"]


@pytest.mark.parametrize(
    "newer",
    [
        replace(STATE, revision=4),
        replace(STATE, positions=(6, 3)),
        replace(STATE, positions=(0, 0), revision=9),
    ],
    ids=["written less often", "less of the log in it", "begun anew in a topic"],
)
def test_the_row_of_the_later_term_stands_in_whatever_order_they_were_written_and_whatever_is_in_them(
    newer: PagingState,
) -> None:
    """A pager that hung took the same alerts as its successor, and more often wrote: it does not know what
    the successor told.
    """
    assert (
        recovered(written(STATE, 12), written(newer, 40))
        == recovered(written(newer, 40), written(STATE, 12))
        == newer
    )


def test_in_a_term_the_row_that_was_written_last_stands() -> None:
    assert recovered(written(STATE, 12), written(replace(STATE, revision=6), 12)).revision == 6


def test_a_term_is_later_than_that_of_every_row_even_where_the_changelog_was_put_back_from_a_copy() -> None:
    table = Table()
    assert table.term(0, 0) == 0
    table.recover(TERM, b"-", 0, 0)
    table.recover("p1", written(STATE, 12), 0, 1)
    table.recover("p2", written(STATE, 99), 1, 1)
    assert (table.term(0, 40), table.term(0, 2)) == (40, 13)
    assert list(table.states(0)) == ["p1"]


def test_a_pager_begins_its_term_with_a_record_of_its_own_and_writes_in_it() -> None:
    appended: list[Any] = []

    async def append(records: Any) -> list[int]:
        appended.extend(records)
        return [offset for offset, _ in enumerate(appended)][-1:]

    async def begun() -> None:
        table = Table()
        writer = OutboxWriter(PAGING, table, SimpleNamespace(append=append), lambda: START)  # type: ignore[arg-type]
        writer.open({"p1": STATE}, 0, (await writer.begin([0]))[0] + 30)
        writer.apply("p1", lambda state: receive(state, alert("opened", "absolute"), START, PAGING), 0)
        writer.audited = lambda _: None
        await writer._append_rows([("p1", writer._row("p1"), 0)])
        assert table.persisted_offset(TP("outbox", 0)) == 1

    asyncio.run(begun())
    assert [one.key for one in appended] == [TERM.encode(), b"p1"]
    assert AGE.unpack_from(appended[1].value) == (30, STATE.revision + 1)


def test_a_row_holds_nothing_whose_audit_is_not_written_yet() -> None:
    """An alert that is applied while the audits of one before are written waits for the next write."""
    appended: list[Any] = []

    def applied(writer: OutboxWriter, word: str, level: str, seq: int) -> None:
        writer.apply("p1", lambda state: receive(state, alert(word, level, seq=seq), START, PAGING), 0)

    async def raced() -> OutboxWriter:
        async def append(records: Any) -> list[int]:
            found = list(records)
            if not appended and found:
                applied(writer, "worsened", "absolute", 2)
            appended.extend(found)
            return [0] * len(found)

        writer = OutboxWriter(PAGING, Table(), SimpleNamespace(append=append), lambda: START)  # type: ignore[arg-type]
        writer.open({"p1": PagingState(patient="p1", positions=(0, 0))}, 0, 1)
        applied(writer, "opened", "relative", 1)
        before = writer.states["p1"]
        await writer.write()
        assert opened(next(one.value for one in appended if one.topic == "outbox")) == before
        return writer

    writer = asyncio.run(raced())
    assert "p1" in writer._dirty


def test_rows_that_another_wrote_in_between_are_still_to_be_read() -> None:
    """A pager that hung wrote behind its successor: what lies between is no part of what it holds."""
    table, tp = Table(), TP("outbox", 0)
    table.recover("p1", written(STATE, 0), 0, 0)
    table.keep("p1", written(replace(STATE, revision=6), 0), 0, 1)
    assert table.persisted_offset(tp) == 1
    table.keep("p1", written(replace(STATE, revision=7), 0), 0, 4)
    table.keep("p1", written(replace(STATE, revision=8), 0), 0, 5)
    assert table.persisted_offset(tp) == 1
    table.recover("p1", written(replace(STATE, positions=(9, 3)), 2), 0, 3)
    assert table.states(0)["p1"].positions == (9, 3)


def test_a_row_of_another_program_is_not_read() -> None:
    with pytest.raises(UnknownStateRecord):
        opened(b"\x00" * 40)


def test_a_topic_that_ends_before_a_book_was_made_anew_and_is_read_from_its_start() -> None:
    ends = {TP(ALERTS, 0): 5, TP(COMMANDS, 0): 9}
    assert plausible({"p1": STATE}, ends, 0)["p1"] == replace(STATE, positions=(0, 3))
    assert plausible({"p1": STATE}, {TP(ALERTS, 0): 7}, 0)["p1"] is STATE


def test_a_book_whose_partition_has_gone_elsewhere_is_not_begun_anew() -> None:
    nothing: Any = None
    writer = OutboxWriter(PAGING, nothing, nothing, lambda: START)
    outcome = writer.apply("p1", lambda state: receive(state, alert("opened", "absolute"), START, PAGING))
    assert (outcome.fresh, writer.states) == (False, {})


@pytest.mark.parametrize(
    ("topic", "key", "tells"),
    [(ALERTS, b"p1", True), (ALERTS, b"*", False), (COMMANDS, b"*", True), (COMMANDS, b"p1", False)],
)
def test_the_log_tells_the_time_by_patients_alerts_and_by_ticks(topic: str, key: bytes, tells: bool) -> None:
    assert moves_clock(SimpleNamespace(topic=topic, key=key)) == tells
