"""Read `il2.deadletters`, and send mended letters again to the topic they came from.

What would only be refused again, or would change nothing, is kept back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from rules.ingest.decode import decode
from rules.wire.deadletters import Letter
from rules.wire.refusals import ID_CONFLICT
from rules.wire.topics import DEADLETTERS, INPUTS
from streams.deadletters.letter import letter as read_letter
from streams.kafka.blocking_reader import records
from streams.kafka.settings import Broker


def letters(broker: Broker) -> Iterator[Letter]:
    """Yield every dead letter, partition by partition as they come.

    Raises UsageError when the topic or the broker is not there, or falls silent.
    """
    return map(letter_of, records(broker, DEADLETTERS))


def letter_of(record: Any) -> Letter:
    """Return the letter in a consumer's record."""
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return read_letter(record.key, record.value, record.timestamp, record.headers, here)


CORRECTS = ("corrected", "entered-in-error")

_FIELDS = msgspec.json.Decoder(Mapping[str, Any])


def lost(letter: Letter) -> str | None:
    """Return why a letter cannot be sent at all, as `reason: message`; None when it can."""
    if letter.topic not in INPUTS:
        return f"no-topic: {letter.topic} is no input topic, so where the record came from is not known"
    return None


def fault(letter: Letter, ahead: int) -> str | None:
    """Return why a letter would be sent in vain, as `reason: message`; None when it may be sent.

    `ahead`: ms, the guideline's choice (criteria.md 1).
    """
    return lost(letter) or refused(letter, ahead) or unnoticed(letter)


def refused(letter: Letter, ahead: int) -> str | None:
    """Return why the worker would refuse the letter again, or a part of it; None when it would not."""
    key = (letter.key or b"").decode("utf-8", "replace")
    _, problems = decode(letter.value or b"", key=key, known=letter.timestamp, ahead=ahead)
    return next((f"{problem.reason}: {problem.message}" for problem in problems if problem.refuses), None)


def unnoticed(letter: Letter) -> str | None:
    """Return why the chart would refuse the letter; None when it would not.

    It knows the id from what came, and a `final` with another content is a conflict (criteria.md, section 1).
    """
    event, _ = decode(letter.value or b"", known=letter.timestamp)
    if letter.partly_used and event is not None and event.status not in CORRECTS:
        reason = ID_CONFLICT if event.status == "final" else "duplicate"
        return (
            f"{reason}: the chart knows this id from what came; send the mended record with "
            '"status":"corrected"'
        )
    return None


def keyed(letter: Letter) -> Letter:
    """Return the letter keyed by the patient its value names; unchanged when it names none."""
    try:
        patient = _FIELDS.decode(letter.value or b"").get("patient")
    except (ValueError, RecursionError):
        return letter
    return letter._replace(key=patient.encode("utf-8")) if isinstance(patient, str) and patient else letter


def chosen(letters: Iterable[Letter], reasons: set[str], places: set[str]) -> list[Letter]:
    """Return the letters refused for one of the reasons at one of the places, oldest first.

    No reason given: any reason; no place given: any place.
    """
    return in_order(
        letter
        for letter in letters
        if (not reasons or letter.reason in reasons) and (not places or letter.where in places)
    )


def once(letters: Iterable[Letter]) -> list[Letter]:
    """Return each record once: two readings refused in one record make two letters."""
    kept: dict[object, Letter] = {}
    for letter in letters:
        kept.setdefault((letter.where, letter.key, letter.value), letter)
    return list(kept.values())


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """Sort letters by their records' time, then by where they were refused."""
    return sorted(letters, key=lambda letter: (letter.timestamp or 0, place(letter.where)))


def place(where: str) -> tuple[str, int, int]:
    """Return the parts of `topic/partition/offset`, numbers as numbers."""
    topic, partition, offset = where.rsplit("/", 2)
    return topic, int(partition), int(offset)


Send = Callable[[Letter], None]


class SendPlan(NamedTuple):
    """The letters that may be sent, and those that may not, each with the reason."""

    go: list[Letter]
    stay: list[tuple[Letter, str]]


class NotSent(Exception):
    """Kafka did not accept a letter."""


def sort_out(letters: Iterable[Letter], fault: Callable[[Letter], str | None]) -> SendPlan:
    """Divide letters into those without a fault and those with one."""
    plan = SendPlan([], [])
    for letter in letters:
        reason = fault(letter)
        if reason is None:
            plan.go.append(letter)
        else:
            plan.stay.append((letter, reason))
    return plan


def send(letters: Iterable[Letter], send_one: Send) -> tuple[int, str | None]:
    """Return how many letters were acknowledged, and the fault that ended it.

    Nothing is sent after a fault.
    """
    sent = 0
    for letter in letters:
        try:
            send_one(letter)
        except NotSent as error:
            return sent, str(error)
        sent += 1
    return sent, None


def sender(producer: Any) -> Send:
    """Return a function that sends a letter through kafka-python and waits for its acknowledgement.

    The function raises NotSent.
    """
    from kafka.errors import KafkaError

    def send_one(letter: Letter) -> None:
        partition = letter.partition if letter.key is None else None
        try:
            future = producer.send(
                letter.topic, letter.value, key=letter.key, partition=partition, timestamp_ms=letter.timestamp
            )
            future.get()
        except (KafkaError, ValueError) as error:
            raise NotSent(f"{letter.where}: {type(error).__name__}: {error}") from error

    return send_one


def through(broker: Broker, letters: list[Letter]) -> tuple[int, str | None]:
    """Send letters to Kafka; return as `send` does.

    Raises UsageError when no broker answers or a topic is missing.
    """
    if not letters:
        return 0, None
    from streams.kafka.clients import producer
    from streams.kafka.partition_check import partitions

    partitions(broker, sorted({letter.topic for letter in letters}))
    into = producer(broker, linger_ms=0)
    try:
        return send(letters, sender(into))
    finally:
        into.close(timeout=0)
