"""The clock ladders and silences go by: the wall's, or that of the log for replays, where an hour passes in seconds."""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Tells ms. `wall` None: the latest record's time."""

    def __init__(self, wall: Callable[[], int] | None) -> None:
        self.wall, self.latest = wall, 0

    def seen(self, timestamp: int) -> None:
        """A record of the log."""
        self.latest = max(self.latest, timestamp)

    def __call__(self) -> int:
        return self.latest if self.wall is None else self.wall()
