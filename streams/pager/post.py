"""Between couriers and books: what a courier asks of the ledger, and what it reports of its attempts. All of it is audited and measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streams.channels.page import Page
from streams.channels.transport import Receipt, TransportError
from streams.pager import audit, settle
from streams.pager.audit import Audit
from streams.pager.book import Owed
from streams.pager.faults import Faults
from streams.pager.ledger import Ledger
from streams.pager.message import page_of


class Post:
    """`wall`: wall time, ms; `tripped`: told whether a channel's circuit is open."""

    def __init__(self, ledger: Ledger, faults: Faults, link: str | None, wall: Callable[[], int], tripped: Callable[[str, bool], None]) -> None:
        self.ledger, self.faults, self.link, self.wall, self.tripped = ledger, faults, link, wall, tripped

    def first(self, lane: tuple[str, str], channel: str) -> Owed | None:
        """The next message of a lane that may go."""
        return self.ledger.first(*lane, channel)

    def parked_s(self, lane: tuple[str, str], channel: str) -> float | None:
        """Seconds until a refused message of a lane may go again."""
        moment = self.ledger.parked(*lane, channel)
        return None if moment is None else max(0.1, (moment - self.ledger.now()) / 1000)

    def page(self, lane: tuple[str, str], one: Owed) -> Page:
        """The message as the channel is given it."""
        return page_of(one, lane[0], self.ledger.paging.unit_of(lane[0]), self.link)

    async def start(self, lane: tuple[str, str], one: Owed) -> None:
        """Written down before the first attempt is made."""
        if not one.tried:
            self.ledger.apply(lane[0], lambda book: settle.started(book, one.number, self.ledger.now(), self.ledger.paging))
            await self.ledger.durable()

    async def accepted(self, lane: tuple[str, str], one: Owed, page: Page, receipt: Receipt, attempt: int, took: float) -> None:
        """A receiver has it. The next of the lane goes when that is written: else a kill would send this one again behind it."""
        self.ledger.apply(lane[0], lambda book: settle.accepted(book, one.number, self.ledger.now(), self.ledger.paging))
        told = self._told(lane, one, page, attempt, took, audit.ACCEPTED, status=receipt.status, reference=receipt.reference)
        self.ledger.note(told)
        await self.faults.accepted(one.channel)
        await self.ledger.durable()

    async def refused(self, lane: tuple[str, str], one: Owed, page: Page, error: TransportError, attempt: int, took: float) -> None:
        """A receiver will not have it, now or later."""
        self.ledger.note(self._told(lane, one, page, attempt, took, audit.REFUSED, status=error.status, message=error.message))
        self.ledger.apply(lane[0], lambda book: settle.refused(book, one.number, self.ledger.now(), self.ledger.paging))
        await self.faults.refused(one.channel, error.message)
        await self.ledger.durable()

    def failed(self, lane: tuple[str, str], one: Owed, page: Page, error: TransportError, attempt: int, took: float) -> None:
        """An attempt failed in passing."""
        self.ledger.note(self._told(lane, one, page, attempt, took, audit.RETRY, status=error.status, message=error.message))

    def circuit(self, channel: str, is_open: bool) -> None:
        """A channel's circuit may have turned."""
        self.tripped(channel, is_open)

    def _told(self, lane: tuple[str, str], one: Owed, page: Page, attempt: int, took: float, outcome: str, **more: Any) -> Audit:
        return Audit(
            when=self.wall(),
            outcome=outcome,
            patient=lane[0],
            unit=page.unit,
            alert=one.lane,
            key=one.key,
            number=one.number,
            action=one.action,
            channel=one.channel,
            step=one.step,
            level=one.labels.level,
            kind=one.labels.kind,
            subject=one.labels.subject,
            seq=page.seq,
            at=page.at,
            decided=page.decided,
            attempt=attempt,
            latency_ms=round(took * 1000),
            **more,
        )
