"""The backlog all contenders read: one topic, one patient a key, in order of time; seeded."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any

from rules.wire.topics import VITALS
from streams.kafka.settings import Broker
from tests.bench.records import START, Chart, short_ids

PATIENTS = 1000
AT_ONCE = 5_000
Line = tuple[int, str, bytes]
"""Known (ms), patient, the event."""


def lines(records: int, patients: int = PATIENTS) -> list[Line]:
    """Vitals of six readings each minute.

    A patient's first record begins the stay, in the same topic, so that all contenders read just one.
    """
    minutes = -(-records // patients)
    return list(islice(merge(*(patient(number, minutes) for number in range(patients))), records))


def patient(number: int, minutes: int) -> Iterator[Line]:
    name = f"p{number:04}"
    chart = Chart(name, number, short_ids())
    hours = minutes / 60
    begun = iter([{"type": "encounter", "at": 0, "event": "cycle-start", "location": "ward"}])
    for known, line in chart.lines(hours, begun, (one for one in chart.vitals(hours, 1) if one["at"] > 0)):
        yield round(START.timestamp() * 1000) + round(known * 3_600_000) + number, name, line


async def load(broker: Broker, found: list[Line]) -> None:
    """Appends the backlog, in this order within each partition, and waits for every acknowledgement."""
    from aiokafka import AIOKafkaProducer

    async with AIOKafkaProducer(
        **broker.for_aiokafka(), acks="all", linger_ms=20, max_batch_size=1 << 18
    ) as producer:
        rest = iter(found)
        while some := list(islice(rest, AT_ONCE)):
            sent: list[Any] = [
                await producer.send(VITALS, line, key=name.encode(), timestamp_ms=known)
                for known, name, line in some
            ]
            for one in sent:
                await one
