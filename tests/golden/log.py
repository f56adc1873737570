"""The recorded ward as Kafka would hold it: partitions, topics, offsets, record times.

Nothing of the project is used: the log may not change with it.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[1] / "data" / "golden"
WARD = DATA / "ward.jsonl.gz"
EXTRA = DATA / "records.jsonl"
PARTITIONS = 4
MINUTE, HOUR = 60_000, 3_600_000
LEAP = 20 * HOUR
"""A record time further ahead than that is a clock that is wrong, and the log does not go by it."""
TICK = 5 * MINUTE
TOPICS = (
    "il2.vitals",
    "il2.io",
    "il2.labs",
    "il2.treatments",
    "il2.findings",
    "il2.encounters",
    "il2.commands",
)
CARRIES = {
    "vitals": 0,
    "io": 1,
    "labs": 2,
    "dose": 3,
    "infusion": 3,
    "medication": 3,
    "finding": 4,
    "encounter": 5,
}
PLANS = ((None, (1000, 700)), (2 * HOUR, (7, 1, 40)), (6 * HOUR, (25,)), (12 * HOUR, (200, 3)))
"""By partition: after how long the worker has read all there is (None: once, at the end); how many records
of a topic it fetches at once.
"""


class Record(NamedTuple):
    """A record as the client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Arrival(NamedTuple):
    """When a record is appended, ms; in which partition (None: each) and topic; its time, key, value."""

    now: int
    partition: int | None
    topic: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Poll(NamedTuple):
    """What is fetched at once: by topic the records, the offset fetched next, and where the topic ends."""

    records: tuple[Sequence[Record], ...]
    fetched: tuple[int, ...]
    ends: tuple[int, ...]


def ward_lines() -> list[bytes]:
    """Return the recorded lines, in the order they came."""
    return gzip.decompress(WARD.read_bytes()).splitlines()


def arrivals() -> Iterator[Arrival]:
    """Yield all records as they are appended: the ward's, those made by hand, and ticks for all."""
    extra = [json.loads(line) for line in EXTRA.read_bytes().splitlines()]
    now = 0
    for line in ward_lines():
        fields = fields_of(line)
        timestamp = time_of(fields)
        moved = timestamp if timestamp is not None and (not now or now < timestamp <= now + LEAP) else now
        yield from (ticked(moment) for moment in range(now - now % TICK + TICK, moved + 1, TICK) if now)
        now = moved
        while extra and millis(extra[0]["arrives"]) <= now:
            yield by_hand(extra.pop(0), now)
        yield of_line(line, fields, now if timestamp is None else timestamp, now)
    yield ticked(now + 1)


def fields_of(line: bytes) -> dict[str, Any]:
    """Return the fields by which a sender files a line; of one that is not JSON, what can be read of them."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = {
            name.decode(): text.decode("utf-8", "replace")
            for name, text in re.findall(rb'"(type|patient|at)":\s*"([^"]*)"', line)
        }
    return found if isinstance(found, dict) else {}


def time_of(fields: dict[str, Any]) -> int | None:
    """Return the record time a sender gives: when it was known, else when it was true; None: neither."""
    try:
        found = millis(fields.get("known") or fields["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return found if found >= 0 else None


def millis(text: str) -> int:
    """Return an instant as ms; without an offset it is taken for UTC."""
    found = datetime.fromisoformat(text)
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def of_line(line: bytes, fields: dict[str, Any], timestamp: int, now: int) -> Arrival:
    """Return the record a line makes."""
    patient = fields.get("patient")
    key = patient.encode("utf-8", "replace") if isinstance(patient, str) and patient else None
    partition = zlib.crc32(key or b"") % PARTITIONS
    topic = CARRIES.get(
        str(fields.get("type")), 6 if fields.get("type") in ("ack", "silence", "resume", "tick") else 0
    )
    return Arrival(now, partition, topic, timestamp, key, line)


def by_hand(found: dict[str, Any], now: int) -> Arrival:
    """Return a record that no line can make."""
    key, value = (None if found[name] is None else bytes_of(found[name]) for name in ("key", "value"))
    return Arrival(now, found["partition"], TOPICS.index(found["topic"]), found["timestamp"], key, value)


def bytes_of(text: str) -> bytes:
    """Return the bytes that a text stands for; those that are no text are written `hex:`."""
    return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode()


def ticked(now: int) -> Arrival:
    """Return a tick for all patients."""
    when = datetime.fromtimestamp(now / 1000, UTC)
    value = {
        "type": "tick",
        "id": f"tick-{now}",
        "patient": "*",
        "at": f"{when:%Y-%m-%dT%H:%M:%S}.{now % 1000:03}Z",
    }
    return Arrival(now, None, 6, now, b"*", json.dumps(value, separators=(",", ":")).encode())


class Partition:
    """One partition number of every input topic, with the instant each record was appended."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.topics: list[list[Record]] = [[] for _ in TOPICS]
        self.appended: list[list[int]] = [[] for _ in TOPICS]

    def append(self, one: Arrival) -> None:
        """Append a record."""
        there = self.topics[one.topic]
        there.append(Record(TOPICS[one.topic], self.number, len(there), one.timestamp, one.key, one.value))
        self.appended[one.topic].append(one.now)

    def polls(self, start: tuple[int, ...]) -> Iterator[Poll]:
        """Yield what a worker fetches from `start` on: in each window until all of it is read."""
        every, sizes = PLANS[self.number]
        wanted, fetched = cycle(sizes), list(start)
        for ends in self._windows(every):
            while any(here < end for here, end in zip(fetched, ends, strict=True)):
                records = []
                for topic, end in enumerate(ends):
                    until = min(end, fetched[topic] + next(wanted))
                    records.append(self.topics[topic][fetched[topic] : until])
                    fetched[topic] = max(fetched[topic], until)
                yield Poll(tuple(records), tuple(fetched), ends)

    def _windows(self, every: int | None) -> Iterator[tuple[int, ...]]:
        """Yield where the topics end, each time after `every` ms, and at last."""
        first, last = min(map(min, filter(None, self.appended))), max(map(max, filter(None, self.appended)))
        for moment in range(first, last, every) if every else ():
            yield tuple(sum(1 for now in topic if now <= moment) for topic in self.appended)
        yield tuple(map(len, self.topics))


@cache
def partitions() -> tuple[Partition, ...]:
    """Return the whole log."""
    found = tuple(map(Partition, range(PARTITIONS)))
    for one in arrivals():
        for partition in found:
            if one.partition in (None, partition.number):
                partition.append(one)
    return found
