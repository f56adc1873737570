"""Convert values between the text of a configuration and the guideline, durations among them.

Prints the table of all keys for docs/reference/configuration.md too.
"""

import re
from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from rules.guideline.edition import SCHWARTZENTRUBER_2001
from rules.guideline.settings.document import Path
from rules.guideline.settings.keys import (
    COUNT,
    DURATION,
    FACTOR,
    FRACTION,
    LEVEL,
    MARGIN,
    NUMBER,
    STARTS,
    SUBJECTS,
    SWITCH,
    ZONE,
    Key,
    keys,
)
from rules.guideline.watches import WATCHES
from rules.wire.durations import duration, duration_text

LARGEST = 1e6
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY = 24 * 60
# Names that the time zone library knows but that mean something else on every machine.
_NOT_A_ZONE = ("localtime", "posixrules", "Factory")


def parsed(key: Key, value: Any) -> Any:
    """Return the value as the key's field holds it. Raises ValueError with what is wrong and the remedy."""
    return _ACCEPTS[key.kind](key, value)


def as_toml(value: Any, kind: str) -> str:
    """Write a value as a site writes it."""
    if value is None:
        return "none"
    if kind == DURATION:
        return f'"{duration_text(value)}"'
    if kind == SWITCH:
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_quoted(item) for item in value)}]"
    return _quoted(value) if isinstance(value, str) else f"{value!r}"


def _quoted(text: str) -> str:
    return f'"{text}"'


def described(value: Any) -> str:
    """Write a value of the file as a message quotes it, cut short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = f"text {_quoted(value)}" if isinstance(value, str) else f"{value}"
    return text if len(text) <= 60 else text[:60] + "..."


def _number(key: Key, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(
            f"a number is wanted, not {described(value)}; write it plain, like "
            f"{_example(key)}{_stays(key, value)}"
        )
    if not abs(value) <= LARGEST:  # nan is not
        raise ValueError(f"{described(value)} is no possible number here; write one like {_example(key)}")
    return float(value)


def _example(key: Key) -> str:
    return "0.01" if key.default is None else as_toml(key.default, key.kind)


def _stays(key: Key, value: Any) -> str:
    compares = key.op and (
        isinstance(value, dict) or (isinstance(value, str) and value.strip()[:1] in ("<", ">", "="))
    )
    return f" (the comparison {key.op} cannot be overridden)" if compares else ""


def _above_zero(key: Key, value: Any) -> float:
    number = _number(key, value)
    if number <= 0:
        raise ValueError(f"{number} is not above 0; write a number like {_example(key)}")
    return number


def _not_negative(key: Key, value: Any) -> float:
    number = _number(key, value)
    if number < 0:
        raise ValueError(f"{number} is below 0; write 0 or more")
    return number


def _factor(key: Key, value: Any) -> float:
    number = _number(key, value)
    if number < 1:
        raise ValueError(
            f"{number} is below 1, which would be late before the interval is over; write 1 or more"
        )
    return number


def _fraction(key: Key, value: Any) -> float:
    number = _number(key, value)
    if not 0 <= number <= 1:
        raise ValueError(f"{number} lies outside 0 to 1; write a fraction (25 % is 0.25)")
    return number


def _count(key: Key, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
        raise ValueError(
            f"a whole number from 1 is wanted, not {described(value)}; write it like {_example(key)}"
        )
    return value


def _duration(key: Key, value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(
            f"a duration is wanted, not {described(value)}; write it as text with its unit, like "
            f"{_example(key)}"
        )
    return duration(value)


def _switch(key: Key, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"true or false is wanted, not {described(value)}; write false to switch it off")
    return value


def _zone(key: Key, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(
            f'a time zone is wanted, not {described(value)}; write an IANA name like "Europe/Berlin"'
        )
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        known = False
    else:
        known = value not in _NOT_A_ZONE
    if not known:
        raise ValueError(f'{described(value)} is no known time zone; write an IANA name like "Europe/Berlin"')
    return value


LEVELS = ("relative", "absolute")


def _level(key: Key, value: Any) -> str:
    if value not in LEVELS:
        raise ValueError(f'{described(value)} is no column of Table 3; write "relative" or "absolute"')
    return str(value)


def subjects() -> tuple[str, ...]:
    """Return the subjects whose acknowledgement a site may let last: those that can be absolute."""
    return (*SCHWARTZENTRUBER_2001.row, "hypotension", "recommendation")


def _subjects(key: Key, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(
            f"a list of subjects is wanted, not {described(value)}; write it like {_example(key)}"
        )
    for item in value:
        if item not in subjects():
            raise ValueError(f"{described(item)} is no subject; known: {', '.join(subjects())}")
    return tuple(dict.fromkeys(value))


def minutes_of(clock: str) -> int:
    """Return the minutes since midnight of an `HH:MM`."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _starts(key: Key, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(
            "a list of clock times is wanted, not "
            f"{described(value) if value != [] else 'an empty one'}; "
            f"write {_example(key)}"
        )
    for item in value:
        if not isinstance(item, str) or CLOCK.fullmatch(item) is None:
            raise ValueError(f'{described(item)} is no clock time; write "HH:MM" from "00:00" to "23:59"')
    minutes = [minutes_of(item) for item in value]
    if any(a >= b for a, b in pairwise(minutes)):
        raise ValueError(
            f"{', '.join(value)} do not ascend; list each start once, the earliest of the day first"
        )
    if any(b - a < 60 for a, b in pairwise([*minutes, minutes[0] + _DAY])):
        raise ValueError(f"{', '.join(value)} lie less than 1 h apart; let every shift last an hour or more")
    return tuple(value)


_ACCEPTS: dict[str, Callable[[Key, Any], Any]] = {
    NUMBER: _above_zero,
    MARGIN: _not_negative,
    FACTOR: _factor,
    FRACTION: _fraction,
    COUNT: _count,
    DURATION: _duration,
    ZONE: _zone,
    STARTS: _starts,
    SWITCH: _switch,
    LEVEL: _level,
    SUBJECTS: _subjects,
}


HEAD = "| key | default | takes | of what | source |\n|---|---|---|---|---|"
ACCEPTS = {
    COUNT: "whole number",
    DURATION: "duration",
    FACTOR: "factor, 1 or more",
    FRACTION: "fraction, 0 to 1",
    ZONE: "IANA name",
    STARTS: "list of `HH:MM`",
    SWITCH: "true or false",
    LEVEL: "`relative` or `absolute`",
    SUBJECTS: "list of subjects",
}
CHOSEN = (
    "choices.",
    "shifts.",
    "pressure.clear-above",
    "criteria.sinus-tachycardia.relative.clear",
    "criteria.sinus-tachycardia.relative.span",
    "criteria.sinus-tachycardia.absolute.clear",
    "criteria.sinus-tachycardia.absolute.span",
    "criteria.sinus-tachycardia.unexcused",
    "criteria.sinus-tachycardia.fever",
    "criteria.phenylephrine-maximum.window",
    "criteria.phenylephrine-minimum.window",
    "criteria.oxygen-requirement.low.span",
    "criteria.oxygen-requirement.baseline",
    "criteria.oxygen-requirement.assumed-fio2",
    "criteria.oxygen-requirement.relative-fio2",
    "criteria.cardiac-enzymes.never-measured-clear",
    "criteria.moist-desquamation.column",
    "table4.group-counts-once",
    "table4.charting-grace",
    "table4.pre-dose-age",
    "table4.dose-tolerance",
    "stop-rules.oxygen.lasts",
    "monitoring.vital-signs.lapses",
    "monitoring.intake-output.lapses",
    "pressure.span",
    "vital-signs.",
    "pressure.mean",
    "criteria.urine-shift.coverage",
    "criteria.urine-shift.wait",
    "criteria.urine-hour.clears-over",
    "pressors.",
    "harm.",
    *(f"advice.{watch.code}." for watch in WATCHES if watch.watch),
    "advice.fluid-limit.lasts",
    "advice.diurese.after",
    "advice.diurese.limits.systolic",
)
"""The **[choice]**s of criteria.md: neither the paper nor JITC 2014 settles them."""


def key_table() -> str:
    """Return Markdown: one heading and one table for each table of the file, one line a key.

    Ends with a newline.
    """
    sections = (
        f"### `[{'.'.join(path)}]`\n\n{HEAD}\n" + "\n".join(map(_line, found)) + "\n"
        for path, found in groupby(keys(), key=_section)
    )
    return "\n".join(sections)


def _section(key: Key) -> Path:
    return key.path[:2] if key.path[0] in ("criteria", "advice") else key.path[:1]


def _line(key: Key) -> str:
    takes = ACCEPTS.get(key.kind, f"number, {key.unit}").replace("|", "\\|")
    default = f"`{as_toml(key.default, key.kind)}`" if key.default is not None else "none"
    compared = f"`{key.op}` " if key.op else ""
    source = (
        "[choice]"
        if key.name.startswith(CHOSEN) and key.name != "criteria.sinus-tachycardia.fever-age"
        else key.source
    )
    return f"| `{key.name}` | {compared}{default} | {takes} | {key.subject} | {source} |"
