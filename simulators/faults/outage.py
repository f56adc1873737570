"""Outage: nothing of the whole feed arrives for a while; then it arrives all at once."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.faults.chance import Spells
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord

NAME = "outage"
LASTS = (5.0, 60.0)
"""Minutes. Assumption: an interface engine restarts, a switch is replaced."""
FEED = "feed"


def outage(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Hold all records during a spell; they become known at its end, in their order.

    Memory: one spell of the feed.
    """
    spells = Spells(seed, NAME, rate, LASTS)
    held: list[FeedRecord] = []
    until = 0
    for record in records:
        spell = spells.over(FEED, record.known)
        if held and record.known >= until:
            yield from caught_up(held, until)
        if spell is None or record.id is None:
            yield record
        else:
            held.append(record)
            until = spell.end
    yield from caught_up(held, until)


def caught_up(held: list[FeedRecord], until: int) -> Iterator[FeedRecord]:
    """Yield what was held, now known."""
    for record in held:
        record.postpone(until, NAME)
        yield record
    held.clear()
