"""Read numbers, comparators and reference ranges as systems write them; what is not understood is refused.

Source: docs/spec/feeds.md, Values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)?")
_COMPARED = re.compile(r"(<=|>=|<|>|\u2264|\u2265)\s*(.+)")
_SIGNS = {"\u2264": "<=", "\u2265": ">="}
_COMPARATORS = ("<", "<=", ">", ">=")


class NotANumber(ValueError):
    """An error: the text is no number of the wire; it says in a word what it is."""


class Value(NamedTuple):
    """A number with its comparator (None: exactly it)."""

    number: float
    comparator: str | None = None


def number(text: str, decimal_comma: bool = False) -> float:
    """Return the number of an HL7 NM. Raises NotANumber."""
    trimmed = text.strip()
    if decimal_comma and _COMMA.fullmatch(trimmed):
        return float(trimmed.replace(",", "."))
    if not _NUMBER.fullmatch(trimmed):
        raise NotANumber("not a number")
    return float(trimmed)


def plain(text: str) -> float | None:
    """Return the number of a text that is a plain number and nothing else; else None."""
    return float(text) if _NUMBER.fullmatch(text) else None


def compared(text: str, decimal_comma: bool = False) -> Value:
    """Return the number of a text that may begin with a comparator (`<10`). Raises NotANumber."""
    found = _COMPARED.fullmatch(text.strip())
    if found is None:
        return Value(number(text, decimal_comma))
    return Value(number(found[2], decimal_comma), _SIGNS.get(found[1], found[1]))


def structured(parts: Sequence[str], decimal_comma: bool = False) -> Value:
    """Return the number of an HL7 SN: comparator, number, separator, number.

    Raises NotANumber for a range, a titre or a ratio.
    """
    comparator, first, *rest = [part.strip() for part in (*parts, "", "")][:4]
    if any(rest):
        raise NotANumber("a range, a titre or a ratio")
    if comparator in ("", "="):
        return Value(number(first, decimal_comma))
    if comparator not in _COMPARATORS:
        raise NotANumber("an unknown comparator")
    return Value(number(first, decimal_comma), comparator)


class Range(NamedTuple):
    """Reference limits; None: none on that side."""

    low: float | None = None
    high: float | None = None


NO_RANGE = Range()
_N = r"([+-]?[0-9]+(?:\.[0-9]+)?)"
_FORMS = (
    (re.compile(rf"{_N}\s*(?:-|to|\u2013)\s*{_N}", re.IGNORECASE), (1, 2)),
    (re.compile(rf"(?:<=?|\u2264|<\s*or\s*=)\s*{_N}", re.IGNORECASE), (0, 1)),
    (re.compile(rf"(?:>=?|\u2265|>\s*or\s*=)\s*{_N}", re.IGNORECASE), (1, 0)),
)


def reference_range(text: str) -> Range:
    """Return the limits printed with a result (`a-b`, `<b`, `>a`, `[a - b]`, `a to b`).

    What is not understood is no range: the value is kept without one.
    """
    inside = text.strip().removeprefix("[").removesuffix("]").strip()
    for pattern, (low, high) in _FORMS:
        if found := pattern.fullmatch(inside):
            limits = Range(*(float(found[group]) if group else None for group in (low, high)))
            return limits if _ordered(limits) else NO_RANGE
    return NO_RANGE


def _ordered(limits: Range) -> bool:
    return limits.low is None or limits.high is None or limits.low < limits.high
