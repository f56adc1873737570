"""Moving a file in time: every time a record carries by one offset, and nothing else of it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rules.wire.instants import BadTime, parse, text
from streams.replay.record import Record

TIMES = ("at", "known", "start", "until")

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TIME = msgspec.json.Decoder(str)


def shifted(records: Iterable[Record], by: int) -> Iterator[Record]:
    """The records with `at`, `known`, `start` and `until` moved by `by` ms, written in UTC, and so their place in time."""
    for record in records:
        yield record._replace(known=record.known + by, value=rewritten(record.value, by))


def rewritten(value: bytes, by: int) -> bytes:
    """A JSON object with its times moved; every other field keeps its bytes. A time that is none stays, to be refused as it would have been."""
    fields: dict[str, Any] = _FIELDS.decode(value)
    for name in TIMES:
        if name in fields:
            fields[name] = moved(fields[name], by)
    return msgspec.json.encode(fields)


def moved(time: msgspec.Raw, by: int) -> msgspec.Raw | str:
    """One time, moved; as it was when it is no time, or would leave the calendar."""
    try:
        return text(parse(_TIME.decode(time)) + by)
    except (BadTime, ValueError, OverflowError):
        return time
