"""Parse and write durations: one grammar for the configuration and the command line."""

import re

from rules.wire.instants import DAY, HOUR, MINUTE, SECOND

LONGEST = 366 * DAY
UNITS = {"s": SECOND, "min": MINUTE, "m": MINUTE, "h": HOUR, "d": DAY}
_WRITTEN = re.compile(rf"(-?[0-9]{{1,9}}(?:\.[0-9]{{1,9}})?) ?({'|'.join(UNITS)})")


def duration(text: str, longest: int = LONGEST) -> int:
    """Return the ms of "90 s", "30 min", "1.5 h", "1 d"; the blank may be left out and `min` be `m`.

    Raises ValueError when it is not a duration, not above 0, or beyond `longest`.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(f'{text!r} is not a duration; write a number and s, min, h or d, like "30 min"')
    ms = round(float(written[1]) * UNITS[written[2]])
    if not 0 < ms <= longest:
        most = f"longer than 0 and at most {longest // DAY} d"
        raise ValueError(f"{text!r} is not a possible duration; it must be {most}")
    return ms


def duration_text(ms: int) -> str:
    """Write a duration in the largest unit below a day that divides it: 8 h, 30 min, 24 h."""
    for unit, size in (("h", HOUR), ("min", MINUTE)):
        if ms % size == 0:
            return f"{ms // size} {unit}"
    return f"{ms / SECOND:g} s"
