"""Represent a record on its way through the feed: its bytes, when it becomes known, and what was done to it;
hold postponed records until they are due.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any

import msgspec

from rules.wire.instants import MINUTE, BadTime, parse, text
from rules.wire.vocabulary import EVERY_PATIENT

Body = dict[str, Any]
Reading = dict[str, Any]
Mark = dict[str, Any]
"""What one fault did to one record: `fault`, its name, and the details."""


class _Envelope(msgspec.Struct):
    type: Any = None
    id: Any = None
    patient: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_BODY = msgspec.json.Decoder(Body)
_NOBODY = _Envelope()


class FeedRecord:
    """One line of a feed.

    `known`: ms; `type`, `patient`, `id`: None for a line that no fault alters (a tick for all, a line without
    patient or id).

    `marks`: what was done to it, in order; `spoiled`: the reason for which the decoder refuses the whole
    line, when a fault damaged it.
    """

    __slots__ = ("id", "known", "line", "marks", "patient", "spoiled", "type")

    def __init__(self, known: int, line: bytes, marks: tuple[Mark, ...] = ()) -> None:
        envelope = enveloped(line)
        self.known, self.line, self.marks = known, line, marks
        self.type: str | None = envelope.type
        self.patient: str | None = envelope.patient
        self.id: str | None = envelope.id
        self.spoiled: str | None = None

    @property
    def body(self) -> Body:
        """The line decoded; to be changed and given to `rewrite`."""
        return _BODY.decode(self.line)

    @property
    def at(self) -> int | None:
        """The record's own `at`, ms; None when it has none that can be read."""
        try:
            return parse(self.body["at"])
        except (BadTime, KeyError, TypeError, ValueError):
            return None

    def rewrite(self, body: Body, fault: str, **detail: Any) -> None:
        """Replace the line's content, by this fault."""
        self.line = lined(body, self.line)
        self.mark(fault, **detail)

    def mark(self, fault: str, **detail: Any) -> None:
        """Note that this fault altered the record."""
        self.marks = (*self.marks, {"fault": fault} | detail)

    def postpone(self, known: int, fault: str) -> None:
        """Make the record known only at `known` (ms), and write that into it."""
        minutes = round((known - self.known) / MINUTE, 1)
        self.known = known
        self.rewrite(self.body | {"known": text(known)}, fault, minutes=minutes)

    def copy(self) -> FeedRecord:
        """Return a copy of the record."""
        return FeedRecord(self.known, self.line, self.marks)


def lined(body: Body, like: bytes) -> bytes:
    """Return a body as a line, with the line end that another line has."""
    return msgspec.json.encode(body) + ending(like)


def ending(line: bytes) -> bytes:
    """Return the line end of a line; empty when it has none."""
    return b"\n" if line.endswith(b"\n") else b""


def readings(body: Body) -> list[Reading]:
    """Return the readings of a set that are objects."""
    found = body.get("readings")
    return [reading for reading in found if isinstance(reading, dict)] if isinstance(found, list) else []


def numeric(reading: Reading) -> bool:
    """Return whether a reading has a number."""
    return isinstance(reading.get("value"), (int, float))


def enveloped(line: bytes) -> _Envelope:
    """Return the line's type, id and patient; all None when it is no JSON object in UTF-8, or has no patient
    or no id.
    """
    try:
        found = _ENVELOPE.decode(line)
        if not line.isascii():
            line.decode()
    except (ValueError, RecursionError):
        return _NOBODY
    named = isinstance(found.type, str) and isinstance(found.id, str) and isinstance(found.patient, str)
    return found if named and found.patient != EVERY_PATIENT else _NOBODY


class Postponed:
    """Records in order of their new `known`; ties in the order in which they were added."""

    def __init__(self) -> None:
        self.heap: list[tuple[int, int, FeedRecord]] = []
        self.count = 0

    def add(self, record: FeedRecord) -> None:
        """Hold a record until its `known`."""
        self.count += 1
        heappush(self.heap, (record.known, self.count, record))

    def due(self, known: int) -> Iterator[FeedRecord]:
        """Remove and yield the records whose time lies before `known`."""
        while self.heap and self.heap[0][0] < known:
            yield heappop(self.heap)[2]

    def rest(self) -> Iterator[FeedRecord]:
        """Remove and yield all that are left, in order."""
        while self.heap:
            yield heappop(self.heap)[2]
