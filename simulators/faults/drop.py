"""Drop: a record never arrives."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord

NAME = "drop"
ACKNOWLEDGED = 0.1
"""Assumption: what a person charts and what a laboratory reports crosses an interface that acknowledges; of
that a tenth as much is lost as of a monitor's vitals, which nobody sends again.
"""


def drop(records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog) -> Iterator[FeedRecord]:
    """Loses vitals at the rate, everything else at a tenth of it; each lost record is told to the ledger."""
    vitals, others = Chance(seed, NAME, rate), Chance(seed, f"{NAME} others", rate * ACKNOWLEDGED)
    for record in records:
        if record.id is not None and (vitals if record.type == "vitals" else others).strikes():
            record.mark(NAME)
            fault_log.lost(record)
        else:
            yield record
