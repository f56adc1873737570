"""Whether the worker still gets anywhere. When it does not, it ends itself, so that a supervisor starts it anew."""

from __future__ import annotations

from typing import NamedTuple


class Sight(NamedTuple):
    """What is seen at one moment. `missing`: what there is to wait for, in words (None: nothing); `mark`: grows as something is done."""

    missing: str | None
    mark: int


class Progress:
    """Follows the marks. `patience`: seconds without progress, while there is something to wait for, that are too long."""

    def __init__(self, patience: float, at: float) -> None:
        self.patience, self.since, self.mark = patience, at, 0

    def seen(self, sight: Sight, at: float) -> str | None:
        """Why to give up; None while all is well. Having nothing to do is well."""
        if sight.missing is None or sight.mark > self.mark:
            self.since = at
        self.mark = sight.mark
        waited = at - self.since
        return None if waited < self.patience else f"{sight.missing}, and no progress for {waited:.0f} s"
