"""A brake on guessing passwords: after a few that were wrong, the next is not looked at for a while. Pure; `now` is seconds of a monotonic clock."""

from __future__ import annotations

FREE = 5
WINDOW_S = 900.0
FIRST_S = 5.0
LONGEST_S = 300.0
MOST = 10_000


class Attempts:
    """Wrong passwords by who was tried and from where: either alone is enough to be braked."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[float]] = {}

    def wait(self, now: float, *sources: str) -> float:
        """Seconds until the next try is looked at; 0: now."""
        return max((self._wait(now, source) for source in sources), default=0.0)

    def wrong(self, now: float, *sources: str) -> None:
        """A password was wrong."""
        for source in sources:
            tried = self._wrong.pop(source, [])
            self._wrong[source] = [*(when for when in tried if now - when < WINDOW_S), now][-20:]
        for old in list(self._wrong)[:-MOST]:
            del self._wrong[old]

    def right(self, *sources: str) -> None:
        """A password was right: what went before is forgiven."""
        for source in sources:
            self._wrong.pop(source, None)

    def _wait(self, now: float, source: str) -> float:
        tried = [when for when in self._wrong.get(source, ()) if now - when < WINDOW_S]
        if len(tried) < FREE:
            return 0.0
        return max(0.0, tried[-1] + min(LONGEST_S, FIRST_S * 2.0 ** (len(tried) - FREE)) - now)
