"""Rows of the outbox: which of two stands, and what is taken for read when a topic was made anew."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP
from msgspec.structs import replace

from streams.broker.topics import ALERTS, COMMANDS
from streams.pager.app import plausible, tells_time
from streams.pager.book import Book
from streams.pager.ledger import Ledger
from streams.pager.outbox import Outbox, opened, written
from streams.pager.take import take
from streams.worker.row import UnknownRow
from tests.streams.pager.telling import PAGING, START, alert

BOOK = Book(patient="p1", positions=(7, 3), revision=5)


def recovered(*rows: bytes) -> Book:
    """The book that stands after these rows of one patient were read back, in this order."""
    store: dict[str, bytes] = {}
    table: Any = SimpleNamespace(store=SimpleNamespace(data=store), keep=lambda key, value, *_: store.update({key: value}))
    for row in rows:
        Outbox.recover(table, "p1", row, 0, 0)
    return opened(store["p1"])


@pytest.mark.parametrize(
    "newer",
    [replace(BOOK, revision=6), replace(BOOK, positions=(8, 3), revision=4), replace(BOOK, positions=(0, 0), epoch=1, revision=6)],
    ids=["written later", "more of the log in it", "begun anew in a topic"],
)
def test_the_row_that_knows_more_stands_in_whatever_order_they_were_written(newer: Book) -> None:
    assert recovered(written(BOOK), written(newer)) == recovered(written(newer), written(BOOK)) == newer


def test_a_row_of_another_program_is_not_read() -> None:
    with pytest.raises(UnknownRow):
        opened(b"\x00" * 40)


def test_a_topic_that_ends_before_a_book_was_made_anew_and_is_read_from_its_start() -> None:
    ends = {TP(ALERTS, 0): 5, TP(COMMANDS, 0): 9}
    assert plausible({"p1": BOOK}, ends, 0)["p1"] == replace(BOOK, positions=(0, 3), epoch=1)
    assert plausible({"p1": BOOK}, {TP(ALERTS, 0): 7}, 0)["p1"] is BOOK


def test_a_book_whose_partition_has_gone_elsewhere_is_not_begun_anew() -> None:
    nothing: Any = None
    ledger = Ledger(PAGING, nothing, nothing, lambda: START)
    outcome = ledger.apply("p1", lambda book: take(book, alert("opened", "absolute"), START, PAGING))
    assert (outcome.fresh, ledger.books) == (False, {})


@pytest.mark.parametrize(
    ("topic", "key", "tells"),
    [(ALERTS, b"p1", True), (ALERTS, b"*", False), (COMMANDS, b"*", True), (COMMANDS, b"p1", False)],
)
def test_the_log_tells_the_time_by_patients_alerts_and_by_ticks(topic: str, key: bytes, tells: bool) -> None:
    assert tells_time(SimpleNamespace(topic=topic, key=key)) == tells
