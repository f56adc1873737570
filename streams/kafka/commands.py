"""Build a clinician's commands (acknowledge, silence, resume) and send them to `il2.commands` (wire.md,
Events).
"""

from __future__ import annotations

import uuid
from typing import NamedTuple

from msgspec import UNSET, Struct

from rules.wire.commands import Acknowledge, Command, ResumeRule, SilenceSubject, encode, longest
from rules.wire.instants import HOUR, parse, text
from rules.wire.topics import COMMANDS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.errors import UsageError
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker


class Who(NamedTuple):
    """Who asks, and why; both are always needed."""

    by: str
    reason: str


class StandingSilence(Struct, frozen=True, kw_only=True):
    """A silence in force as programs are told of it. `until`: as on the wire."""

    id: str
    patient: str
    subject: str
    level: str
    until: str
    by: str
    reason: str


def acknowledgement(
    patient: str, alert: str, who: Who, at: int, actionable: bool | None = None
) -> Acknowledge:
    """Return an `ack`. Raises UsageError for an alarm of the machine, which no patient has."""
    if patient == EVERY_PATIENT:
        raise UsageError(
            f"{alert} is an alarm of the machine, not of a patient; acknowledge it where it was paged"
        )
    return Acknowledge(
        id=uuid.uuid4().hex,
        patient=patient,
        at=text(at),
        by=_nonblank(who).by,
        reason=who.reason,
        alert=alert,
        actionable=UNSET if actionable is None else actionable,
    )


def silence(patient: str, subject: str, level: str, until: int, who: Who, at: int) -> SilenceSubject:
    """Return a `silence`. Raises UsageError when it ends too late, or has ended."""
    if until <= at:
        raise UsageError(f"the silence would end at {text(until)}, which has passed")
    if until - at > longest(level):
        raise UsageError(f"{level} is silenced for {longest(level) // HOUR} h at most")
    return SilenceSubject(
        id=uuid.uuid4().hex,
        patient=patient,
        at=text(at),
        by=_nonblank(who).by,
        reason=who.reason,
        subject=subject,
        level=level,
        until=text(until),
    )


def expiry(patient: str, id: str, subject: str, level: str, who: Who, at: int) -> SilenceSubject:
    """Return a silence that ends now: the same record, corrected."""
    return SilenceSubject(
        id=id,
        patient=patient,
        at=text(at),
        by=_nonblank(who).by,
        reason=who.reason,
        subject=subject,
        level=level,
        until=text(at),
        status="corrected",
    )


def resume(patient: str, rule: str, who: Who, at: int) -> ResumeRule:
    """Return a `resume`: a clinician lifts a stop rule."""
    return ResumeRule(
        id=uuid.uuid4().hex, patient=patient, at=text(at), by=_nonblank(who).by, reason=who.reason, rule=rule
    )


def _nonblank(who: Who) -> Who:
    if not who.by.strip() or not who.reason.strip():
        raise UsageError("who and why are needed: give --by and --reason")
    return who


def out(command: Command) -> OutgoingRecord:
    """Return the record."""
    return OutgoingRecord(COMMANDS, command.patient.encode("utf-8", "surrogatepass"), encode(command))


def through(broker: Broker, command: Command) -> None:
    """Sends it, its own instant as the record's. Raises UsageError when Kafka does not take it."""
    from kafka.errors import KafkaError

    from streams.kafka.clients import producer
    from streams.kafka.partitions import partitions

    partitions(broker, [COMMANDS])
    record, into = out(command), producer(broker, linger_ms=0)
    try:
        into.send(record.topic, record.value, key=record.key, timestamp_ms=parse(command.at)).get()
    except KafkaError as error:
        raise UsageError(f"the command was not taken: {type(error).__name__}: {error}") from None
    finally:
        into.close(timeout=0)
