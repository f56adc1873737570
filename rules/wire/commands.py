"""The bounds of a clinician's commands: how long a level may be silenced (criteria.md section 9)."""

from __future__ import annotations

from rules.wire.instants import HOUR

LONGEST = {"absolute": HOUR}


LONGEST_OTHER = 12 * HOUR


def longest(level: str) -> int:
    """How long a level may be silenced at most, ms."""
    return LONGEST.get(level, LONGEST_OTHER)


def too_late(known: int, decided: int, worsened: bool) -> bool:
    """Return whether a command was known (ms) before what it would hide.

    `decided`: of the episode's opening or latest worsening. What is known at the instant of an opening was
    said of it; a worsening of the same instant has not been seen.
    """
    return known <= decided if worsened else known < decided


def bounded(level: str, known: int, until: int) -> int:
    """Return the end of a silence that was asked for.

    Not beyond what its level allows, counted from when it was known.
    """
    return min(until, known + longest(level))
