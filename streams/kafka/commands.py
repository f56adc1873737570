"""Build a clinician's commands (acknowledge, silence, resume) and send them to `il2.commands` (wire.md,
Events).
"""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

import msgspec

from rules.wire.commands import longest
from rules.wire.instants import MINUTE, parse, text
from rules.wire.topics import COMMANDS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.errors import UsageError
from streams.kafka.producer import Out
from streams.kafka.settings import Broker


class Who(NamedTuple):
    """Who asks, and why; both are always needed."""

    by: str
    reason: str


def acknowledgement(
    patient: str, alert: str, who: Who, at: int, actionable: bool | None = None
) -> dict[str, Any]:
    """An `ack`. Raises UsageError for an alarm of the machine, which no patient has."""
    if patient == EVERY_PATIENT:
        raise UsageError(
            f"{alert} is an alarm of the machine, not of a patient; acknowledge it where it was paged"
        )
    opinion = {} if actionable is None else {"actionable": actionable}
    return _command("ack", uuid.uuid4().hex, patient, at, who) | {"alert": alert} | opinion


def silence(patient: str, subject: str, level: str, until: int, who: Who, at: int) -> dict[str, Any]:
    """A `silence`. Raises UsageError when it ends too late, or has ended."""
    if until <= at:
        raise UsageError(f"the silence would end at {text(until)}, which has passed")
    if until - at > longest(level):
        raise UsageError(f"{level} is silenced for {longest(level) // (60 * MINUTE)} h at most")
    return _command("silence", uuid.uuid4().hex, patient, at, who) | {
        "subject": subject,
        "level": level,
        "until": text(until),
    }


def expiry(patient: str, id: str, subject: str, level: str, who: Who, at: int) -> dict[str, Any]:
    """A silence that ends now: the same record, corrected."""
    ended = {"subject": subject, "level": level, "until": text(at), "status": "corrected"}
    return _command("silence", id, patient, at, who) | ended


def resume(patient: str, rule: str, who: Who, at: int) -> dict[str, Any]:
    """A `resume`: a clinician lifts a stop rule."""
    return _command("resume", uuid.uuid4().hex, patient, at, who) | {"rule": rule}


def _command(type: str, id: str, patient: str, at: int, who: Who) -> dict[str, Any]:
    if not who.by.strip() or not who.reason.strip():
        raise UsageError("who and why are needed: give --by and --reason")
    return {"type": type, "id": id, "patient": patient, "at": text(at), "by": who.by, "reason": who.reason}


def out(command: dict[str, Any]) -> Out:
    """The record."""
    return Out(COMMANDS, command["patient"].encode("utf-8", "surrogatepass"), msgspec.json.encode(command))


def through(broker: Broker, command: dict[str, Any]) -> None:
    """Sends it, its own instant as the record's. Raises UsageError when Kafka does not take it."""
    from kafka.errors import KafkaError

    from streams.kafka.clients import producer
    from streams.kafka.partitions import partitions

    partitions(broker, [COMMANDS])
    record, into = out(command), producer(broker, linger_ms=0)
    try:
        into.send(record.topic, record.value, key=record.key, timestamp_ms=parse(command["at"])).get()
    except KafkaError as error:
        raise UsageError(f"the command was not taken: {type(error).__name__}: {error}") from None
    finally:
        into.close(timeout=0)
