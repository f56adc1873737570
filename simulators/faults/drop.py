"""Drop: a record never arrives."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord

NAME = "drop"
ACKNOWLEDGED = 0.1
"""The loss of other records, as a share of the loss of vitals.

Assumption: manual charting and laboratory results cross an interface that acknowledges; a monitor's vitals
are never sent again.
"""


def drop(records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog) -> Iterator[FeedRecord]:
    """Lose vitals at the rate, everything else at a tenth of it; each lost record is entered in the fault
    log.
    """
    vitals, others = Chance(seed, NAME, rate), Chance(seed, f"{NAME} others", rate * ACKNOWLEDGED)
    for record in records:
        if record.id is not None and (vitals if record.type == "vitals" else others).strikes():
            record.mark(NAME)
            fault_log.lost(record)
        else:
            yield record
