"""Instants on the command line and on paper; inside they are integer milliseconds since the Unix
epoch, UTC.
"""

from __future__ import annotations

from rules.wire.instants import DAY, HOUR, BadTime, aware, parse
from rules.wire.instants import text as wire
from streams.errors import UsageError

__all__ = ["DAY", "HOUR", "aware", "instant", "short", "wire"]


def instant(text: str) -> int:
    """Milliseconds of an RFC 3339 time.

    Raises UsageError, with how to write it, when it has no offset or is no time.
    """
    try:
        return parse(text.strip())
    except BadTime as fault:
        raise UsageError(f"{text!r} {fault}; write it like 2026-03-02T10:00:00Z") from None


def short(text: str | None) -> str:
    """A wire time for reading: `2026-03-02 10:00Z`, seconds only when there are some; a dash for none."""
    if not text:
        return "-"
    day, _, clock = text.partition("T")
    return f"{day} {clock.removesuffix('Z').removesuffix(':00')}Z"
