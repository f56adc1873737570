"""Duplicate: a record comes twice, as an interface sends again what it takes for unacknowledged."""

from __future__ import annotations

from collections.abc import Iterator

from rules.wire.instants import MINUTE
from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord, Postponed

NAME = "duplicate"
LATEST = 30
"""Minutes after the first. Assumption: time-outs of interfaces lie between a minute and half an hour."""


def duplicate(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Send a share of the records again under the same id, known a little later."""
    chance, again = Chance(seed, NAME, rate), Postponed()
    for record in records:
        yield from again.due(record.known)
        if record.id is not None and chance.strikes():
            twin = record.copy()
            twin.postpone(record.known + MINUTE * int(chance.rng.integers(1, LATEST + 1)), NAME)
            again.add(twin)
        yield record
    yield from again.rest()
