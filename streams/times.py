"""Read and write instants on the command line and on screens.

Inside the program an instant is integer milliseconds since the Unix epoch, UTC.
"""

from __future__ import annotations

from rules.wire.instants import DAY, HOUR, BadTime, aware, parse
from rules.wire.instants import text as wire
from streams.errors import UsageError

__all__ = ["DAY", "HOUR", "aware", "instant", "short", "wire"]


def instant(text: str) -> int:
    """Return the milliseconds of an RFC 3339 time.

    Raises UsageError, which says how to write it, when it has no offset or is no time.
    """
    try:
        return parse(text.strip())
    except BadTime as fault:
        raise UsageError(f"{text!r} {fault}; write it like 2026-03-02T10:00:00Z") from None


def short(text: str | None) -> str:
    """Return a wire time for reading: `2026-03-02 10:00Z`, seconds unless they are 0; a dash for none."""
    if not text:
        return "-"
    day, _, clock = text.partition("T")
    return f"{day} {clock.removesuffix('Z').removesuffix(':00')}Z"
