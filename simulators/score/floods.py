"""Alarm floods: ten pages in ten minutes (ANSI/ISA-18.2), more than a person can answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

MANY = 10
WINDOW = 10 * 60_000


def floods(moments: Iterable[int]) -> int:
    """How many floods there were. One begins when ten pages lie within ten minutes, and is over once no such ten end in the last ten minutes."""
    recent: deque[int] = deque()
    found, last = 0, -(1 << 62)
    for moment in sorted(moments):
        recent.append(moment)
        while recent[0] <= moment - WINDOW:
            recent.popleft()
        if len(recent) >= MANY:
            found += moment - last > WINDOW
            last = moment
    return found
