"""Convert between RFC 3339 text, moments and the instants of the engine's clock.

A moment is whole milliseconds since the Unix epoch, UTC (wire.md, Events; criteria.md section 1).
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Instant = int
"""A moment as the unit of the clock and of all deadlines (docs/decisions/0002)."""

AFTER_ALL = 1 << 62
BEFORE_ALL = -AFTER_ALL

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST = (date(1, 1, 1).toordinal() - _EPOCH) * DAY
_LAST = (date(9999, 12, 31).toordinal() - _EPOCH + 1) * DAY - 1

_MARGIN = 400 * DAY
EARLIEST, LATEST = _FIRST + _MARGIN, _LAST - _MARGIN
"""The moments a fact may have: windows before it and deadlines after it can be written too."""

# Every two-digit part of a time, with the mark before or after it: one lookup converts and checks it.
_HOURS = {f"{mark}{hour:02}:": hour * HOUR for hour in range(24) for mark in "Tt "}
_MINUTES = {f"{minute:02}:": minute * MINUTE for minute in range(60)}
# Unix time has no leap second: 60 is the first moment of the next minute.
_SECONDS = {f"{second:02}": second * SECOND for second in range(61)}

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAIL = re.compile(r"(?:\.([0-9]+))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_LONGEST_KEPT_TAIL = 20


class BadTime(ValueError):
    """An error: the text names no moment.

    It is not RFC 3339, has no offset, or lies outside the years 1 to 9999.
    """


def parse(text: str) -> int:
    """Return the moment that a text names: ms since the Unix epoch, anything below a millisecond cut off.

    Accepts RFC 3339 with its freedoms: `t`, `z` or a space, fractions of any length, second 60. Raises
    `BadTime`. Source: wire.md, Events.
    """
    try:
        tail = text[19:]
        ms = (
            _midnight(text[:10])
            + _HOURS[text[10:14]]
            + _MINUTES[text[14:17]]
            + _SECONDS[text[17:19]]
            + (_kept_tail(tail) if len(tail) <= _LONGEST_KEPT_TAIL else _tail(tail))
        )
    except (KeyError, ValueError):
        raise BadTime(_fault(text)) from None
    if _FIRST <= ms <= _LAST:
        return ms
    raise BadTime("lies outside the years 1 to 9999")


def text(ms: int) -> str:
    """Write a moment (ms) as on the wire: UTC with `Z`, milliseconds only when there are any.

    Raises `ValueError` or `OverflowError` outside the years 1 to 9999. Source: criteria.md 1, wire.md
    (Assessment).
    """
    day, rest = divmod(ms, DAY)
    seconds, fraction = divmod(rest, SECOND)
    if fraction:
        return f"{_date(day)}T{_clock(seconds)}.{fraction:03}Z"
    return f"{_date(day)}T{_clock(seconds)}Z"


@lru_cache(maxsize=4096)
def _midnight(text: str) -> int:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return (date(int(text[:4]), int(text[5:7]), int(text[8:])).toordinal() - _EPOCH) * DAY


def _tail(text: str) -> int:
    found = _TAIL.fullmatch(text)
    if not found:
        raise ValueError(text)
    fraction, sign, hours, minutes = found.groups()
    ms = int(f"{fraction[:3]:0<3}") if fraction else 0
    if not sign:
        return ms
    offset = int(hours) * HOUR + int(minutes) * MINUTE
    return ms - offset if sign == "+" else ms + offset


_kept_tail = lru_cache(maxsize=4096)(_tail)


def _fault(text: str) -> str:
    return "has no offset from UTC" if _LOCAL.fullmatch(text) else "is not an RFC 3339 time"


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return date.fromordinal(day + _EPOCH).isoformat()


@lru_cache(maxsize=8192)
def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def aware(milliseconds: int) -> datetime:
    """Return a moment (ms) as an aware UTC datetime."""
    return EPOCH + timedelta(milliseconds=milliseconds)
