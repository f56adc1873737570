"""Make a message of what is owed, start and end its attempts in the outbox, and raise an alarm for a
receiver that refuses pages for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import msgspec

from rules.wire import pages
from rules.wire.alerts import CLEAR, encode, hashed, undecided_alert
from rules.wire.instants import text
from rules.wire.pages import Audit
from rules.wire.topics import ALERTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.channels.page import Page, Receipt, TransportError
from streams.kafka.producer import Out, Outlet
from streams.pager.delivery.outbox import Ledger
from streams.pager.policy import escalation
from streams.pager.policy.routes import SYSTEM
from streams.pager.policy.state import Owed


def page_of(one: Owed, patient: str, unit: str | None, link: str | None) -> Page:
    """The page.

    Its labels are those the incident was opened with; its body is the transition that is told.
    """
    alert: Mapping[str, Any] = msgspec.json.decode(one.body)
    return Page(
        key=one.key,
        action=cast(Literal["trigger", "acknowledge", "resolve"], one.action),
        level=one.labels.level,
        priority=one.labels.priority,
        kind=one.labels.kind,
        subject=one.labels.subject,
        system=one.labels.system,
        unit=unit,
        patient=patient,
        summary=str(alert["message"]),
        alert=alert,
        at=alert["at"],
        decided=alert["decided"],
        seq=alert["seq"],
        since=text(one.began),
        links=((link, "board"),) if link else (),
    )


# A receiver that refuses pages for good: an alarm of the machine itself, on its own routes, until the
# receiver takes one again.
#
# The alarm has the same id whenever it stands, and its numbers grow with time: any pager may open it, and any
# that sees the receiver well closes it.
# A pager that has just started does not know whether it stands, so the first page a receiver takes says that
# it does not.


class Faults:
    """`wall`: wall time, ms."""

    def __init__(self, outlet: Outlet, wall: Callable[[], int]) -> None:
        self.outlet, self.wall = outlet, wall
        self._standing: dict[str, bool] = {}

    async def refused(self, channel: str, message: str) -> None:
        """A receiver refused a page for good. `message` holds neither secret nor patient."""
        if self._standing.get(channel) is not True:
            self._standing[channel] = True
            await self.outlet.append(
                [self._alert(channel, "technical", f"channel {channel} refuses pages: {message}")]
            )

    async def accepted(self, channel: str) -> None:
        """A receiver took a page."""
        if self._standing.get(channel) is not False:
            self._standing[channel] = False
            await self.outlet.append([self._alert(channel, CLEAR, f"channel {channel} takes pages")])

    def _alert(self, channel: str, level: str, message: str) -> Out:
        now = self.wall()
        alert = undecided_alert(
            id=hashed(f"{EVERY_PATIENT}|{SYSTEM}|channel/{channel}"),
            seq=now,
            patient=EVERY_PATIENT,
            kind=SYSTEM,
            subject=f"channel/{channel}",
            level=level,
            at=now,
            message=message,
            value=None,
            unit=None,
            limit=None,
        )
        return Out(ALERTS, EVERY_PATIENT.encode(), encode(alert), time=now)


class Post:
    """`wall`: wall time, ms; `tripped`: told whether a channel's circuit is open."""

    def __init__(
        self,
        ledger: Ledger,
        faults: Faults,
        link: str | None,
        wall: Callable[[], int],
        tripped: Callable[[str, bool], None],
    ) -> None:
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
            self.ledger.apply(
                lane[0],
                lambda book: escalation.started(book, one.number, self.ledger.now(), self.ledger.paging),
            )
            await self.ledger.durable()

    async def accepted(
        self, lane: tuple[str, str], one: Owed, page: Page, receipt: Receipt, attempt: int, took: float
    ) -> None:
        """A receiver has it.

        The next of the lane goes when that is written: else a kill would send this one again behind it.
        """
        self.ledger.apply(
            lane[0], lambda book: escalation.accepted(book, one.number, self.ledger.now(), self.ledger.paging)
        )
        told = self._told(
            lane, one, page, attempt, took, pages.ACCEPTED, status=receipt.status, reference=receipt.reference
        )
        self.ledger.note(told)
        await self.faults.accepted(one.channel)
        await self.ledger.durable()

    async def refused(
        self, lane: tuple[str, str], one: Owed, page: Page, error: TransportError, attempt: int, took: float
    ) -> None:
        """A receiver will not have it, now or later."""
        self.ledger.note(
            self._told(
                lane, one, page, attempt, took, pages.REFUSED, status=error.status, message=error.message
            )
        )
        self.ledger.apply(
            lane[0], lambda book: escalation.refused(book, one.number, self.ledger.now(), self.ledger.paging)
        )
        await self.faults.refused(one.channel, error.message)
        await self.ledger.durable()

    def failed(
        self, lane: tuple[str, str], one: Owed, page: Page, error: TransportError, attempt: int, took: float
    ) -> None:
        """An attempt failed in passing."""
        self.ledger.note(
            self._told(
                lane, one, page, attempt, took, pages.RETRY, status=error.status, message=error.message
            )
        )

    def circuit(self, channel: str, is_open: bool) -> None:
        """A channel's circuit may have turned."""
        self.tripped(channel, is_open)

    def _told(
        self,
        lane: tuple[str, str],
        one: Owed,
        page: Page,
        attempt: int,
        took: float,
        outcome: str,
        **more: Any,
    ) -> Audit:
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
