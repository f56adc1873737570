"""What every offline command does first: read the configuration and the file, fold it, and say at the end what was refused."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NamedTuple

from streams import engine
from streams.errors import UsageError
from streams.load import Log, load, refuse, summary, tell

if TYPE_CHECKING:
    from rules.guideline import Guideline

FEW = 5
NEEDS_WEIGHT = "this rate needs the patient's weight, and none is known; chart a weight or a baseline, or the rate per kg"


class Course(NamedTuple):
    """A file folded up to `--at`, else to the file's last instant."""

    log: Log
    guideline: Guideline
    folded: engine.Folded

    @property
    def clock(self) -> int:
        return self.folded.clock

    @property
    def patients(self) -> list[str]:
        """Every patient that a record names; `*` is everybody, not somebody."""
        return sorted({event.patient for event in self.log.events if event.known <= self.clock} - {"*"})

    def alerts_of(self, patient: str) -> list[dict[str, Any]]:
        return [alert for alert in self.folded.alerts if alert["patient"] == patient]

    def events_of(self, patient: str) -> list[Any]:
        """What was known of a patient at the clock, in order of `known`."""
        return [event for event in self.log.events if event.patient == patient and event.known <= self.clock]

    def assessment_of(self, patient: str) -> dict[str, Any] | None:
        """Where the patient stands; None once discharged."""
        return next((found for found in engine.assessments(self.folded) if found["patient"] == patient), None)


def fold(arguments: argparse.Namespace) -> Course:
    """Reads and folds what the arguments name. Raises UsageError for a file or configuration that cannot be used."""
    guideline = engine.guideline(arguments.config)
    return folded(load(arguments.file, guideline.choices.ahead), guideline, arguments.at)


def folded(log: Log, guideline: Guideline, at: int | None) -> Course:
    """Folds a log; what only the chart could refuse is told with its line, like all the rest."""
    made = Course(log, guideline, engine.fold(log.events, guideline, at))
    for event, reason in made.folded.refused:
        refuse(log, event.offset, reason, NEEDS_WEIGHT)
    return made


def the_patient(course: Course, named: str | None) -> str:
    """The patient that is meant. Raises UsageError, naming some that are there, when it is not clear or not in the file."""
    known = course.patients
    if named in known:
        return str(named)
    some = ", ".join(known[:FEW]) + (f" and {len(known) - FEW} more" if len(known) > FEW else "")
    if not known:
        raise UsageError(f"{course.log.path}: holds no patient")
    if named is None and len(known) == 1:
        return known[0]
    if named is None:
        raise UsageError(f"{course.log.path}: holds {len(known)} patients; name one with --patient: {some}")
    raise UsageError(f"{course.log.path}: no patient {named!r}; there are {some}")


def close(course: Course, strict: bool) -> int:
    """Says what was refused and what was kept but not used; the exit code."""
    said = summary(course.log.refused, course.log.noted + course.folded.noted)
    if said:
        tell(f"il2watch: {course.log.path}: {said}")
    return 1 if strict and course.log.refused else 0
