"""Apply alerts and commands to the paging states, each once.

An alert that cannot be decoded becomes a dead letter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.ingest.decode import decode
from rules.wire.alerts import NotAnAlert
from rules.wire.commands import actionable
from rules.wire.deadletters import Refused, encode
from rules.wire.events import Ack, Silence, Withdrawal
from rules.wire.refusals import MALFORMED
from rules.wire.topics import ALERTS, COMMANDS, DEADLETTERS
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import Ranks
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.policy.alerts import receive
from streams.pager.policy.commands import command
from streams.pager.policy.state import ReceivedAlert, decode_alert
from streams.pager.service import metric_updates

TOPICS = (ALERTS, COMMANDS)


class Intake:
    """The application of alerts and commands to the outbox.

    `is_heartbeat`: called with each alert first; returns whether it is a heartbeat's, which is not paged.
    """

    def __init__(self, writer: OutboxWriter, is_heartbeat: Callable[[ReceivedAlert], bool]) -> None:
        self.writer, self.heartbeat, self.ranks = writer, is_heartbeat, Ranks()

    async def process(self, message: Any) -> None:
        """Apply one record, as Faust yields it."""
        if message.topic == ALERTS:
            await self._alert(message)
        elif message.value is not None:
            self._command(message)

    async def _alert(self, message: Any) -> None:
        headers = message.headers or ()
        named = headers.items() if isinstance(headers, dict) else headers
        if not self.ranks.counts(message.topic, message.partition, named):
            return
        try:
            alert = decode_alert(message.value or b"")
        except NotAnAlert as fault:
            await self._append_dead_letter(message, str(fault))
            return
        patient = alert.transition.patient
        if self.heartbeat(alert) or self._behind(patient, message):
            return
        writer = self.writer
        place = positions(message)
        outcome = writer.apply(
            patient,
            lambda state: receive(state, alert, writer.now(), writer.paging),
            message.partition,
            place,
        )
        if outcome.fresh:
            metric_updates.alert(alert, writer.paging.unit_of(patient))

    def _command(self, message: Any) -> None:
        """Apply a command; skip what is malformed, which the worker refuses."""
        known = (
            int(message.timestamp * 1000)
            if message.timestamp is not None and message.timestamp >= 0
            else None
        )
        event, _ = decode(message.value, key=(message.key or b"").decode("utf-8", "replace"), known=known)
        if not isinstance(event, Ack | Silence | Withdrawal) or self._behind(event.patient, message):
            return
        writer, patient = self.writer, event.patient
        opinion = actionable(message.value)
        place = positions(message)
        writer.apply(
            patient,
            lambda state: command(state, event, writer.now(), writer.paging, opinion),
            message.partition,
            place,
        )

    def _behind(self, patient: str, message: Any) -> bool:
        """Return whether a record is in the paging state already.

        It is read again after a kill when the rows were ahead of what was committed.
        """
        state = self.writer.states.get(patient)
        return state is not None and message.offset < state.positions[TOPICS.index(message.topic)]

    async def _append_dead_letter(self, message: Any, fault: str) -> None:
        headers = encode(Refused(message.topic, message.partition, message.offset, MALFORMED, fault))
        await self.writer.producer.append([OutgoingRecord(DEADLETTERS, message.key, message.value, headers)])


def positions(message: Any) -> tuple[int, int]:
    """Return the positions of a paging state once this record is in it."""
    position = message.offset + 1
    return (position, 0) if message.topic == ALERTS else (0, position)
