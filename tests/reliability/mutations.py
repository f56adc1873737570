"""Records as no sender should send them: cut, flipped, doubled, with odd values and times, far ones included."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from rules.wire.topics import INPUTS, topic_of
from tests.streams.worker import partition_course

VALUES = (
    b"null", b"true", b"[]", b"{}", b'""', b"1e400", b"-1e400", b"1e308", b"NaN", b"-0", b"18446744073709551616",
    b'"\\ud800"', b'"\\u0000"', b"[[[[[[1]]]]]]", b'"' + b"A" * 3000 + b'"', b"0.1e-999", b"9" * 400,
)  # fmt: skip
TIMES = (
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0003-01-01T00:00:00Z", "2099-12-31T00:00:00Z",
    "1970-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T10:00:60Z",
    "2026-03-02T10:00:00+23:59", "2026-03-02T10:00:00", "not a time", "2026-03-02T10:00:00.123456789Z",
)  # fmt: skip
VALUE = re.compile(rb':("[^"]*"|-?[0-9.]+|true|false|null)')
FIELDS = ("at", "known", "start", "until")
DAY = 86_400_000


class Mutated(NamedTuple):
    """A record to send: `time` is its timestamp, ms."""

    topic: str
    key: bytes | None
    value: bytes
    time: int


def flipped(value: bytes, chance: Random) -> bytes:
    i = chance.randrange(len(value))
    return value[:i] + bytes([value[i] ^ 1 << chance.randrange(8)]) + value[i + 1 :]


def cut(value: bytes, chance: Random) -> bytes:
    return value[: chance.randrange(len(value) + 1)]


def another_value(value: bytes, chance: Random) -> bytes:
    found = chance.choice(list(VALUE.finditer(value)))
    return value[: found.start(1)] + chance.choice(VALUES) + value[found.end(1) :]


def another_time(value: bytes, chance: Random) -> bytes:
    return json.dumps(json.loads(value) | {chance.choice(FIELDS): chance.choice(TIMES)}).encode()


def deep(value: bytes, chance: Random) -> bytes:
    return b"[" * chance.randrange(1, 3000) + value


def noise(value: bytes, chance: Random) -> bytes:
    i = chance.randrange(len(value))
    return value[:i] + chance.randbytes(chance.randrange(1, 30)) + value[i:]


def without_a_field(value: bytes, chance: Random) -> bytes:
    fields = json.loads(value)
    del fields[chance.choice(list(fields))]
    return json.dumps(fields).encode()


def with_fields_swapped(value: bytes, chance: Random) -> bytes:
    fields: dict[str, Any] = json.loads(value)
    one, other = chance.choice(list(fields)), chance.choice(list(fields))
    fields[one], fields[other] = fields[other], fields[one]
    return json.dumps(fields).encode()


def doubled(value: bytes, chance: Random) -> bytes:
    return value + value


def many(value: bytes, chance: Random) -> bytes:
    fields = json.loads(value)
    if "readings" in fields:
        fields["readings"] = fields["readings"] * chance.randrange(1, 30)
    return json.dumps(fields).encode()


def right(value: bytes, chance: Random) -> bytes:
    return value


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    flipped, cut, another_value, another_time, deep, noise, without_a_field, with_fields_swapped, doubled, many,
    right,
)  # fmt: skip


def mutated(number: int, seed: int, now: int) -> list[Mutated]:
    """Return so many records; their timestamps are about `now` (ms), long past, or far ahead."""
    chance = Random(seed)
    base = [json.dumps(event).encode() for event in partition_course.events(8, seed=9)]
    return [_one(chance, chance.choice(base), now) for _ in range(number)]


def _one(chance: Random, base: bytes, now: int) -> Mutated:
    value = chance.choice(MUTATIONS)(base, chance)
    try:
        fields = json.loads(value)
        topic, patient = topic_of(fields["type"]), fields["patient"].encode("utf-8", "surrogatepass")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        topic, patient = chance.choice(INPUTS), json.loads(base)["patient"].encode()
    key = patient if chance.random() < 0.9 else chance.choice([b"\xff\x00", None, b"", b"x" * 5000])
    time = chance.choice([now, now, now - chance.randrange(10**9), 0, now + DAY, now + 400 * DAY, now * 1000])
    return Mutated(topic, key, value, time)
