"""Sending letters again: to the topic they came from, with their key and their record's time, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from streams.broker.settings import Broker
from streams.deadletters.letter import Letter

Send = Callable[[Letter], None]


class Sifted(NamedTuple):
    """Which letters may go, and which may not, each with the reason."""

    go: list[Letter]
    stay: list[tuple[Letter, str]]


class NotSent(Exception):
    """Kafka did not take a letter."""


def sift(letters: Iterable[Letter], fault: Callable[[Letter], str | None]) -> Sifted:
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
            future = producer.send(letter.topic, letter.value, key=letter.key, partition=where, timestamp_ms=letter.timestamp)
            future.get()
        except (KafkaError, ValueError) as error:
            raise NotSent(f"{letter.where}: {type(error).__name__}: {error}") from error

    return one


def through(broker: Broker, letters: list[Letter]) -> tuple[int, str | None]:
    """Sends letters to Kafka. Raises UsageError when no broker answers or a topic is not there."""
    if not letters:
        return 0, None
    from streams.replay.outlet import producer
    from streams.replay.partitions import partitions

    partitions(broker, sorted({letter.topic for letter in letters}))
    into = producer(broker, linger_ms=0)
    try:
        return send(letters, sender(into))
    finally:
        into.close(timeout=0)
