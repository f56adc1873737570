"""Whether the worker still gets anywhere. When it does not, it ends itself, so that a supervisor starts it anew."""

from __future__ import annotations

from typing import NamedTuple


class Sight(NamedTuple):
    """What is seen at one moment. `behind`: records not worked off, None when the broker does not answer; `mark`: grows as something is done."""

    behind: int | None
    mark: int


class Progress:
    """Follows the marks. `patience`: seconds without progress, while there is something to do, that are too long."""

    def __init__(self, patience: float, at: float) -> None:
        self.patience, self.since, self.mark = patience, at, -1

    def seen(self, sight: Sight, at: float) -> str | None:
        """Why to give up; None while all is well. Having nothing to do is well."""
        if sight.behind == 0 or (sight.mark != self.mark and sight.behind is not None):
            self.since, self.mark = at, sight.mark
        waited = at - self.since
        if waited < self.patience:
            return None
        if sight.behind is None:
            return f"no answer from the broker for {waited:.0f} s"
        return f"{sight.behind} records behind, and no progress for {waited:.0f} s"
