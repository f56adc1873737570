"""Define a dead letter: the refused record as received, with headers that say where and why it was refused.

Source: wire.md, Topics: `il2.deadletters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

PREFIX = "__streams.errors."
LONGEST = 19
"""Digits of a 64-bit offset."""
Headers = list[tuple[str, bytes]]


class Refused(msgspec.Struct, frozen=True):
    """Where a record was refused and why; -1 is a number that is not known.

    `reason`: one of wire.md's; `message`: one line for people; `exception`: the class that was raised, or
    empty.
    """

    topic: str
    partition: int
    offset: int
    reason: str
    message: str
    exception: str = ""

    @property
    def where(self) -> str | None:
        """The position `topic/partition/offset`; None when it is not known."""
        known = self.topic and self.partition >= 0 and self.offset >= 0
        return f"{self.topic}/{self.partition}/{self.offset}" if known else None


class Letter(NamedTuple):
    """A dead letter as read back.

    `where`: the `topic/partition/offset` it was refused at; `timestamp`: its record's, ms (None: it had
    none); `partly_used`: some of its readings were refused and the rest was used, so its id is known to the
    chart.
    """

    where: str
    reason: str
    message: str
    key: bytes | None
    timestamp: int | None
    value: bytes | None
    partly_used: bool = False

    @property
    def topic(self) -> str:
        """The topic it was refused in."""
        return self.where.rsplit("/", 2)[0]

    @property
    def partition(self) -> int:
        """The partition number it was refused in."""
        return int(self.where.rsplit("/", 2)[1])


def encode(refused: Refused) -> Headers:
    """Return the headers of a dead letter; all values are UTF-8 text, numbers in decimal."""
    found = {
        "exception": refused.exception,
        "message": refused.message,
        "topic": refused.topic,
        "partition": str(refused.partition),
        "offset": str(refused.offset),
        "reason": refused.reason,
    }
    return [(PREFIX + name, text.encode("utf-8", "backslashreplace")) for name, text in found.items()]


def decode(headers: Iterable[tuple[str, bytes | None]]) -> Refused:
    """Decode the headers of a dead letter.

    Others are ignored, the last of a name counts, what is missing is empty.
    """
    found = {
        name.removeprefix(PREFIX): (value or b"").decode("utf-8", "replace")
        for name, value in headers
        if name.startswith(PREFIX)
    }
    return Refused(
        found.get("topic", ""),
        _number(found.get("partition", "")),
        _number(found.get("offset", "")),
        found.get("reason", ""),
        found.get("message", ""),
        found.get("exception", ""),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else -1
