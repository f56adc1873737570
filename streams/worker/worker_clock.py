"""Keep the worker's clock: it advances by monotonic time, whatever the host's wall clock does.

A patient's clock never goes back, so one wrong step ahead would silence every patient for as long as the step
(criteria.md section 1). A wall clock that steps ahead is followed at most 5 s per second; one that steps back
stops nothing: time goes on at half its speed until the wall clock has caught up.
"""

from __future__ import annotations

from collections.abc import Callable

from rules.wire.instants import MINUTE, SECOND

FASTEST = 5.0
SLOWEST = 0.5
WRONG_MS = MINUTE
"""How far the wall clock may lie from this one before people are told."""


class WorkerClock:
    """A clock in ms that follows the wall clock by monotonic time.

    `wall`: the host's clock, ms; `monotonic`: seconds that never go back.
    """

    def __init__(self, wall: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._now = float(wall())
        self._at = monotonic()

    def __call__(self) -> int:
        """Return the present moment, ms."""
        at, wall = self._monotonic(), self._wall()
        passed = (at - self._at) * SECOND
        slowest, fastest = self._now + passed * SLOWEST, self._now + passed * FASTEST
        self._now, self._at = min(max(wall, slowest), fastest), at
        return int(self._now)

    @property
    def ahead(self) -> int:
        """How far the host's wall clock lies ahead of this one, ms; negative when it lies behind."""
        return self._wall() - int(self._now)

    @property
    def wrong(self) -> bool:
        """Whether the two differ by more than people need not be told of."""
        return abs(self.ahead) > WRONG_MS
