"""Fold the latest assessment of every patient, and count the ward from it (wire.md, Assessment). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from rules.wire.assessments import TRIPPED, Assessment, NotAnAssessment, decode
from rules.wire.vocabulary import is_made_up

READINESS = ("not-started", "finished", "waiting", "hold", "decide", "unknown", "ready")
MODES = ("ward", "intensive")


Kept = TypeVar("Kept")


class Latest(Generic[Kept]):
    """The latest assessment of every patient, or what `keep` retains of it.

    `of`: by patient, without discharged patients; `unread`: how many records were not a valid assessment;
    `unreadable`: the patients whose latest record was not.
    """

    def __init__(self, keep: Callable[[Assessment], Kept]) -> None:
        self.keep = keep
        self.of: dict[str, Kept] = {}
        self.unread = 0
        self.unreadable: set[str] = set()

    def apply(self, patient: str, value: bytes | None) -> bool:
        """Apply an assessment, or the tombstone (None) of a discharged patient; return whether it was
        readable.

        One that cannot be read, or is another patient's, takes the previous one away: an old `proceed` must
        not stand for what nobody here can read.
        """
        self.unreadable.discard(patient)
        try:
            if value is not None:
                self.of[patient] = self.keep(_of(patient, value))
                return True
        except NotAnAssessment:
            self.unread += 1
            self.unreadable.add(patient)
        self.of.pop(patient, None)
        return value is None


def _of(patient: str, value: bytes) -> Assessment:
    """Return the assessment of a record with that key. Raises NotAnAssessment."""
    found = decode(value)
    if found.patient != patient:
        raise NotAnAssessment("not an assessment of the patient it is keyed by")
    return found


def whole(assessment: Assessment) -> Assessment:
    """Return the assessment unchanged: the `keep` of a reader that needs all of it."""
    return assessment


class Mark(NamedTuple):
    """One item that counts 1: `what` names the gauge, `labels` its label values."""

    what: str
    labels: tuple[str, ...] = ()


class PatientCounts(NamedTuple):
    """What one patient adds to the counts; `delay_h`: hours by which the next dose is delayed."""

    marks: tuple[Mark, ...]
    delay_h: float


def counts_of(assessment: Assessment) -> PatientCounts:
    """Return what an assessment adds to the counts."""
    return PatientCounts(tuple(marks(assessment)), assessment.dose.delayed_h)


def marks(assessment: Assessment) -> Iterator[Mark]:
    """Yield every item of an assessment that counts 1, each at most once."""
    yield Mark("patients", (assessment.mode,))
    yield Mark("recommendations", (assessment.recommendation,))
    yield Mark("doses", (assessment.dose.readiness,))
    yield from verdicts(assessment)
    if assessment.dose.delayed_h > 0:
        yield Mark("delayed")
    if assessment.blood_pressure.state in TRIPPED:
        yield Mark("hypotension", (assessment.blood_pressure.state,))
    yield from {
        Mark("tripped", (row.system, row.state)): None for row in assessment.criteria if row.state in TRIPPED
    }
    yield from (Mark("overdue", (item.what,)) for item in assessment.monitoring if item.overdue)
    yield from (Mark("stop_rules", (rule,)) for rule in assessment.stop_rules)


def verdicts(assessment: Assessment) -> Iterator[Mark]:
    """Yield what each guideline pack says of the next dose: the deciding one, those beside; without, none."""
    if isinstance(assessment.verdict, str):
        yield Mark("verdicts", (pack_key(assessment.guideline), "decides", assessment.verdict))
    for one in assessment.overlays or ():
        yield Mark("verdicts", (pack_key(one.guideline), "beside", one.verdict))


def pack_key(guideline: Mapping[str, str]) -> str:
    """Return a pack by its id with its version: `dutcher-2014/1`."""
    return f"{guideline['id']}/{guideline['version']}"


GONE = PatientCounts((), 0.0)
UNREADABLE = PatientCounts((Mark("unreadable"),), 0.0)


class Census:
    """The counts over all patients who have an assessment."""

    def __init__(self) -> None:
        self.latest = Latest(counts_of)
        self.counts: Counter[Mark] = Counter()

    def apply(self, patient: bytes, value: bytes | None) -> None:
        """Apply the patient's latest assessment; None: discharged. Who is made up does not count."""
        name = patient.decode(errors="backslashreplace")
        if is_made_up(name):
            return
        before = self._counted(name)
        self.latest.apply(name, value)
        self.counts.subtract(before.marks)
        self.counts.update(self._counted(name).marks)

    def _counted(self, name: str) -> PatientCounts:
        return self.latest.of.get(name, UNREADABLE if name in self.latest.unreadable else GONE)

    def longest_delay_h(self) -> float:
        """Return by how many hours the most delayed dose is overdue; 0 when none is.

        The delay is as of the patient's latest assessment.
        """
        return max((counts.delay_h for counts in self.latest.of.values()), default=0.0)
