"""Build a clinician's commands (acknowledge, silence, resume, accept) and send them to `il2.commands`.

Source: wire.md, Events.
"""

from __future__ import annotations

import uuid
from typing import NamedTuple

from msgspec import UNSET, Struct

from rules.ingest.decode import decode
from rules.wire import pages
from rules.wire.commands import (
    AcceptCriterion,
    Acknowledge,
    Command,
    ResumeRule,
    SilenceSubject,
    encode,
    longest,
)
from rules.wire.instants import HOUR, parse, text
from rules.wire.topics import COMMANDS, PAGES
from rules.wire.vocabulary import EVERY_PATIENT, Verdict
from streams.errors import UsageError
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker
from streams.kafka.state_record import key


class Who(NamedTuple):
    """The author of a command and the reason; both are always needed."""

    by: str
    reason: str


class SilenceAnswer(Struct, frozen=True, kw_only=True):
    """A silence in force, as programs receive it. `until`: as on the wire."""

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
    """Return an `ack`. Raises UsageError for an alarm of the machine, which belongs to no patient."""
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


def accept(patient: str, criterion: str, level: str, until: int | None, who: Who, at: int) -> AcceptCriterion:
    """Return an `accept`: a clinician accepts a known abnormality. Raises UsageError when it has ended."""
    if until is not None and until <= at:
        raise UsageError(f"the acceptance would end at {text(until)}, which has passed")
    return _acceptance(patient, criterion, level, until, who, at)


def acceptance_end(patient: str, criterion: str, level: str, who: Who, at: int) -> AcceptCriterion:
    """Return an `accept` that ends the one in force: one whose end is not after its own instant."""
    return _acceptance(patient, criterion, level, at, who, at)


def _acceptance(
    patient: str, criterion: str, level: str, until: int | None, who: Who, at: int
) -> AcceptCriterion:
    return AcceptCriterion(
        id=uuid.uuid4().hex,
        patient=patient,
        at=text(at),
        by=_nonblank(who).by,
        reason=who.reason,
        criterion=criterion,
        level=level,
        until=UNSET if until is None else text(until),
    )


def _nonblank(who: Who) -> Who:
    if not who.by.strip() or not who.reason.strip():
        raise UsageError("who and why are needed: give --by and --reason")
    return who


class PagedAlert(NamedTuple):
    """The alert whose page is marked. `level`, `subject`, `unit`: None where they are not known."""

    patient: str
    alert: str
    level: str | None = None
    subject: str | None = None
    unit: str | None = None


def marked(about: PagedAlert, by: str, verdict: Verdict, at: int) -> OutgoingRecord:
    """Return the record of a `mark`, at an instant (ms). Raises UsageError when nobody marks."""
    if not by.strip():
        raise UsageError("who marks it is needed: give --by")
    patient = about.patient
    record = pages.Audit(when=at, outcome=pages.MARK, by=by, mark=verdict, **about._asdict())
    return OutgoingRecord(PAGES, key(patient), pages.encode(record), time=at)


def as_record(command: Command) -> OutgoingRecord:
    """Return the command as a record. Raises UsageError for one that its reader would refuse."""
    patient = command.patient.strip().encode("utf-8", "surrogatepass")
    return OutgoingRecord(COMMANDS, patient, readable(command))


def readable(command: Command) -> bytes:
    """Return a command's bytes. Raises UsageError, with the decoder's reason, when it refuses them."""
    value = _encoded(command)
    event, problems = decode(value)
    if event is None:
        raise UsageError(problems[0].message.partition(": ")[2])
    return value


def _encoded(command: Command) -> bytes:
    try:
        return encode(command)
    except UnicodeEncodeError:
        raise UsageError("the command holds half a character; type it again") from None


def send(broker: Broker, command: Command) -> None:
    """Send a command, its own instant as the record's timestamp.

    Raises UsageError when Kafka does not acknowledge it.
    """
    publish(broker, as_record(command)._replace(time=parse(command.at)), "the command")


def publish(broker: Broker, record: OutgoingRecord, what: str) -> None:
    """Send one record, at its own time. Raises UsageError when Kafka does not acknowledge it."""
    from kafka.errors import KafkaError

    from streams.kafka.clients import leave, producer
    from streams.kafka.partition_check import partitions, refused

    partitions(broker, [record.topic])
    sender = producer(broker, linger_ms=0)
    try:
        sender.send(record.topic, record.value, key=record.key, timestamp_ms=record.time).get()
    except KafkaError as error:
        raise refused(error)(f"{what} was not taken: {type(error).__name__}: {error}") from None
    finally:
        leave(sender)
