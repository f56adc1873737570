"""Durations as the guideline writes them, in integer milliseconds, and as a site's configuration writes them ("30 min")."""

import re

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

LONGEST = 366 * DAY

_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_WRITTEN = re.compile(r"(-?[0-9]{1,9}(?:\.[0-9]{1,9})?) ?(s|min|h|d)")


def duration(text: str) -> int:
    """ms of "90 s", "30 min", "1.5 h" or "1 d". Raises ValueError when it is none, not above 0, or beyond a year."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(f'{text!r} is not a duration; write a number and s, min, h or d, like "30 min"')
    ms = round(float(written[1]) * _UNITS[written[2]])
    if not 0 < ms <= LONGEST:
        raise ValueError(f"{text!r} is not a possible duration; it must be longer than 0 and at most 366 d")
    return ms


def duration_text(ms: int) -> str:
    """As a site writes it, in the largest unit below a day that divides it: 8 h, 30 min, 24 h."""
    for unit, size in (("h", HOUR), ("min", MINUTE)):
        if ms % size == 0:
            return f"{ms // size} {unit}"
    return f"{ms / SECOND:g} s"
