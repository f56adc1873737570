"""Books are opened in a term of the pager's own, and only while the group counts on it. No broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from rules.wire.topics import ALERTS, COMMANDS
from streams.kafka.fencing import TERM
from streams.pager.delivery.outbox import OutboxWriter, written
from streams.pager.service.app import PagerAgent, PagerClock
from tests.streams.pager.delivery.test_outbox import STATE, Table
from tests.streams.pager.policy.telling import PAGING, START


class App:
    """The app as it stands once the group has given it partition 0 and the outbox is read back."""

    def __init__(self) -> None:
        self.rebalancing = self.in_recovery = False
        self.consumer_generation_id, self.number = 1, 0
        self.conf = SimpleNamespace(broker_session_timeout=10.0)
        self.consumer = SimpleNamespace(
            recovered=1,
            observed=time.monotonic(),
            assignment=lambda: {TP(ALERTS, self.number), TP(COMMANDS, self.number)},
            _committed_offset={},
        )

    def hangs(self) -> None:
        """For longer than its session: nobody has heard of it since."""
        self.consumer.observed -= 11.0

    def moves(self) -> None:
        """The partition goes, another comes, and all is read back."""
        self.number = 1
        self.consumer_generation_id = self.consumer.recovered = 2


def opened(app: App, meanwhile: Callable[[], None]) -> tuple[PagerAgent, list[Any]]:
    """Opens the books; `meanwhile` happens while the term begins."""
    appended: list[Any] = []

    async def append(records: Any) -> list[int]:
        appended.extend(records)
        meanwhile()
        return [40]

    async def ends(_: Any) -> dict[TP, int]:
        return {}

    async def play() -> PagerAgent:
        table, nothing = Table(), SimpleNamespace()
        table.recover("p1", written(STATE, 12), 0, 0)
        writer = OutboxWriter(PAGING, table, SimpleNamespace(append=append), lambda: START)  # type: ignore[arg-type]
        made: Any = PagerAgent
        wiring: PagerAgent = made(app, writer, nothing, {}, PagerClock(None), ends)
        wiring.placed = True
        await wiring.open()
        return wiring

    return asyncio.run(play()), appended


def test_the_books_are_opened_in_a_term_that_has_begun() -> None:
    wiring, appended = opened(App(), lambda: None)
    assert (wiring.at_work, wiring.writer.states, wiring.writer.terms) == (True, {"p1": STATE}, {0: 40})
    assert [(one.key, one.partition) for one in appended] == [(TERM.encode(), 0)]


@pytest.mark.parametrize("what", ["hangs", "moves"])
def test_what_is_no_longer_its_own_when_its_term_has_begun_is_not_opened(what: str) -> None:
    """One that hung as it began wrote its term behind its successor's."""
    app = App()
    wiring, _ = opened(app, getattr(app, what))
    assert (wiring.at_work, wiring.writer.states) == (False, {})


def test_one_that_the_group_has_not_heard_of_begins_no_term() -> None:
    app = App()
    app.hangs()
    wiring, appended = opened(app, lambda: None)
    assert (wiring.at_work, appended) == (False, [])
