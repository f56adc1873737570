"""Delay: a record reaches the system minutes to hours late, and its `known` says so."""

from __future__ import annotations

from collections.abc import Iterator

from rules.wire.instants import MINUTE
from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord, Postponed

NAME = "delay"
MEAN, LONGEST = 20, 240
"""Minutes.

Assumption: an interface engine that queues and retries; most waits are short, a few last hours.
"""


def delay(records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog) -> Iterator[FeedRecord]:
    """Hold a share of the records back for an exponential time."""
    chance, held = Chance(seed, NAME, rate), Postponed()
    for record in records:
        yield from held.due(record.known)
        if record.id is not None and chance.strikes():
            record.postpone(
                record.known + MINUTE * max(1, min(LONGEST, int(chance.rng.exponential(MEAN)))), NAME
            )
            held.add(record)
        else:
            yield record
    yield from held.rest()
