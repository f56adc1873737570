"""Which events were here lately, in bounded memory: two generations of marks, the older of which is dropped when the younger is full."""

from __future__ import annotations

FULL = 600


class Recent:
    """Remembers at least the last `FULL` marks, at most twice as many."""

    __slots__ = ("old", "young")

    def __init__(self) -> None:
        self.young: set[int] = set()
        self.old: set[int] = set()

    def again(self, mark: int) -> bool:
        """Whether a mark was here before; it is remembered from now on."""
        known = mark in self.young or mark in self.old
        self.young.add(mark)
        if len(self.young) >= FULL:
            self.young, self.old = set(), self.young
        return known
