"""Read what truly happened to a patient, as the score needs it: stretches of time at a level, in ms since
the epoch, without the latent course.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from simulators.truth.file import Interval, Possible

RELATIVE, ABSOLUTE = 1, 2
LEVELS = {"relative": RELATIVE, "absolute": ABSOLUTE}
NAMES = {RELATIVE: "relative", ABSOLUTE: "absolute"}


class LevelSpan(NamedTuple):
    """From `start` up to, not including, `end`, at a level.

    `distinct`: a perfect observer would have seen it; else it is borderline.
    """

    start: int
    end: int
    level: int = RELATIVE
    distinct: bool = True

    def meets(self, start: int, end: int) -> bool:
        """Whether it shares a moment with another stretch; one that ends as it starts still has
        that moment.
        """
        return self.start < max(end, start + 1) and start < max(self.end, self.start + 1)


def at_least(stretches: Iterable[LevelSpan], level: int) -> list[LevelSpan]:
    """The maximal stretches at a level or worse, in order: neighbours without a gap are one, distinct if one
    of them is.
    """
    found: list[LevelSpan] = []
    for one in sorted(stretch for stretch in stretches if stretch.level >= level):
        if found and one.start <= found[-1].end:
            last = found[-1]
            found[-1] = LevelSpan(last.start, max(last.end, one.end), level, last.distinct or one.distinct)
        else:
            found.append(one._replace(level=level))
    return found


def near(stretches: Sequence[LevelSpan], moment: int, within: int) -> bool:
    """Whether one of them holds at some moment no further than `within` from `moment`."""
    return any(stretch.meets(moment - within, moment + within + 1) for stretch in stretches)


class TrueCourse(NamedTuple):
    """`start`..`end`: from cycle start to discharge (else the end of what was watched), ms: the time in which
    alerts are given.

    `true`, `possible`: by criterion and `hypotension`, in order.
    """

    patient: str
    start: int
    end: int
    true: Mapping[str, list[LevelSpan]]
    possible: Mapping[str, list[LevelSpan]]


class _Truth(msgspec.Struct, frozen=True):
    """What is read of a line of the truth file (simulators.truth.file.Truth); the rest is skipped unread."""

    patient: str
    origin: datetime
    minutes: int
    cycle_start: datetime | None
    discharge: datetime | None
    criteria: dict[str, list[Interval]]
    possible: dict[str, list[Possible]]


def load_courses(path: str) -> Iterator[TrueCourse]:
    """The courses of a truth file, gzip by its name.

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
    """A patient whose cycle never started has no time in which alerts are given."""
    last = truth.origin + timedelta(minutes=truth.minutes)
    end = truth.discharge or last
    start = truth.cycle_start or end
    true = {
        code: [LevelSpan(ms(one.start), ms(one.end), LEVELS[one.level], one.distinct) for one in spans]
        for code, spans in truth.criteria.items()
    }
    possible = {
        code: [LevelSpan(ms(one.start), ms(one.end), LEVELS[one.level]) for one in spans]
        for code, spans in truth.possible.items()
    }
    return TrueCourse(truth.patient, ms(start), ms(end), true, possible)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
