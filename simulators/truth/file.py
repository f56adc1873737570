"""Read and write the truth file: JSON Lines (gzip when the name ends in `.gz`), one patient a line; the score
compares alerts with it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

import msgspec

from simulators.charting.records import beside
from simulators.charting.writer import Vitals

Level = Literal["relative", "absolute"]


class Interval(msgspec.Struct, array_like=True, frozen=True):
    """From `start` up to, not including, `end` the criterion truly held, at this level.

    `distinct`: while it lasted the limit was exceeded by more than the measurement's noise for longer than
    the slowest routine observation, so that a perfect observer would have seen it. The others are borderline:
    they are counted, but separately.
    """

    start: datetime
    end: datetime
    level: Level
    distinct: bool


class Possible(msgspec.Struct, array_like=True, frozen=True):
    """The criterion would have held at this level or worse, had every measurement erred by its noise: towards
    the limit (`Truth.possible`), or away from it (`Truth.certain`).

    An alert where it was possible but outside the true intervals is borderline, not false. An observation
    where it was certain shows it, whatever the noise.
    """

    start: datetime
    end: datetime
    level: Level


class DoseTruth(msgspec.Struct, frozen=True):
    """A dose given, or held at its time."""

    at: datetime
    given: bool


class Track(msgspec.Struct, frozen=True):
    """The latent course, thinned: the value at the end of every `every_min`th minute, by wire code, canonical
    units.
    """

    every_min: int
    codes: dict[str, list[float]]


class Truth(msgspec.Struct, frozen=True):
    """What truly happened to one patient in the `minutes` from `origin`.

    `criteria`, `possible` and `certain` are by code of criteria.md section 3 and `hypotension` (section 5);
    only codes that occurred are keys. A criterion is left out while it is accepted (section 3.5). `charting`:
    how often vital signs are charted. `intensive`: when the mode is (section 6). `uncharted`: when nothing
    was charted. `margins`: the noise allowed for each measurement: in its unit, and as a share of the value.
    `routine_min`: the longest routine interval between observations of each criterion, in minutes: an
    observation later than that after its start need not see it.
    """

    patient: str
    scenario: str
    charting: Vitals
    origin: datetime
    minutes: int
    cycle_start: datetime | None
    therapy_end: datetime | None
    discharge: datetime | None
    doses: list[DoseTruth]
    criteria: dict[str, list[Interval]]
    possible: dict[str, list[Possible]]
    certain: dict[str, list[Possible]]
    intensive: list[tuple[datetime, datetime]]
    uncharted: list[tuple[datetime, datetime]]
    margins: dict[str, tuple[float, float]]
    routine_min: dict[str, int]
    latent: Track


def write(path: Path, truths: Iterable[Truth]) -> None:
    """Write one line a patient; the same truths give the same bytes, gzipped too."""
    encoder = msgspec.json.Encoder()
    write_lines(path, (encoder.encode(truth) + b"\n" for truth in truths))


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write truths that are lines already."""
    with _sink(path) as sink:
        for line in lines:
            sink.write(line)


def load_truth(path: Path) -> Iterator[Truth]:
    """Yield the patients of a truth file, one by one.

    Raises msgspec.ValidationError or DecodeError on a line that is not one.
    """
    decoder = msgspec.json.Decoder(Truth)
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            yield decoder.decode(line)


@contextmanager
def _sink(path: Path) -> Iterator[IO[bytes] | Any]:
    with beside(path) as plain:
        if path.suffix != ".gz":
            yield plain
            return
        # No name and no time in the gzip header: with them the same truth would give other bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=plain, compresslevel=3, mtime=0) as packed:
            yield packed
