"""Log what was done to which record: every record that is lost or will be refused is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from rules.wire.instants import MINUTE, text
from simulators.faults.record import FeedRecord

AHEAD = 15 * MINUTE
"""How far `at` may lie ahead of `known` before the record is refused (criteria.md section 1; a choice that a
site may change).
"""

Entry = dict[str, Any]


class FaultLog:
    """A log of one entry for each altered record; it keeps counts, not entries.

    An entry: `patient`, `id`, `type`, `known` (when it arrives; RFC 3339), `faults` (in order, each with
    `fault` and what it did), `lost` (whether it never arrives) and `refused` (the reasons for which the
    decoder will refuse the record, or readings of it). `write`: is called with each entry as it is made.
    """

    def __init__(self, write: Callable[[Entry], object] | None = None) -> None:
        self.write = write
        self.faults: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.lost_records = 0

    def lost(self, record: FeedRecord) -> None:
        """Log an altered record that never arrives."""
        self.lost_records += 1
        self._enter(record, [], lost=True)

    def came(self, record: FeedRecord) -> None:
        """Log an altered record as it leaves the feed."""
        self._enter(record, refusals(record), lost=False)

    def _enter(self, record: FeedRecord, refused: list[str], lost: bool) -> None:
        self.faults.update(mark["fault"] for mark in record.marks)
        self.refused.update(refused)
        if self.write is not None:
            self.write(
                {
                    "patient": record.patient,
                    "id": record.id,
                    "type": record.type,
                    "known": text(record.known),
                    "faults": list(record.marks),
                    "lost": lost,
                    "refused": refused,
                }
            )

    @property
    def counts(self) -> dict[str, Any]:
        """How often each fault struck, how many records are lost, and the refusals to expect by reason."""
        return {
            "faults": dict(sorted(self.faults.items())),
            "lost": self.lost_records,
            "refused": dict(sorted(self.refused.items())),
        }


def refusals(record: FeedRecord) -> list[str]:
    """Return the reasons for which the decoder will refuse an altered record: one for the whole of it, or one
    for each reading it cannot accept.
    """
    if record.spoiled is not None:
        return [record.spoiled]
    at = record.at
    if at is not None and at > record.known + AHEAD:
        return ["from-the-future"]
    return [mark["refuses"] for mark in record.marks if "refuses" in mark]
