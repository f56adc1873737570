"""Read what truly happened to a patient in the form the score needs: spans of time at a level, in ms since
the epoch, without the latent course.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from simulators.truth.file import Interval, Possible

RELATIVE, ABSOLUTE = 1, 2
LEVELS = {"relative": RELATIVE, "absolute": ABSOLUTE}
NAMES = {RELATIVE: "relative", ABSOLUTE: "absolute"}


class LevelSpan(NamedTuple):
    """From `start` up to, not including, `end`, at a level.

    `distinct`: a perfect observer would have seen it; otherwise it is borderline.
    """

    start: int
    end: int
    level: int = RELATIVE
    distinct: bool = True

    def meets(self, start: int, end: int) -> bool:
        """Return whether it shares an instant with another span; a span that ends as it starts still has that
        instant.
        """
        return self.start < max(end, start + 1) and start < max(self.end, self.start + 1)


def at_least(spans: Iterable[LevelSpan], level: int) -> list[LevelSpan]:
    """Return the maximal spans at a level or worse, in order; adjacent ones are merged, distinct if one of
    them is.
    """
    found: list[LevelSpan] = []
    for one in sorted(span for span in spans if span.level >= level):
        if found and one.start <= found[-1].end:
            last = found[-1]
            found[-1] = LevelSpan(last.start, max(last.end, one.end), level, last.distinct or one.distinct)
        else:
            found.append(one._replace(level=level))
    return found


def near(spans: Sequence[LevelSpan], moment: int, within: int) -> bool:
    """Return whether one of the spans holds at some instant no further than `within` from `moment`."""
    return any(span.meets(moment - within, moment + within + 1) for span in spans)


NOTHING: Mapping[str, list[LevelSpan]] = MappingProxyType({})


class TrueCourse(NamedTuple):
    """What truly happened to one patient.

    `start`..`end`: from cycle start to discharge (or to the end of the simulation), ms: the time in which
    alerts are given. `true`, `possible`, `certain`: by criterion and `hypotension`, in order. `intensive`:
    when the mode is (criteria.md section 6), ms. `charting`: how often vital signs are charted.
    """

    patient: str
    start: int
    end: int
    true: Mapping[str, list[LevelSpan]]
    possible: Mapping[str, list[LevelSpan]]
    certain: Mapping[str, list[LevelSpan]] = NOTHING
    intensive: tuple[tuple[int, int], ...] = ()
    charting: str = "minute"


class _Truth(msgspec.Struct, frozen=True):
    """The fields read from a line of the truth file (simulators.truth.file.Truth); the others are skipped
    unread.
    """

    patient: str
    origin: datetime
    minutes: int
    cycle_start: datetime | None
    discharge: datetime | None
    criteria: dict[str, list[Interval]]
    possible: dict[str, list[Possible]]
    certain: dict[str, list[Possible]] = {}
    intensive: list[tuple[datetime, datetime]] = []
    charting: str = "minute"


def load_courses(path: str) -> Iterator[TrueCourse]:
    """Yield the courses of a truth file, gzip by its name.

    Raises OSError, and ValueError naming the line that is no truth.
    """
    decoder = msgspec.json.Decoder(_Truth)
    with gzip.open(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                truth = decoder.decode(line)
            except msgspec.MsgspecError as fault:
                raise ValueError(f"line {number}: {fault}") from None
            yield course(truth)


def course(truth: _Truth) -> TrueCourse:
    """Return one patient's course; without a cycle start there is no time in which alerts are given."""
    last = truth.origin + timedelta(minutes=truth.minutes)
    end = truth.discharge or last
    start = truth.cycle_start or end
    true = {
        code: [LevelSpan(ms(one.start), ms(one.end), LEVELS[one.level], one.distinct) for one in spans]
        for code, spans in truth.criteria.items()
    }
    return TrueCourse(
        truth.patient,
        ms(start),
        ms(end),
        true,
        level_spans(truth.possible),
        level_spans(truth.certain),
        tuple((ms(since), ms(until)) for since, until in truth.intensive),
        truth.charting,
    )


def level_spans(found: Mapping[str, list[Possible]]) -> dict[str, list[LevelSpan]]:
    """Return spans in ms, by code."""
    return {
        code: [LevelSpan(ms(one.start), ms(one.end), LEVELS[one.level]) for one in spans]
        for code, spans in found.items()
    }


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
