"""Garbled: the line is damaged on its way, and cannot be read at all."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord, ending, lined

NAME = "garbled"
LOCAL = len("2026-03-02T10:00:00")


def garbled(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Cuts short, or strews with bytes that are no UTF-8, or strips of its offset from UTC, a share of the
    lines.

    Damage that leaves a readable line with another number in it is not among these: nothing that reads lines
    can know it.
    """
    chance = Chance(seed, NAME, rate)
    for record in records:
        if record.id is not None and chance.strikes():
            HOW[int(chance.rng.integers(len(HOW)))](record, chance)
        yield record


def cut(record: FeedRecord, chance: Chance) -> None:
    """The connection broke in the middle."""
    content = record.line.rstrip()
    record.line = content[: int(chance.rng.integers(1, len(content)))] + ending(record.line)
    spoil(record, "malformed", "cut")


def strew(record: FeedRecord, chance: Chance) -> None:
    """Noise on a serial line."""
    content = bytearray(record.line.rstrip())
    for place in chance.rng.integers(len(content), size=3):
        content[int(place)] = 0xFF
    record.line = bytes(content) + ending(record.line)
    spoil(record, "malformed", "strewn")


def unzone(record: FeedRecord, chance: Chance) -> None:
    """A local time without its offset: nobody may guess the zone."""
    body = record.body
    record.line = lined(body | {"at": str(body.get("at"))[:LOCAL]}, record.line)
    spoil(record, "bad-time", "unzoned")


def spoil(record: FeedRecord, reason: str, how: str) -> None:
    record.spoiled = reason
    record.mark(NAME, how=how)


HOW = (cut, strew, unzone)
