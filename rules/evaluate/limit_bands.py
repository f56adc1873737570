"""Evaluate a value, or all that a result with a comparator stands for, against the band of a row.

And the latest of a run of results (criteria.md 3.2 and 8).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

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


def latest(
    facts: Sequence[Lab],
    relative: Limit | None,
    absolute: Limit | None,
    stale_at: int,
    now: Instant,
    missing: str,
    unit: str | None,
    unread: Sequence[int] = (),
) -> Result:
    """Return the result by the last of the facts.

    `at` is that of the first fact of its unbroken run in the same band (`unread`: the moments of those that
    could not be read). One that may or may not be tripped keeps the row as the facts before it
    left it, stale, if that was tripped.
    """
    states = [band_of(fact, relative, absolute) for fact in facts]
    known = next((i for i in range(len(facts) - 1, -1, -1) if states[i] is not None), None)
    unclear = None if known == len(facts) - 1 else (f"{missing}.range",)
    if known is None or (unclear and states[known] not in TRIPPED):
        return _untold(facts[-1], unit, unclear or ())
    state, fact = states[known] or CLEAR, facts[known]
    result = Result(
        state,
        at=_run_start(facts, states, known, unread),
        latest=facts[-1].at,
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


def _run_start(facts: Sequence[Lab], states: Sequence[str | None], last: int, unread: Sequence[int]) -> int:
    """Return the `at` of the first fact of the unbroken run in the state of the fact `last`.

    What cannot be told, or was not read, ends a clear run and keeps a tripped one.
    """
    start = last
    for i in range(last - 1, -1, -1):
        if states[i] is None and states[last] in TRIPPED:
            continue
        gap = states[last] == CLEAR and any(facts[i].at < moment <= facts[i + 1].at for moment in unread)
        if states[i] != states[last] or gap:
            break
        start = i
    return facts[start].at
