"""Make a page of a pending notification, and record its attempts in the outbox.

Also alerts when a channel permanently refuses pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import msgspec

from rules.wire import pages
from rules.wire.alerts import CLEAR, encode, system_alert
from rules.wire.instants import text
from rules.wire.pages import Audit
from rules.wire.topics import ALERTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.channels.page import Page, Receipt, TransportError
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.policy import escalation
from streams.pager.policy.state import Notification

log = logging.getLogger("il2watch.pager")


def page_of(notification: Notification, patient: str, unit: str | None, link: str | None) -> Page:
    """Return the page of a notification.

    Its labels are those the incident was opened with; its body is the transition it is about.
    """
    alert: Mapping[str, Any] = msgspec.json.decode(notification.body)
    return Page(
        key=notification.key,
        action=cast(Literal["trigger", "acknowledge", "resolve"], notification.action),
        level=notification.labels.level,
        priority=notification.labels.priority,
        kind=notification.labels.kind,
        subject=notification.labels.subject,
        system=notification.labels.system,
        unit=notification.identity.get("unit", unit),
        patient=patient,
        summary=str(alert["message"]),
        alert=alert,
        at=alert["at"],
        decided=alert["decided"],
        seq=alert["seq"],
        since=text(notification.began),
        links=((link, "board"),) if link else (),
        identity=notification.identity,
    )


# The alarm on a channel has the same id every time, and its seq grows with time: any pager may open it, and
# any that sees the channel accept closes it. A pager that has just started does not know whether it is open,
# so the first page that a receiver accepts closes it.


class ChannelAlerts:
    """The system alerts on channels that permanently refuse pages: open until the channel accepts one again.

    They go out on the routes of system alarms. `wall`: wall time, ms.
    """

    def __init__(self, producer: FaustProducer, wall: Callable[[], int]) -> None:
        self.producer, self.wall = producer, wall
        self._open: dict[str, bool] = {}

    async def refused(self, channel: str, message: str) -> None:
        """Open the alert: a receiver permanently refused a page.

        `message` holds neither secret nor patient.
        """
        if self._open.get(channel) is not True:
            self._open[channel] = True
            await self.producer.append(
                [self._alert(channel, "technical", f"channel {channel} refuses pages: {message}")]
            )

    async def accepted(self, channel: str) -> None:
        """Close the alert: a receiver accepted a page."""
        if self._open.get(channel) is not False:
            self._open[channel] = False
            await self.producer.append([self._alert(channel, CLEAR, f"channel {channel} takes pages")])

    def _alert(self, channel: str, level: str, message: str) -> OutgoingRecord:
        return about_pager(f"channel/{channel}", level, message, self.wall())


def about_pager(subject: str, level: str, message: str, now: int) -> OutgoingRecord:
    """Return an alert of the pager about the system, with the same id every time. `now`: ms."""
    alert = system_alert(subject, level, message, now, seq=now)
    return OutgoingRecord(ALERTS, EVERY_PATIENT.encode(), encode(alert), time=now)


class Delivery:
    """What the delivery workers need of the outbox: notifications to send, and a record of each attempt.

    `wall`: wall time, ms; `tripped`: called with a channel and whether its circuit is open.
    """

    def __init__(
        self,
        writer: OutboxWriter,
        faults: ChannelAlerts,
        link: str | None,
        wall: Callable[[], int],
        tripped: Callable[[str, bool], None],
    ) -> None:
        self.writer, self.faults, self.link, self.wall, self.tripped = writer, faults, link, wall, tripped
        self._faults: dict[str, str] = {}

    def first(self, ordering_key: tuple[str, str], channel: str) -> Notification | None:
        """Return the next notification of an ordering key that may be sent."""
        return self.writer.first(*ordering_key, channel)

    def parked_s(self, ordering_key: tuple[str, str], channel: str) -> float | None:
        """Return the seconds until a refused notification of an ordering key may be sent again."""
        until = self.writer.parked(*ordering_key, channel)
        return None if until is None else max(0.1, (until - self.writer.now()) / 1000)

    def page(self, ordering_key: tuple[str, str], notification: Notification) -> Page:
        """Return the notification as the channel gets it."""
        return page_of(notification, ordering_key[0], self.writer.paging.unit_of(ordering_key[0]), self.link)

    async def start(self, ordering_key: tuple[str, str], notification: Notification) -> None:
        """Record a first attempt durably, before it is made."""
        if not notification.tried:
            self.writer.apply(
                ordering_key[0],
                lambda state: escalation.started(
                    state, notification.number, self.writer.now(), self.writer.paging
                ),
            )
            await self.writer.durable()

    async def accepted(
        self,
        ordering_key: tuple[str, str],
        notification: Notification,
        page: Page,
        receipt: Receipt,
        attempt: int,
        duration_s: float,
    ) -> None:
        """Record that a receiver accepted a notification, durably.

        The next of the ordering key is sent after that: else a kill would send this one again after it.
        """
        self.writer.apply(
            ordering_key[0],
            lambda state: escalation.accepted(
                state, notification.number, self.writer.now(), self.writer.paging
            ),
        )
        audit = self._audit(
            ordering_key,
            notification,
            page,
            attempt,
            duration_s,
            pages.ACCEPTED,
            status=receipt.status,
            reference=receipt.reference,
        )
        self.writer.note(audit)
        self._log_fault(notification.channel, "")
        await self.faults.accepted(notification.channel)
        await self.writer.durable()

    async def refused(
        self,
        ordering_key: tuple[str, str],
        notification: Notification,
        page: Page,
        error: TransportError,
        attempt: int,
        duration_s: float,
    ) -> None:
        """Record that a receiver permanently refused a notification."""
        self.writer.note(
            self._audit(
                ordering_key,
                notification,
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
            lambda state: escalation.refused(
                state, notification.number, self.writer.now(), self.writer.paging
            ),
        )
        self._log_fault(notification.channel, f"refuses pages: {error.message}")
        await self.faults.refused(notification.channel, error.message)
        await self.writer.durable()

    def failed(
        self,
        ordering_key: tuple[str, str],
        notification: Notification,
        page: Page,
        error: TransportError,
        attempt: int,
        duration_s: float,
    ) -> None:
        """Record an attempt that failed transiently."""
        self.writer.note(
            self._audit(
                ordering_key,
                notification,
                page,
                attempt,
                duration_s,
                pages.RETRY,
                status=error.status,
                message=error.message,
            )
        )
        self._log_fault(notification.channel, f"does not take pages: {error.message}")

    def _log_fault(self, channel: str, fault: str) -> None:
        """Log what is wrong with a channel, once until something else is, or it takes pages again."""
        if self._faults.get(channel, "") != fault:
            self._faults[channel] = fault
            log.warning("channel %s %s", channel, fault or "takes pages again")

    def circuit(self, channel: str, is_open: bool) -> None:
        """Report the state of a channel's circuit."""
        self.tripped(channel, is_open)

    def _audit(
        self,
        ordering_key: tuple[str, str],
        notification: Notification,
        page: Page,
        attempt: int,
        duration_s: float,
        outcome: str,
        **more: Any,
    ) -> Audit:
        """Return the audit entry of an attempt."""
        return Audit(
            when=self.wall(),
            outcome=outcome,
            patient=ordering_key[0],
            unit=page.unit,
            alert=notification.ordering_key,
            key=notification.key,
            number=notification.number,
            action=notification.action,
            channel=notification.channel,
            step=notification.step,
            level=notification.labels.level,
            kind=notification.labels.kind,
            subject=notification.labels.subject,
            seq=page.seq,
            at=page.at,
            decided=page.decided,
            attempt=attempt,
            latency_ms=round(duration_s * 1000),
            **more,
        )
