"""The topics a command needs, as they are: all there, and with one number of partitions (wire.md, Topics)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.broker.settings import Broker
from streams.errors import UsageError

REMEDY = "run: il2watch topics create"


def partitions(broker: Broker, topics: Sequence[str]) -> int:
    """How many partitions the topics have. Creates none. Raises UsageError when no broker answers, or naming the topic that is missing or differs."""
    from streams.broker.admin import admin

    with admin(broker) as connection:
        there = connection.names()
        told = connection.topics([topic for topic in topics if topic in there])
    return same({topic: told[topic].partitions if topic in told else 0 for topic in topics})


def same(numbers: Mapping[str, int]) -> int:
    """The one number of partitions of all; 0 is a topic that is not there. Raises UsageError."""
    missing = [topic for topic, number in numbers.items() if not number]
    if missing:
        raise UsageError(f"no topic {', '.join(missing)}; {REMEDY}")
    if len(set(numbers.values())) > 1:
        said = ", ".join(f"{topic} {number}" for topic, number in numbers.items())
        raise UsageError(f"the topics differ in partitions, and a patient has one number in all of them: {said}; il2watch topics check says more")
    return next(iter(numbers.values()))
