"""Handle one HL7 v2 message: decode, split, check what it is, map it by its type; never raise for it.

Source: docs/spec/feeds.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rules.wire.instants import Instant
from rules.wire.refusals import MALFORMED, TOO_LARGE, UNKNOWN_CHARSET
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import (
    MISSING_FIELD,
    MISSING_SEGMENT,
    TAKEN,
    WRONG_EVENT,
    WRONG_PROCESSING_ID,
    WRONG_TYPE,
    WRONG_VERSION,
    Handled,
    Verdict,
)
from streams.feeds.mapping.hl7 import administrations, alarm_answers, movements, results
from streams.feeds.mapping.hl7.charsets import UnknownCharset, decoded
from streams.feeds.mapping.hl7.context import Context
from streams.feeds.mapping.hl7.header import Header, header
from streams.feeds.mapping.hl7.splitting import Message, NoMessage, split
from streams.feeds.mapping.tables import Tables

Handler = Callable[[Message, Context], None]
HANDLERS: Mapping[str, tuple[tuple[str, ...], Handler]] = {
    "ORU": (("R01", "R42"), results.handle),
    "RAS": (("O17",), administrations.handle),
    "ADT": (movements.TAKEN, movements.handle),
    "ORA": (("R41",), alarm_answers.handle),
}
"""Message type -> the events that are taken, and what maps them."""
_VERSION = re.compile(r"2(?:\.[0-9]+){0,2}")


class Answered(NamedTuple):
    """What a message gave, and its header; `header` None: it has none to answer to."""

    handled: Handled
    header: Header | None

    @property
    def answerable(self) -> bool:
        """Whether an answer can be correlated with the message."""
        return self.header is not None and bool(self.header.control_id)


def handle(data: bytes, rules: FeedRules, tables: Tables, now: Instant, whole: bool = True) -> Answered:
    """Return what a message gives. `now`: when it came, ms; `whole` False: only the head of one too large."""
    handled = Handled()
    try:
        text = decoded(data, rules.charset, rules.second_charset)
        if text.fallback:
            handled.count("charset-fallback")
        if text.bom:
            handled.count("byte-order-mark")
        message = split(text.text)
    except UnknownCharset as fault:
        return _unusable(handled, UNKNOWN_CHARSET, str(fault), None)
    except NoMessage as fault:
        return _unusable(handled, MALFORMED, str(fault), None)
    found = header(message.header)
    if not whole:
        return _unusable(handled, TOO_LARGE, f"larger than {rules.max_message} bytes", found)
    if not found.control_id:
        return _unusable(handled, MALFORMED, "MSH-10 is empty", found, MISSING_FIELD, "MSH-10")
    return Answered(_taken(message, found, rules, tables, now, handled), found)


def _unusable(
    handled: Handled,
    reason: str,
    text: str,
    found: Header | None,
    code: int = MISSING_SEGMENT,
    field: str = "MSH",
) -> Answered:
    handled.refuse("MSH", 1, reason, "", text)
    handled.verdict = Verdict(code, text, field)
    return Answered(handled, found)


def _taken(
    message: Message, found: Header, rules: FeedRules, tables: Tables, now: Instant, handled: Handled
) -> Handled:
    """Return what a message of a type that is taken gives; else its refusal."""
    if found.is_answer:
        handled.count("skipped", "an-acknowledgement")
        return handled
    if found.type in rules.ignored or found.named in rules.ignored:
        handled.count("skipped", "ignored-type")
        return handled
    handled.verdict = verdict(found, rules)
    if not handled.verdict.taken:
        handled.count("not-taken", str(handled.verdict.code))
        return handled
    context = Context(found, rules, tables, now)
    context.handled.tally += handled.tally
    HANDLERS[found.type][1](message, context)
    return context.handled


def verdict(found: Header, rules: FeedRules) -> Verdict:
    """Return whether a feed takes messages of this type, event, processing id and version."""
    if found.type not in HANDLERS:
        return Verdict(WRONG_TYPE, f"{found.type or 'no type'} not taken", "MSH-9")
    if found.event not in HANDLERS[found.type][0]:
        return Verdict(WRONG_EVENT, f"{found.named} not taken", "MSH-9")
    if found.processing_id not in rules.processing_ids:
        return Verdict(WRONG_PROCESSING_ID, f"{found.processing_id or 'empty'} not taken", "MSH-11")
    if found.version and not _VERSION.fullmatch(found.version):
        return Verdict(WRONG_VERSION, "only version 2 is taken", "MSH-12")
    return TAKEN
