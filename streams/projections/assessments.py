"""Fold the latest assessment of every patient, and count the ward from it (wire.md, Assessment). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from rules.wire.assessments import Assessment, NotAnAssessment, decode

READINESS = ("not-started", "finished", "waiting", "hold", "decide", "unknown", "ready")
MODES = ("ward", "intensive")
TRIPPED = ("relative", "absolute")
STOP_RULE = "stop-rule:"


Kept = TypeVar("Kept")


class Latest(Generic[Kept]):
    """The latest assessment of every patient, or what `keep` leaves of it.

    `of`: by patient, without those who were discharged; `unread`: how many records were no assessment.
    """

    def __init__(self, keep: Callable[[Assessment], Kept]) -> None:
        self.keep = keep
        self.of: dict[str, Kept] = {}
        self.unread = 0

    def apply(self, patient: str, value: bytes | None) -> bool:
        """Take an assessment, or the tombstone of one who was discharged; whether it could be read.

        What cannot be read is counted and leaves the assessment before in place.
        """
        if value is None:
            self.of.pop(patient, None)
            return True
        try:
            self.of[patient] = self.keep(decode(value))
        except NotAnAssessment:
            self.unread += 1
            return False
        return True


def whole(assessment: Assessment) -> Assessment:
    """Keep all of it."""
    return assessment


class Mark(NamedTuple):
    """One thing that counts 1: `what` says of which gauge, `labels` where in it."""

    what: str
    labels: tuple[str, ...] = ()


class PatientCounts(NamedTuple):
    """What one patient adds to the counts."""

    marks: tuple[Mark, ...]
    delay_h: float


def counts_of(found: Assessment) -> PatientCounts:
    """What an assessment adds."""
    return PatientCounts(tuple(marks(found)), found.dose.delayed_h)


def marks(found: Assessment) -> Iterator[Mark]:
    """Everything of an assessment that counts 1, each at most once."""
    yield Mark("patients", (found.mode,))
    yield Mark("recommendations", (found.recommendation,))
    yield Mark("doses", (found.dose.readiness,))
    if found.dose.delayed_h > 0:
        yield Mark("delayed")
    if found.blood_pressure.state in TRIPPED:
        yield Mark("hypotension", (found.blood_pressure.state,))
    yield from {
        Mark("tripped", (row.system, row.state)): None for row in found.criteria if row.state in TRIPPED
    }
    yield from (Mark("overdue", (item.what,)) for item in found.monitoring if item.overdue)
    yield from (
        Mark("stop_rules", (reason.removeprefix(STOP_RULE),))
        for reason in found.reasons
        if reason.startswith(STOP_RULE)
    )


GONE = PatientCounts((), 0.0)


class Census:
    """The patients who have an assessment, and how many of them stand where."""

    def __init__(self) -> None:
        self.latest = Latest(counts_of)
        self.counts: Counter[Mark] = Counter()

    def apply(self, patient: bytes, value: bytes | None) -> None:
        """The patient's latest assessment; None: discharged."""
        name = patient.decode(errors="backslashreplace")
        before = self.latest.of.get(name, GONE)
        if self.latest.apply(name, value):
            self.counts.subtract(before.marks)
            self.counts.update(self.latest.of.get(name, GONE).marks)

    def longest_delay_h(self) -> float:
        """Hours by which the longest overdue dose is delayed, as of its patient's latest assessment; 0 when
        none is.
        """
        return max((one.delay_h for one in self.latest.of.values()), default=0.0)
