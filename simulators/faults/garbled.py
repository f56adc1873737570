"""Garbled: the line is damaged on its way and cannot be read at all."""

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
    """Damage a share of the lines: cut them short, put in bytes that are no UTF-8, or strip the time's offset
    from UTC.

    Damage that leaves a readable line with another number in it is not among these: no reader of lines can
    notice it.
    """
    chance = Chance(seed, NAME, rate)
    for record in records:
        if record.id is not None and chance.strikes():
            HOW[int(chance.rng.integers(len(HOW)))](record, chance)
        yield record


def cut(record: FeedRecord, chance: Chance) -> None:
    """Cut the line short: the connection broke in the middle."""
    content = record.line.rstrip()
    record.line = content[: int(chance.rng.integers(1, len(content)))] + ending(record.line)
    spoil(record, "malformed", "cut")


def strew(record: FeedRecord, chance: Chance) -> None:
    """Put in invalid bytes: noise on a serial line."""
    content = bytearray(record.line.rstrip())
    for place in chance.rng.integers(len(content), size=3):
        content[int(place)] = 0xFF
    record.line = bytes(content) + ending(record.line)
    spoil(record, "malformed", "strewn")


def unzone(record: FeedRecord, chance: Chance) -> None:
    """Write a local time without its offset: the zone must not be guessed."""
    body = record.body
    record.line = lined(body | {"at": str(body.get("at"))[:LOCAL]}, record.line)
    spoil(record, "bad-time", "unzoned")


def spoil(record: FeedRecord, reason: str, how: str) -> None:
    """Note why the decoder will refuse the line, and how it was damaged."""
    record.spoiled = reason
    record.mark(NAME, how=how)


HOW = (cut, strew, unzone)
