"""Write measured values as clinicians do: three significant figures, their units (criteria.md section 10)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.wire import written
from streams.display import plain


def figures(value: float, limits: Iterable[float] = ()) -> str:
    """Return a number with three significant figures, a whole one with all its digits: `3.66`, `1235`.

    More figures stand where three would put the value on, or beyond, a limit that it has not reached:
    `2.996`, not `3`.
    """
    return written.figures(value, *limits)


def unit(code: str | None) -> str:
    """Return a UCUM unit as it is written in clinical use: `mm[Hg]` -> `mmHg`."""
    return written.UNITS.get(code, code) if code else ""


def measured(value: float | str | None, code: str | None, limit: str | None = None) -> str:
    """Return a value with its unit for reading; `limit` as an assessment has it (`<10`); a dash for none."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return f"{plain(value)} {unit(code)}".strip()
    return written.written(value, code, *numbers(limit))


def numbers(limit: str | None) -> list[float]:
    """Return the numbers in a limit as it is printed (`10-20`, `<10`)."""
    return [float(found) for found in re.findall(r"[0-9]+(?:\.[0-9]+)?", limit or "")]
