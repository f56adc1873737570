"""Read and write instants on the command line and on screens.

Inside the program an instant is integer milliseconds since the Unix epoch, UTC.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.wire.instants import DAY, HOUR, BadTime, aware, parse
from rules.wire.instants import text as wire
from streams.errors import UsageError

__all__ = [
    "DAY",
    "HOUR",
    "INSTANT",
    "UTC",
    "ZONE",
    "aware",
    "instant",
    "local",
    "localized",
    "short",
    "wire",
    "zone_name",
]

UTC = "UTC"
ZONE: ContextVar[str] = ContextVar("zone", default=UTC)
"""The site's time zone (IANA name), in which people read times; set once, when the configuration is read."""


def instant(text: str) -> int:
    """Return the milliseconds of an RFC 3339 time.

    Raises UsageError, which says how to write it, when it has no offset or is no time.
    """
    try:
        return parse(text.strip())
    except BadTime as fault:
        raise UsageError(f"{text!r} {fault}; write it like 2026-03-02T10:00:00Z") from None


def local(moment: int) -> datetime:
    """Return a moment (ms) in the site's zone."""
    return aware(moment).astimezone(ZoneInfo(ZONE.get()))


def short(text: str | None) -> str:
    """Return a wire time for reading in the site's zone: `2026-03-02 10:00`, in UTC `2026-03-02 10:00Z`.

    Seconds unless they are 0; a dash for none.
    """
    if not text:
        return "-"
    mark = "Z" if ZONE.get() == UTC else ""
    if not mark:
        text = local(parse(text)).replace(tzinfo=None).isoformat()
    day, _, clock = text.partition("T")
    return f"{day} {clock.removesuffix('Z').removesuffix(':00')}{mark}"


INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z)")
"""A wire time in a text."""


def localized(line: str) -> str:
    """Return a text with its wire times as people read them in the site's zone; UTC stays as it is."""
    return line if ZONE.get() == UTC else INSTANT.sub(lambda found: short(found[0]), line)


def zone_name(moment: int) -> str:
    """Return the site's zone with its offset at a moment (ms): `Europe/Berlin, UTC+01:00`; `UTC` for UTC."""
    if ZONE.get() == UTC:
        return UTC
    offset = local(moment).strftime("%z")
    return f"{ZONE.get()}, UTC{offset[:3]}:{offset[3:]}"
