"""Read, fold and write files of events, and report what was refused: the common part of offline commands.

A file is written whole or not at all.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from streams.cli import options
from streams.errors import UsageError
from streams.service.event_file import Log, load, refuse, summary, warn
from streams.service.exit_codes import FINDINGS
from streams.times import ZONE, instant

if TYPE_CHECKING:
    from rules.decide.engine import Outcome
    from rules.guideline import Guideline
    from rules.wire.alerts import AlertRecord
    from rules.wire.assessments import Assessment
    from rules.wire.events import Event
    from streams.cli.options import Parser


SINK = "simulators.charting.records:sink"
"""Imported by name when called, as all of `simulators` is. It writes gzip by the file's name, and the same
bytes each time.
"""
STDOUT = "-"
FORMS = "JSON Lines; *.gz is compressed, *.parquet a folder of Parquet partitioned by patient"


def option(command: Parser) -> None:
    """Add `-o`, the file for the events."""
    command.add_argument(
        "-o",
        dest="into",
        metavar="FILE",
        default=STDOUT,
        help=f"where the events go, {FORMS}; default: standard output",
    )


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file for writing; it appears under its name when all was written.

    Raises UsageError when its folder does not exist, OSError when it cannot be written.
    """
    from streams.shards import parquet

    with ExitStack() as stack:
        try:
            into = stack.enter_context((parquet.folder if parquet.is_folder(path) else sink())(path))
        except FileNotFoundError:
            raise UsageError(f"{path}: no folder {Path(path).parent}; make it first") from None
        yield into


def write_any(path: str, lines: Iterable[bytes]) -> bool:
    """Write lines to a file, and return whether there was any; where there is none, an older file stays.

    Raises as `opened`, and whatever reading the lines raises.
    """
    found = iter(lines)
    first = next(found, None)
    if first is None:
        return False
    with opened(path) as into:
        into.write(first)
        into.writelines(found)
    return True


def nothing_read(paths: Iterable[str], what: str) -> int:
    """Say that an import read nothing, and return the exit code: an empty file would look like success."""
    warn(f"il2watch: {', '.join(paths)}: nothing was read: no {what} gave an event")
    return FINDINGS


def sink() -> Any:
    """Return what opens a file for a feed, as `with sink()(path) as into`."""
    module, name = SINK.split(":")
    return getattr(import_module(module), name)


FEW = 5


class Course(NamedTuple):
    """A file folded up to `--at`, else to the file's last instant."""

    log: Log
    guideline: Guideline
    folded: Folded

    @property
    def clock(self) -> int:
        """The instant up to which the file is folded, ms."""
        return self.folded.clock

    @property
    def patients(self) -> list[str]:
        """Every patient that a record names, in order of id; `*` means all patients and is left out."""
        return sorted({event.patient for event in self.log.events if event.known <= self.clock} - {"*"})

    def alerts_of(self, patient: str) -> list[AlertRecord]:
        """Return the alerts of a patient, in order of decision."""
        return [alert for alert in self.folded.alerts if alert.patient == patient]

    def events_of(self, patient: str) -> list[Any]:
        """Return what was known of a patient at the clock, in order of `known`."""
        return [event for event in self.log.events if event.patient == patient and event.known <= self.clock]

    def assessment_of(self, patient: str) -> Assessment | None:
        """Return the patient's assessment at the clock; None once discharged."""
        return next((found for found in assessments(self.folded) if found.patient == patient), None)


def fold(arguments: argparse.Namespace) -> Course:
    """Read and fold the file that the arguments name.

    Raises UsageError for a file or configuration that cannot be used.
    """
    guideline = options.guideline_of(arguments)
    gaps = getattr(arguments, "gaps", False)
    return folded(load(arguments.file, guideline.choices.ahead), guideline, arguments.at, gaps)


def folded(log: Log, guideline: Guideline, at: int | None, gaps: bool = False) -> Course:
    """Fold a log; a record that only the chart could refuse is reported with its line, like every refusal."""
    from rules.wire.refusals import WHEN_FOLDED

    ZONE.set(guideline.shifts.timezone)
    course = Course(log, guideline, fold_events(log.events, guideline, at, gaps))
    for event, reason in course.folded.refused:
        refuse(log, event.offset, reason, WHEN_FOLDED[reason])
    return course


def the_patient(course: Course, named: str | None) -> str:
    """Return the patient that is meant: the one named, else the only one.

    Raises UsageError, naming some patients of the file, when it is not clear or the patient is not there.
    """
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
    """Report what was refused, and what was kept but not used; return the exit code."""
    line = summary(course.log.refused, course.log.noted + course.folded.noted)
    if line:
        warn(f"il2watch: {course.log.path}: {line}")
    return 1 if strict and course.log.refused else 0


class Folded(NamedTuple):
    """The result of a fold: alert transitions in order of decision, then patient; refused events; counts.

    `noted`: by reason, what was kept and not used. `clock`: ms.
    """

    alerts: list[AlertRecord]
    refused: list[tuple[Event, str]]
    noted: Counter[str]
    clock: int
    outcome: Outcome


def fold_events(
    events: Iterable[Event], guide: Guideline, until: int | None = None, gaps: bool = False
) -> Folded:
    """Fold events in order of `known`; `gaps`: jumps of more than 31 days are meant.

    `until`: take only what was known at that instant (ms), and advance every patient's clock to it.
    """
    from rules.decide.engine import fold as folding
    from rules.wire.alerts import record

    outcome = folding(events, guide, until, gaps)
    noted = Counter({reason: number for reason, number in outcome.counts.items() if ":" not in reason})
    clocks = [patient.now for patient in outcome.patients.values()]
    clock = max(clocks, default=0) if until is None else until
    return Folded([record(alert) for alert in outcome.alerts], outcome.refused, noted, clock, outcome)


def assessments(folded: Folded) -> list[Assessment]:
    """Return an assessment a patient at the fold's clock, in order of id; none for the discharged."""
    from rules.decide.engine import assessments as assessing

    return assessing(folded.outcome)


def decision(alert: AlertRecord) -> tuple[int, str]:
    """Return an alert's sort key in a file: the instant it was decided (ms), then its patient."""
    return instant(alert.decided), alert.patient
