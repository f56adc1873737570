"""Reorder: a record is overtaken by the next ones of its patient."""

from __future__ import annotations

from collections.abc import Iterator

from rules.wire.instants import MINUTE
from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord

NAME = "reorder"
FURTHEST = 5
"""Records of the same patient. Assumption: neighbours on parallel connections change places, no more."""
LONGEST = 60 * MINUTE
"""No record is held longer than this for others to pass, or a patient's last record would never arrive."""


class Overtaken:
    """The records being overtaken, at most one a patient, with how many are still to pass; the longest held
    first.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, tuple[FeedRecord, int]] = {}

    def hold(self, record: FeedRecord, others: int) -> None:
        """Hold a record until `others` later ones of its patient have passed it."""
        self.waiting[record.patient or ""] = record, others

    def holds(self, record: FeedRecord) -> bool:
        """Return whether a record of the same patient is held."""
        return record.patient in self.waiting

    def passed(self, by: FeedRecord) -> Iterator[FeedRecord]:
        """Count one record that passed the patient's held one; yield the held one after the last."""
        patient = by.patient or ""
        held, left = self.waiting[patient]
        if left > 1:
            self.waiting[patient] = held, left - 1
        else:
            del self.waiting[patient]
            yield let_go(held, by.known)

    def due(self, known: int) -> Iterator[FeedRecord]:
        """Yield the records that have been held too long at an instant."""
        while self.waiting and self.first.known + LONGEST < known:
            first = self.first
            del self.waiting[first.patient or ""]
            yield let_go(first, first.known + LONGEST)

    @property
    def first(self) -> FeedRecord:
        """The record that has been held longest."""
        return next(iter(self.waiting.values()))[0]


def reorder(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Let one to five later records of the patient pass a share of the records; the record becomes known with
    the last that passed it.
    """
    chance, overtaken, last = Chance(seed, NAME, rate), Overtaken(), 0
    for record in records:
        last = record.known
        yield from overtaken.due(last)
        if overtaken.holds(record):
            yield record
            yield from overtaken.passed(record)
        elif record.id is not None and chance.strikes():
            overtaken.hold(record, int(chance.rng.integers(1, FURTHEST + 1)))
        else:
            yield record
    yield from (let_go(record, last) for record, _ in overtaken.waiting.values())


def let_go(record: FeedRecord, known: int) -> FeedRecord:
    """Return the record, made known at `known`."""
    record.postpone(known, NAME)
    return record
