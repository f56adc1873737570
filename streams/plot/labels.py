"""Place labels in rows, so that none is drawn over another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

GAP = 2.0


@cache
def width(words: str, size: float) -> float:
    """Return how wide words are at a font size, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return float(
        TextPath((0, 0), words, prop=FontProperties(family="DejaVu Sans", size=size)).get_extents().width
    )


def rows(spans: Iterable[tuple[float, float]], taken: float = float("-inf")) -> list[int]:
    """Return the row of each label, from where it begins and ends, in points: the first in which it has room.

    `taken`: how far the first row is in use before them.
    """
    free: list[float] = [taken]
    found = []
    for left, right in spans:
        row = next((row for row, edge in enumerate(free) if edge + GAP <= left), len(free))
        free[row : row + 1] = [right]
        found.append(row)
    return found


def flags(spans: list[tuple[float, float]]) -> list[int]:
    """Return the row of each label that is written to the right of a line from below.

    It is over every label whose line would run through it. `spans`: beginnings and ends, in order.
    """
    found: list[int] = []
    for place in reversed(range(len(spans))):
        crossed = [
            row
            for (left, _), row in zip(spans[place + 1 :], reversed(found), strict=True)
            if left < spans[place][1] + GAP
        ]
        found.append(max(crossed, default=-1) + 1)
    return found[::-1]
