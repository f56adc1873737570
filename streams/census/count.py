"""The count of the ward: one standing a patient, added when it comes and taken out when it goes. Pure."""

from __future__ import annotations

from collections import Counter

import msgspec

from streams.census.marks import Mark, Standing, standing

GONE = Standing((), 0.0)


class Census:
    """The patients who have an assessment, and how many of them stand where."""

    def __init__(self) -> None:
        self.patients: dict[bytes, Standing] = {}
        self.counts: Counter[Mark] = Counter()
        self.unread = 0

    def take(self, patient: bytes, value: bytes | None) -> None:
        """The patient's latest assessment; None: discharged. One that cannot be read is counted and leaves the one before in place."""
        try:
            now = GONE if value is None else standing(value)
        except msgspec.DecodeError:
            self.unread += 1
            return
        self.counts.subtract(self.patients.pop(patient, GONE).marks)
        self.counts.update(now.marks)
        if value is not None:
            self.patients[patient] = now

    def longest_delay_h(self) -> float:
        """Hours by which the longest overdue dose is delayed, as of its patient's latest assessment; 0 when none is."""
        return max((one.delay_h for one in self.patients.values()), default=0.0)
