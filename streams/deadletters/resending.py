"""Read what stands in `il2.deadletters`, send mended letters again to the topic they came from, and keep
back what would only be refused or not be noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from rules.ingest.decode import decode
from rules.wire.deadletters import Letter
from rules.wire.topics import DEADLETTERS, INPUTS
from streams.deadletters.letter import letter as read_letter
from streams.kafka.blocking_reader import records
from streams.kafka.settings import Broker


def letters(broker: Broker) -> Iterator[Letter]:
    """Yield every dead letter, partition by partition as they come.

    Raises UsageError when the topic or the broker is not there, or falls silent.
    """
    return map(of, records(broker, DEADLETTERS))


def of(record: Any) -> Letter:
    """The letter in a consumer's record."""
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return read_letter(record.key, record.value, record.timestamp, record.headers, here)


CORRECTS = ("corrected", "entered-in-error")

_FIELDS = msgspec.json.Decoder(Mapping[str, Any])


def lost(letter: Letter) -> str | None:
    """Why a letter cannot be sent at all, as `reason: message`; None when it can."""
    if letter.topic not in INPUTS:
        return f"no-topic: {letter.topic} is no input topic, so where the record came from is not known"
    return None


def fault(letter: Letter, ahead: int) -> str | None:
    """Why a letter would be sent in vain, as `reason: message`; None when it may go.

    `ahead`: ms, the guideline's choice (criteria.md 1).
    """
    return lost(letter) or refused(letter, ahead) or unnoticed(letter)


def refused(letter: Letter, ahead: int) -> str | None:
    """Why the worker would refuse it again, or some of it."""
    key = (letter.key or b"").decode("utf-8", "replace")
    _, problems = decode(letter.value or b"", key=key, known=letter.timestamp, ahead=ahead)
    return next((f"{problem.reason}: {problem.message}" for problem in problems if problem.refuses), None)


def unnoticed(letter: Letter) -> str | None:
    """Why the chart would pass it over: it knows the id from the readings it took, and a second `final` is a
    duplicate (criteria.md, section 1).
    """
    event, _ = decode(letter.value or b"", known=letter.timestamp)
    if letter.partly_used and event is not None and event.status not in CORRECTS:
        return (
            "duplicate: the rest of this record was taken when it came; send the mended one with "
            '"status":"corrected"'
        )
    return None


def keyed(letter: Letter) -> Letter:
    """The letter keyed by the patient its value names; as it is when it names none."""
    try:
        patient = _FIELDS.decode(letter.value or b"").get("patient")
    except (ValueError, RecursionError):
        return letter
    return letter._replace(key=patient.encode("utf-8")) if isinstance(patient, str) and patient else letter


def chosen(letters: Iterable[Letter], reasons: set[str], places: set[str]) -> list[Letter]:
    """Those refused for one of the reasons, at one of the places (none given: any), oldest first."""
    return in_order(
        letter
        for letter in letters
        if (not reasons or letter.reason in reasons) and (not places or letter.where in places)
    )


def once(letters: Iterable[Letter]) -> list[Letter]:
    """Each record once: of two readings refused in one there are two letters."""
    kept: dict[object, Letter] = {}
    for letter in letters:
        kept.setdefault((letter.where, letter.key, letter.value), letter)
    return list(kept.values())


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """By their records' time, then by where they were refused."""
    return sorted(letters, key=lambda letter: (letter.timestamp or 0, place(letter.where)))


def place(where: str) -> tuple[str, int, int]:
    """`topic/partition/offset`, in the order people count."""
    topic, partition, offset = where.rsplit("/", 2)
    return topic, int(partition), int(offset)


Send = Callable[[Letter], None]


class Sifted(NamedTuple):
    """Which letters may go, and which may not, each with the reason."""

    go: list[Letter]
    stay: list[tuple[Letter, str]]


class NotSent(Exception):
    """Kafka did not take a letter."""


def sort_out(letters: Iterable[Letter], fault: Callable[[Letter], str | None]) -> Sifted:
    """Puts each letter on its side."""
    found = Sifted([], [])
    for letter in letters:
        reason = fault(letter)
        if reason is None:
            found.go.append(letter)
        else:
            found.stay.append((letter, reason))
    return found


def send(letters: Iterable[Letter], one: Send) -> tuple[int, str | None]:
    """How many were acknowledged, and the fault that ended it, if one did: nothing is sent after it."""
    sent = 0
    for letter in letters:
        try:
            one(letter)
        except NotSent as error:
            return sent, str(error)
        sent += 1
    return sent, None


def sender(producer: Any) -> Send:
    """Sends a letter through kafka-python and waits until it is acknowledged. The function raises NotSent."""
    from kafka.errors import KafkaError

    def one(letter: Letter) -> None:
        where = letter.partition if letter.key is None else None
        try:
            future = producer.send(
                letter.topic, letter.value, key=letter.key, partition=where, timestamp_ms=letter.timestamp
            )
            future.get()
        except (KafkaError, ValueError) as error:
            raise NotSent(f"{letter.where}: {type(error).__name__}: {error}") from error

    return one


def through(broker: Broker, letters: list[Letter]) -> tuple[int, str | None]:
    """Sends letters to Kafka. Raises UsageError when no broker answers or a topic is not there."""
    if not letters:
        return 0, None
    from streams.kafka.clients import producer
    from streams.kafka.partitions import partitions

    partitions(broker, sorted({letter.topic for letter in letters}))
    into = producer(broker, linger_ms=0)
    try:
        return send(letters, sender(into))
    finally:
        into.close(timeout=0)
