"""The share of records that became dead letters lately: above a limit it is a technical alert, so that they cannot hide a disaster.

It never stops the stream. Time is an argument: milliseconds of the worker's own clock, not of the records.
"""

from __future__ import annotations

from typing import NamedTuple

MINUTE = 60_000
LIMIT = 0.05
WINDOW = 5 * MINUTE
GRAINS = 60


class Grain(NamedTuple):
    """What was counted from `start`, a short while long: all records, and those of them refused."""

    start: int
    records: int
    refused: int


class Share(NamedTuple):
    """Records and dead letters of the last `window` ms, in steps of a sixtieth of it; `open` while the alert stands.

    Silence closes nothing: with no record in the window the share is unknown, and an open alert stays.
    """

    limit: float = LIMIT
    window: int = WINDOW
    grains: tuple[Grain, ...] = ()
    open: bool = False

    @property
    def records(self) -> int:
        return sum(grain.records for grain in self.grains)

    @property
    def refused(self) -> int:
        return sum(grain.refused for grain in self.grains)

    @property
    def value(self) -> float | None:
        """Dead letters per record, 0 to 1; None when there was no record."""
        return self.refused / self.records if self.records else None


def share(before: Share, now: int, records: int = 0, refused: int = 0) -> Share:
    """The share after `records` more, `refused` of them dead letters, at `now`; with neither it only moves the window.

    Opens strictly above the limit, closes at or below it. A clock that steps back counts into the latest grain.
    """
    kept = counted(before.grains, now - now % step(before), records, refused)
    moved = before._replace(grains=tuple(grain for grain in kept if grain.start > now - before.window))
    return moved if moved.value is None else moved._replace(open=moved.value > moved.limit)


def turn(before: Share, after: Share) -> str | None:
    """`opened` or `closed` when the alert did so in between, else None."""
    if before.open == after.open:
        return None
    return "opened" if after.open else "closed"


def step(of: Share) -> int:
    """A grain's length, ms."""
    return max(1, of.window // GRAINS)


def counted(grains: tuple[Grain, ...], start: int, records: int, refused: int) -> tuple[Grain, ...]:
    """The grains with the counts added to the one at `start`, or to the latest when that is later."""
    if not records and not refused:
        return grains
    if grains and grains[-1].start >= start:
        last = grains[-1]
        return (*grains[:-1], Grain(last.start, last.records + records, last.refused + refused))
    return (*grains, Grain(start, records, refused))
