"""Stretches of time at a level: what truly held, and what was in alarm, in the same terms. Times in ms since the epoch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

RELATIVE, ABSOLUTE = 1, 2
LEVELS = {"relative": RELATIVE, "absolute": ABSOLUTE}
NAMES = {RELATIVE: "relative", ABSOLUTE: "absolute"}


class Stretch(NamedTuple):
    """From `start` up to, not including, `end`, at a level. `distinct`: a perfect observer would have seen it; else it is borderline."""

    start: int
    end: int
    level: int = RELATIVE
    distinct: bool = True

    def meets(self, start: int, end: int) -> bool:
        """Whether it shares a moment with another stretch; one that ends as it starts still has that moment."""
        return self.start < max(end, start + 1) and start < max(self.end, self.start + 1)


def at_least(stretches: Iterable[Stretch], level: int) -> list[Stretch]:
    """The maximal stretches at a level or worse, in order: neighbours without a gap are one, distinct if one of them is."""
    found: list[Stretch] = []
    for one in sorted(stretch for stretch in stretches if stretch.level >= level):
        if found and one.start <= found[-1].end:
            last = found[-1]
            found[-1] = Stretch(last.start, max(last.end, one.end), level, last.distinct or one.distinct)
        else:
            found.append(one._replace(level=level))
    return found


def near(stretches: Sequence[Stretch], moment: int, within: int) -> bool:
    """Whether one of them holds at some moment no further than `within` from `moment`."""
    return any(stretch.meets(moment - within, moment + within + 1) for stretch in stretches)
