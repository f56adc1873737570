"""The feed's pulse: how long it is usually silent, and so from when on its silence means that it is dead."""

from __future__ import annotations

from itertools import pairwise

OVER_S = 1800
BEATS = 60
LEAST_S = 5.0
TIMES = 1.5


class Pulse:
    """Seconds in which something came. `limit`: seconds of silence after which the feed counts as dead whatever was usual."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.beats: set[int] = set()
        self.last: float | None = None

    def beat(self, now: float) -> None:
        """Something came at `now`, seconds of any clock that runs evenly."""
        self.beats.add(int(now))
        self.last = now if self.last is None else max(self.last, now)

    def silent(self, now: float) -> float | None:
        """For how many seconds nothing came; None while nothing ever did."""
        return None if self.last is None else max(0.0, now - self.last)

    def usual(self) -> float:
        """The longest silence that is no cause for concern: half as long again as the longest between the last beats of half an hour."""
        newest = int(self.last or 0)
        self.beats = {beat for beat in self.beats if newest - OVER_S <= beat <= newest}
        heard = sorted(self.beats)[-BEATS:]
        if len(heard) < 2:
            return self.limit
        longest = max(after - before for before, after in pairwise(heard))
        return min(self.limit, max(LEAST_S, TIMES * longest))

    def dead(self, now: float) -> bool:
        """Whether the silence is longer than is usual."""
        silent = self.silent(now)
        return silent is not None and silent > self.usual()
