"""Silences: bounded, never above their level, and gone with a worsening (criteria.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping

from rules.wire.alerts import RANK
from rules.wire.instants import HOUR
from streams.pager.book import Silence

LONGEST = {"absolute": HOUR}
LONGEST_OTHER = 12 * HOUR


def longest(level: str) -> int:
    """How long a level may be silenced at most, ms."""
    return LONGEST.get(level, LONGEST_OTHER)


def bounded(level: str, known: int, until: int) -> int:
    """The end of a silence that was asked for: not beyond what its level allows, counted from when it was known."""
    return min(until, known + longest(level))


def covering(silences: Mapping[str, Silence], subject: str, level: str, now: int) -> Silence | None:
    """The silence that hides a subject at a level, the longest if several do. One of a lower level hides nothing."""
    found = [one for one in silences.values() if one.subject == subject and RANK[one.level] >= RANK[level] and one.until > now]
    return max(found, key=lambda one: one.until, default=None)
