"""Evaluate a value, or all that a result with a comparator stands for, against the band of a row.

And the latest of a run of results (criteria.md 3.2 and 8).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from rules.chart.facts import Lab
from rules.chart.volumes import SHIFT, Shift
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, TRIPPED, Result, aged
from rules.guideline.declarations import Limit
from rules.wire.instants import Instant

SEVERITY = {CLEAR: 0, RELATIVE: 1, ABSOLUTE: 2}


def band(value: float, relative: Limit | None, absolute: Limit | None) -> str:
    """Return the state of a value: absolute, relative or clear."""
    if absolute is not None and absolute.met(value):
        return ABSOLUTE
    return RELATIVE if relative is not None and relative.met(value) else CLEAR


class Compared(NamedTuple):
    """A value with its comparator, if it has one."""

    value: float
    comparator: str | None


def band_of(lab: Lab | Compared, relative: Limit | None, absolute: Limit | None) -> str | None:
    """Return the state of a result: of all values it stands for, the least if all are tripped.

    None: some of them are clear and some are not.
    """
    if lab.comparator is None:
        return band(lab.value, relative, absolute)
    edges = [limit.value for limit in (relative, absolute) if limit is not None]
    states = {band(value, relative, absolute) for value in _allowed(lab.value, lab.comparator, edges)}
    if CLEAR in states and len(states) > 1:
        return None
    return min(states, key=SEVERITY.__getitem__)


def _allowed(value: float, comparator: str, edges: Sequence[float]) -> list[float]:
    """Return a value of each kind that a comparator allows: the edges, and one between any two of them."""
    points = sorted({value, *edges})
    between = [(a + b) / 2 for a, b in pairwise(points)]
    allowed = Limit(comparator, value)
    return [one for one in (points[0] - 1, *points, *between, points[-1] + 1) if allowed.met(one)]


def scaled(limit: Limit, shift: Shift) -> Limit:
    """Return a limit of a shift of 8 h for one of another length."""
    return Limit(limit.op, round(limit.value * (shift[1] - shift[0]) / SHIFT, 4))


def limit_text(state: str, relative: Limit | None, absolute: Limit | None) -> str | None:
    """Return the limit that decided; for a clear state the nearest one."""
    chosen = absolute if state == ABSOLUTE or relative is None else relative
    return chosen.text if chosen is not None else None


def as_charted(lab: Lab) -> float | str:
    """Return a result's value; with its comparator it is a word: `<10`."""
    return lab.value if lab.comparator is None else f"{lab.comparator}{lab.value:g}"


class Course(msgspec.Struct):
    """What the results of a row lead to, in order of `at`.

    `last`: the latest one; `known`: the latest whose band can be told, with its `state`; `begun`: the `at` of
    the first of its unbroken run in that band; `broken`: whether what came after it ends a clear run.
    """

    last: Lab | None = None
    known: Lab | None = None
    state: str = CLEAR
    begun: int = 0
    broken: bool = False

    def add(
        self, fact: Lab, relative: Limit | None, absolute: Limit | None, unread: Sequence[int] = ()
    ) -> None:
        """Add the next result. `unread`: the moments of those that could not be read.

        What cannot be told, or was not read, ends a clear run and keeps a tripped one.
        """
        state, before, self.last = band_of(fact, relative, absolute), self.last, fact
        if self.state == CLEAR and before is not None:
            self.broken |= state is None or any(before.at < moment <= fact.at for moment in unread)
        if state is None:
            return
        if self.known is None or state != self.state or self.broken:
            self.begun = fact.at
        self.known, self.state, self.broken = fact, state, False


def latest(
    course: Course,
    relative: Limit | None,
    absolute: Limit | None,
    stale_at: int,
    now: Instant,
    missing: str,
    unit: str | None,
) -> Result:
    """Return the result by the last of the results in a course, which has one.

    `at` is that of the first of its unbroken run in the same band. One that may or may not be tripped keeps
    the row as the results before it left it, stale, if that was tripped.
    """
    last, fact, state = course.last, course.known, course.state
    assert last is not None
    unclear = () if fact is last else (f"{missing}.range",)
    if fact is None or (unclear and state not in TRIPPED):
        return _untold(last, unit, unclear)
    result = Result(
        state,
        at=course.begun,
        latest=last.at,
        value=fact.value,
        comparator=fact.comparator,
        charted=fact.charted,
        unit=unit,
        limit=limit_text(state, relative, absolute),
        evidence=(fact.reference,),
    )
    if unclear:
        result.stale, result.missing = True, unclear
        return result
    return aged(result, stale_at, now, (missing,))


def _untold(fact: Lab, unit: str | None, missing: tuple[str, ...]) -> Result:
    return Result(
        INDETERMINATE,
        at=fact.at,
        latest=fact.at,
        value=fact.value,
        comparator=fact.comparator,
        charted=fact.charted,
        unit=unit,
        missing=missing,
        evidence=(fact.reference,),
    )


def unread(result: Result, code: str) -> Result:
    """Return the result when a newer one could not be read: kept, stale, if tripped, else indeterminate."""
    others = (one for one in result.missing if one.partition(".")[0] != code)
    result.stale, result.missing = result.state in TRIPPED, (*others, f"{code}.unreadable")
    if not result.stale:
        result.state, result.limit = INDETERMINATE, None
    return result
