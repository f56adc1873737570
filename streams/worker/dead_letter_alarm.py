"""Measure the recent share of records that became dead letters, and alert when it exceeds a limit.

The alert is about the system and no patient: it goes to `il2.alerts` under key and patient `*` with kind
`system`, so that a pager can tell it from every clinical alert and route it elsewhere. It never stops the
stream.

Time is an argument: milliseconds of the worker's own clock, not of the records.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.wire.instants import MINUTE
from streams.kafka.producer import OutgoingRecord
from streams.worker.system_alarms import SystemAlarm

LIMIT = 0.05
WINDOW = 5 * MINUTE
GRAINS = 60


class Grain(NamedTuple):
    """The counts of a short interval from `start` (ms): all records, and those of them refused."""

    start: int
    records: int
    refused: int


class Share(NamedTuple):
    """Counts of records and dead letters over the last `window` ms, in steps of a sixtieth of it.

    `open`: whether the alert is open. Without a record in the window the share is unknown, and an open alert
    stays open.
    """

    limit: float = LIMIT
    window: int = WINDOW
    grains: tuple[Grain, ...] = ()
    open: bool = False

    @property
    def records(self) -> int:
        """The records in the window."""
        return sum(grain.records for grain in self.grains)

    @property
    def refused(self) -> int:
        """The records in the window that were refused."""
        return sum(grain.refused for grain in self.grains)

    @property
    def value(self) -> float | None:
        """Dead letters per record, 0 to 1; None when there was no record."""
        return self.refused / self.records if self.records else None


def share(before: Share, now: int, records: int = 0, refused: int = 0) -> Share:
    """Return the share after `records` more, `refused` of them dead letters, at `now` (ms).

    With neither, only the window moves. Opens strictly above the limit, closes at or below it. When the clock
    steps back, counts go into the latest grain.
    """
    kept = counted(before.grains, now - now % step(before), records, refused)
    moved = before._replace(grains=tuple(grain for grain in kept if grain.start > now - before.window))
    return moved if moved.value is None else moved._replace(open=moved.value > moved.limit)


def step(of: Share) -> int:
    """Return a grain's length, ms."""
    return max(1, of.window // GRAINS)


def counted(grains: tuple[Grain, ...], start: int, records: int, refused: int) -> tuple[Grain, ...]:
    """Return the grains with the counts added to the one at `start`, or to the latest when that is later."""
    if not records and not refused:
        return grains
    if grains and grains[-1].start >= start:
        last = grains[-1]
        return (*grains[:-1], Grain(last.start, last.records + records, last.refused + refused))
    return (*grains, Grain(start, records, refused))


class DeadLetterAlarm:
    """The alarm over the share of dead letters of one worker."""

    def __init__(self, worker: str, limits: Share) -> None:
        self.alarm, self.share = SystemAlarm(worker, "dead-letters"), limits

    def after(self, now: int, records: int, refused: int) -> OutgoingRecord | None:
        """Return the alert to append after a batch, if the alarm opened or closed by it.

        `now`: wall time, ms.
        """
        self.share = share(self.share, now, records, refused)
        limit, value = f">{self.share.limit}", round(self.share.value or 0.0, 4)
        return self.alarm.after(now, self.share.open, self.message(), limit, value, "1")

    def message(self) -> str:
        """Return the alert's message, one line."""
        minutes = self.share.window // MINUTE
        return (
            f"{self.share.refused} of {self.share.records} records of the last {minutes} min were "
            "refused; see il2watch deadletters ls"
        )
