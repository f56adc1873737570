"""Hold a dead letter: the refused record as it came, where it was refused, and why.

As a JSON line it can be mended in an editor.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable

import msgspec
from msgspec import UNSET, UnsetType

from rules.ingest.decode import decode
from rules.wire import deadletters
from rules.wire.deadletters import Letter
from rules.wire.instants import LATEST, BadTime, parse, text
from rules.wire.refusals import AMBIGUOUS, BAD_TIME, BAD_UNIT, ID_CONFLICT, MALFORMED, NEEDS_WEIGHT

OF_A_READING = (AMBIGUOUS, BAD_TIME, BAD_UNIT, MALFORMED)
FEEDS = "feeds/"
"""What stands before a feed's name where other letters have a topic."""
OF_THE_CHART = (NEEDS_WEIGHT, ID_CONFLICT)
"""What only the chart refuses: it knows the id by then."""


class NotALetter(ValueError):
    """A line that is no dead letter; the text says what is wrong with it."""


def letter(
    key: bytes | None,
    value: bytes | None,
    timestamp: int | None,
    items: Iterable[tuple[str, bytes | None]],
    place: str,
) -> Letter:
    """Return the letter in a record of `il2.deadletters`.

    `place`: where that record is, as topic/partition/offset; used when no header says where it was refused.
    """
    refused = deadletters.decode(items)
    known = timestamp if timestamp is not None and timestamp >= 0 else None
    return Letter(
        refused.where or (_of_feed(refused.topic, place) if refused.topic.startswith(FEEDS) else place),
        refused.reason,
        refused.message,
        key,
        known,
        value,
        partly_used(value, refused.reason),
    )


def _of_feed(feed: str, place: str) -> str:
    """Return where a message of a feed stands: there is no topic that it was refused in, but its letter's."""
    return "/".join((feed, *place.rsplit("/", 2)[1:]))


def partly_used(value: bytes | None, reason: str) -> bool:
    """Return whether the chart knows the record's id: only a part of it was refused, or only the chart did.

    A part is a reading or two, a urine collection, a rate. Any other reason refuses the whole, though it may
    decode.
    """
    if value is None or reason in OF_THE_CHART:
        return value is not None
    return reason in OF_A_READING and _decodes_in_part(value)


def _decodes_in_part(value: bytes) -> bool:
    event, problems = decode(value)
    return event is not None and any(problem.refuses for problem in problems)


Text = str | None | UnsetType


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """The letter as a JSON line; bytes that are no UTF-8 are base64 instead."""

    where: str
    reason: str = ""
    message: str = ""
    partly_used: bool = msgspec.field(default=False, name="partly_taken")
    timestamp: str | None = None
    key: Text = UNSET
    key_base64: Text = UNSET
    value: Text = UNSET
    value_base64: Text = UNSET


_LINE = msgspec.json.Decoder(Line)


def written(of: Letter) -> Line:
    """Return the letter as its JSON line."""
    there = of.timestamp is not None and of.timestamp <= LATEST
    timestamp = text(of.timestamp or 0) if there else None
    return Line(
        of.where, of.reason, of.message, of.partly_used, timestamp, *_as_text(of.key), *_as_text(of.value)
    )


def _as_text(data: bytes | None) -> tuple[Text, Text]:
    """Return bytes as text, else as base64."""
    try:
        return None if data is None else data.decode(), UNSET
    except UnicodeDecodeError:
        return UNSET, b64encode(data or b"").decode()


def mended(line: bytes) -> Letter:
    """Return the letter in a JSON line, as `written` writes it and an editor left it. Raises NotALetter."""
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
    return Letter(found.where, found.reason, found.message, key, timestamp, value, found.partly_used)


def _data(found: Text, base64: Text) -> bytes | None:
    if isinstance(base64, str):
        return b64decode(base64, validate=True)
    return found.encode() if isinstance(found, str) else None


def is_place(where: str) -> bool:
    """Return whether a text has the form topic/partition/offset."""
    topic, *numbers = where.rsplit("/", 2)
    return (
        bool(topic) and len(numbers) == 2 and all(number.isascii() and number.isdigit() for number in numbers)
    )
