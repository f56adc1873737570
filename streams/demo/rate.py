"""How fast something goes now: what was counted over the last seconds."""

from __future__ import annotations

from collections import deque

OVER_S = 5.0


class Rate:
    """Given counts as time passes, answers how many came a second, lately."""

    def __init__(self, over: float = OVER_S) -> None:
        self.over = over
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, now: float, count: int) -> float:
        """Counts a second since about `over` seconds ago; 0 until there are two to compare."""
        self._seen.append((now, count))
        while len(self._seen) > 2 and now - self._seen[1][0] >= self.over:
            self._seen.popleft()
        then, before = self._seen[0]
        return (count - before) / (now - then) if now > then else 0.0
