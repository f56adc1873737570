"""A dead letter: the refused record as it came, where it stood, and why it was refused.

As a JSON line it can be mended in an editor.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any

import msgspec

from rules.ingest.decode import decode
from rules.wire import deadletters
from rules.wire.deadletters import Letter
from rules.wire.instants import BadTime, parse, text
from rules.wire.refusals import BAD_UNIT, MALFORMED

NOT_UTF8 = "_base64"
OF_A_READING = (BAD_UNIT, MALFORMED)


class NotALetter(ValueError):
    """A line that is no dead letter; the text says what is wrong with it."""


def letter(
    key: bytes | None,
    value: bytes | None,
    timestamp: int | None,
    told: Iterable[tuple[str, bytes | None]],
    here: str,
) -> Letter:
    """The letter in a record of `il2.deadletters`; `here` is where that record stands, named when no header
    says where it was refused.
    """
    refused = deadletters.decode(told)
    known = timestamp if timestamp is not None and timestamp >= 0 else None
    return Letter(
        refused.where or here,
        refused.reason,
        refused.message,
        key,
        known,
        value,
        partly_taken(value, refused.reason),
    )


def partly_taken(value: bytes | None, reason: str) -> bool:
    """Whether only a part of the record was refused: a reading or two.

    Any other reason refuses the whole, though it may decode.
    """
    return value is not None and reason in OF_A_READING and _decodes_in_part(value)


def _decodes_in_part(value: bytes) -> bool:
    event, problems = decode(value)
    return event is not None and any(problem.refuses for problem in problems)


def written(of: Letter) -> dict[str, Any]:
    """The letter as an object for a JSON line; bytes that are no UTF-8 stand as base64 in `key_base64`,
    `value_base64`.
    """
    return {
        "where": of.where,
        "reason": of.reason,
        "message": of.message,
        "partly_taken": of.partly_taken,
        "timestamp": None if of.timestamp is None else text(of.timestamp),
        **_bytes("key", of.key),
        **_bytes("value", of.value),
    }


def _bytes(name: str, data: bytes | None) -> dict[str, str | None]:
    try:
        return {name: None if data is None else data.decode()}
    except UnicodeDecodeError:
        return {name + NOT_UTF8: b64encode(data or b"").decode()}


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    where: str
    reason: str = ""
    message: str = ""
    partly_taken: bool = False
    timestamp: str | None = None
    key: str | None = None
    key_base64: str | None = None
    value: str | None = None
    value_base64: str | None = None


_LINE = msgspec.json.Decoder(_Line)


def mended(line: bytes) -> Letter:
    """The letter in a JSON line, as `written` writes it and an editor left it. Raises NotALetter."""
    try:
        found = _LINE.decode(line)
        timestamp = None if found.timestamp is None else parse(found.timestamp)
        key, value = _data(found.key, found.key_base64), _data(found.value, found.value_base64)
    except BadTime as fault:
        raise NotALetter(f"`timestamp` {fault}") from None
    except (ValueError, RecursionError) as fault:
        raise NotALetter(str(fault)) from None
    if not is_place(found.where):
        raise NotALetter(f"`where` {found.where!r} is not topic/partition/offset")
    return Letter(found.where, found.reason, found.message, key, timestamp, value, found.partly_taken)


def _data(said: str | None, base64: str | None) -> bytes | None:
    if base64 is not None:
        return b64decode(base64, validate=True)
    return None if said is None else said.encode()


def is_place(where: str) -> bool:
    """Whether it is written topic/partition/offset."""
    topic, *numbers = where.rsplit("/", 2)
    return (
        bool(topic) and len(numbers) == 2 and all(number.isascii() and number.isdigit() for number in numbers)
    )
