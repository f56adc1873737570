"""Share a large file out by patient over processes or a cluster: `--jobs`, `--scheduler`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from streams.cli import event_files, options
from streams.errors import UsageError
from streams.service.event_file import decoded, summary, warn
from streams.service.files import Line, filling, lines, size, watched, write, write_lines
from streams.service.lifecycle import until_ended
from streams.times import ZONE

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from rules.wire.alerts import AlertRecord
    from rules.wire.assessments import Assessment
    from streams.shards.pool import Pool
    from streams.shards.spill import Shards
    from streams.shards.ward import WardFold

FEW, SMALL = 20_000, 16 << 20
"""A file of at most so many lines and bytes is folded here at once: to start processes takes longer."""
MOST_JOBS = 512


def add_options(command: options.Parser) -> None:
    """Add the options that say who works."""
    add_jobs(command, f"up to {FEW:,} records are folded in one")
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="share the patients over a Dask cluster, like tcp://10.0.0.5:8786",
    )


def add_jobs(command: options.Parser, few: str) -> None:
    """Add `--jobs`; `few`: what is so little that one process does it."""
    command.add_argument(
        "--jobs",
        metavar="N",
        type=jobs,
        default=None,
        help="processes that share the patients; default: all cores. The output is the same with any number; "
        f"{few}",
    )


def jobs(text: str) -> int:
    """Return `--jobs`. Raises ArgumentTypeError."""
    return options.whole(text, 1, MOST_JOBS, "number of processes")


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Wanted(NamedTuple):
    """What is asked of a fold: up to when (ms; None: the log's last instant), and whether to assess.

    `gaps`: jumps of more than 31 days are meant.
    """

    until: int | None = None
    gaps: bool = False
    assessed: bool = False


class Shared(NamedTuple):
    """A file that was split by patient, and who works on it."""

    shards: Shards
    pool: Pool


Passing = Callable[[Iterable[Line]], Iterable[Line]]
Whose = Callable[[bytes], str | None]


@contextmanager
def source(
    chosen: argparse.Namespace, passing: Passing | None = None, whose: Whose | None = None
) -> Iterator[list[Line] | Shared]:
    """Read the file that the arguments name: the lines of a small one, or its shards on disk.

    `passing`: returns those of a large file's lines that come into a shard; None: all of them. `whose`:
    returns the patient of a line; None: the lines are events.

    Raises UsageError when it cannot be read, or nobody can work on it.
    """
    if chosen.jobs is not None and chosen.scheduler is not None:
        raise UsageError("give --jobs or --scheduler, not both")
    found = iter(watched(lines(chosen.file), chosen.file))
    head = beginning(found)
    after = next(found, None)
    if after is None and chosen.scheduler is None:
        yield sorted(head, key=attrgetter("number"))  # a folder's files are in order of its patients
        return
    from streams.shards.fold import patient_of
    from streams.shards.pool import pool
    from streams.shards.spill import Shards, shards_for

    number = shards_for(size(chosen.file), chosen.file.endswith(".gz") or os.path.isdir(chosen.file))
    with (
        until_ended(),
        pool(chosen.jobs or cores(), chosen.scheduler) as workers,
        TemporaryDirectory(prefix="il2watch-shards-") as folder,
    ):
        shards = Shards(Path(folder), number, whose or patient_of)
        every = chain(head, [] if after is None else [after], found)
        shards.add(every if passing is None else passing(every))
        yield Shared(shards, workers)


def beginning(found: Iterator[Line]) -> list[Line]:
    """Return the first lines, at most `FEW` of them and a little more than `SMALL` bytes."""
    head: list[Line] = []
    held = 0
    while len(head) < FEW and held < SMALL and (line := next(found, None)) is not None:
        head.append(line)
        held += len(line.data or b"")
    return head


class Whole:
    """A file folded at once."""

    def __init__(self, course: event_files.Course) -> None:
        self.course = course
        self.path, self.refused = course.log.path, course.log.refused
        self.noted = course.log.noted + course.folded.noted

    def alerts(self) -> list[AlertRecord]:
        """Return the alerts, in order of decision, then patient."""
        return self.course.folded.alerts

    def assessments(self) -> list[Assessment]:
        """Return the assessments, in order of patient."""
        return event_files.assessments(self.course.folded)

    def write_alerts(self) -> None:
        """Print the alerts as JSON Lines."""
        write(self.alerts())

    def write_assessments(self) -> None:
        """Print the assessments as JSON Lines."""
        write(self.assessments())


class InShards:
    """A file folded shard by shard; alerts and assessments are streams."""

    def __init__(self, ward: WardFold) -> None:
        self.ward, self.path = ward, ward.path
        self.noted = ward.report()
        self.refused = ward.log.refused

    def alerts(self) -> Iterator[AlertRecord]:
        """Yield the alerts, in order of decision, then patient."""
        from rules.wire.alerts import decode

        return map(decode, self.ward.alerts)

    def assessments(self) -> Iterator[Assessment]:
        """Yield the assessments, in order of patient."""
        import msgspec

        from rules.wire.assessments import Assessment

        return map(msgspec.json.Decoder(Assessment).decode, self.ward.assessments)

    def write_alerts(self) -> None:
        """Print the alerts as JSON Lines."""
        write_lines(self.ward.alerts)

    def write_assessments(self) -> None:
        """Print the assessments as JSON Lines."""
        write_lines(self.ward.assessments)


def fold(path: str, found: list[Line] | Shared, guideline: Guideline, wanted: Wanted) -> Whole | InShards:
    """Fold a file under a guideline; report what it refuses."""
    if isinstance(found, list):
        log = decoded(path, found, guideline.choices.ahead)
        return Whole(event_files.folded(log, guideline, wanted.until, wanted.gaps))
    from streams.shards.ward import WardFold

    ZONE.set(guideline.shifts.timezone)
    ward = WardFold(path, found.shards, found.pool, guideline, *wanted)
    with filling() as watch:
        ward.fold(watch)
    return InShards(ward)


def close(folded: Whole | InShards, strict: bool) -> int:
    """Report how many were refused, and what was kept but not used; return the exit code."""
    line = summary(folded.refused, folded.noted)
    if line:
        warn(f"il2watch: {folded.path}: {line}")
    return 1 if strict and folded.refused else 0
