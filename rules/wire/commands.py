"""The bounds of a clinician's commands: how long a level may be silenced (criteria.md section 9)."""

from __future__ import annotations

from rules.wire.instants import HOUR

LONGEST = {"absolute": HOUR}


LONGEST_OTHER = 12 * HOUR


def longest(level: str) -> int:
    """How long a level may be silenced at most, ms."""
    return LONGEST.get(level, LONGEST_OTHER)


def bounded(level: str, known: int, until: int) -> int:
    """Return the end of a silence that was asked for.

    Not beyond what its level allows, counted from when it was known.
    """
    return min(until, known + longest(level))
