"""What truly happened to a patient, as the score needs it: the truth file without its latent course."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from simulators.score.stretches import LEVELS, Stretch
from simulators.truth.file import Interval, Possible


class Course(NamedTuple):
    """`start`..`end`: from cycle start to discharge (else the end of what was watched), ms: the time in which alerts are given.

    `true`, `possible`: by criterion and `hypotension`, in order.
    """

    patient: str
    start: int
    end: int
    true: Mapping[str, list[Stretch]]
    possible: Mapping[str, list[Stretch]]


class _Truth(msgspec.Struct, frozen=True):
    """What is read of a line of the truth file (simulators.truth.file.Truth); the rest is skipped unread."""

    patient: str
    origin: datetime
    minutes: int
    cycle_start: datetime | None
    discharge: datetime | None
    criteria: dict[str, list[Interval]]
    possible: dict[str, list[Possible]]


def read(path: str) -> Iterator[Course]:
    """The courses of a truth file, gzip by its name. Raises OSError, and ValueError naming the line that is no truth."""
    decoder = msgspec.json.Decoder(_Truth)
    with gzip.open(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                truth = decoder.decode(line)
            except msgspec.MsgspecError as fault:
                raise ValueError(f"line {number}: {fault}") from None
            yield course(truth)


def course(truth: _Truth) -> Course:
    """A patient whose cycle never started has no time in which alerts are given."""
    last = truth.origin + timedelta(minutes=truth.minutes)
    end = truth.discharge or last
    start = truth.cycle_start or end
    true = {code: [Stretch(ms(one.start), ms(one.end), LEVELS[one.level], one.distinct) for one in spans] for code, spans in truth.criteria.items()}
    possible = {code: [Stretch(ms(one.start), ms(one.end), LEVELS[one.level]) for one in spans] for code, spans in truth.possible.items()}
    return Course(truth.patient, ms(start), ms(end), true, possible)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
