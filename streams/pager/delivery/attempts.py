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
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.policy import escalation
from streams.pager.policy.routes import SYSTEM
from streams.pager.policy.state import Notification


def page_of(one: Notification, patient: str, unit: str | None, link: str | None) -> Page:
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


class ChannelAlerts:
    """`wall`: wall time, ms."""

    def __init__(self, producer: FaustProducer, wall: Callable[[], int]) -> None:
        self.producer, self.wall = producer, wall
        self._open: dict[str, bool] = {}

    async def refused(self, channel: str, message: str) -> None:
        """A receiver refused a page for good. `message` holds neither secret nor patient."""
        if self._open.get(channel) is not True:
            self._open[channel] = True
            await self.producer.append(
                [self._alert(channel, "technical", f"channel {channel} refuses pages: {message}")]
            )

    async def accepted(self, channel: str) -> None:
        """A receiver took a page."""
        if self._open.get(channel) is not False:
            self._open[channel] = False
            await self.producer.append([self._alert(channel, CLEAR, f"channel {channel} takes pages")])

    def _alert(self, channel: str, level: str, message: str) -> OutgoingRecord:
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
        return OutgoingRecord(ALERTS, EVERY_PATIENT.encode(), encode(alert), time=now)


class Delivery:
    """`wall`: wall time, ms; `tripped`: told whether a channel's circuit is open."""

    def __init__(
        self,
        writer: OutboxWriter,
        faults: ChannelAlerts,
        link: str | None,
        wall: Callable[[], int],
        tripped: Callable[[str, bool], None],
    ) -> None:
        self.writer, self.faults, self.link, self.wall, self.tripped = writer, faults, link, wall, tripped

    def first(self, ordering_key: tuple[str, str], channel: str) -> Notification | None:
        """The next message of a lane that may go."""
        return self.writer.first(*ordering_key, channel)

    def parked_s(self, ordering_key: tuple[str, str], channel: str) -> float | None:
        """Seconds until a refused message of a lane may go again."""
        moment = self.writer.parked(*ordering_key, channel)
        return None if moment is None else max(0.1, (moment - self.writer.now()) / 1000)

    def page(self, ordering_key: tuple[str, str], one: Notification) -> Page:
        """The message as the channel is given it."""
        return page_of(one, ordering_key[0], self.writer.paging.unit_of(ordering_key[0]), self.link)

    async def start(self, ordering_key: tuple[str, str], one: Notification) -> None:
        """Written down before the first attempt is made."""
        if not one.tried:
            self.writer.apply(
                ordering_key[0],
                lambda state: escalation.started(state, one.number, self.writer.now(), self.writer.paging),
            )
            await self.writer.durable()

    async def accepted(
        self,
        ordering_key: tuple[str, str],
        one: Notification,
        page: Page,
        receipt: Receipt,
        attempt: int,
        duration_s: float,
    ) -> None:
        """A receiver has it.

        The next of the lane goes when that is written: else a kill would send this one again behind it.
        """
        self.writer.apply(
            ordering_key[0],
            lambda state: escalation.accepted(state, one.number, self.writer.now(), self.writer.paging),
        )
        audit = self._audit(
            ordering_key,
            one,
            page,
            attempt,
            duration_s,
            pages.ACCEPTED,
            status=receipt.status,
            reference=receipt.reference,
        )
        self.writer.note(audit)
        await self.faults.accepted(one.channel)
        await self.writer.durable()

    async def refused(
        self,
        ordering_key: tuple[str, str],
        one: Notification,
        page: Page,
        error: TransportError,
        attempt: int,
        duration_s: float,
    ) -> None:
        """A receiver will not have it, now or later."""
        self.writer.note(
            self._audit(
                ordering_key,
                one,
                page,
                attempt,
                duration_s,
                pages.REFUSED,
                status=error.status,
                message=error.message,
            )
        )
        self.writer.apply(
            ordering_key[0],
            lambda state: escalation.refused(state, one.number, self.writer.now(), self.writer.paging),
        )
        await self.faults.refused(one.channel, error.message)
        await self.writer.durable()

    def failed(
        self,
        ordering_key: tuple[str, str],
        one: Notification,
        page: Page,
        error: TransportError,
        attempt: int,
        duration_s: float,
    ) -> None:
        """An attempt failed in passing."""
        self.writer.note(
            self._audit(
                ordering_key,
                one,
                page,
                attempt,
                duration_s,
                pages.RETRY,
                status=error.status,
                message=error.message,
            )
        )

    def circuit(self, channel: str, is_open: bool) -> None:
        """A channel's circuit may have turned."""
        self.tripped(channel, is_open)

    def _audit(
        self,
        ordering_key: tuple[str, str],
        one: Notification,
        page: Page,
        attempt: int,
        duration_s: float,
        outcome: str,
        **more: Any,
    ) -> Audit:
        return Audit(
            when=self.wall(),
            outcome=outcome,
            patient=ordering_key[0],
            unit=page.unit,
            alert=one.ordering_key,
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
            latency_ms=round(duration_s * 1000),
            **more,
        )
