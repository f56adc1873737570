"""Evaluate a value against the band of a row, and the latest of a run of values."""

from collections.abc import Callable, Sequence

from rules.chart.facts import Lab
from rules.evaluate.result import ABSOLUTE, CLEAR, RELATIVE, Result, aged
from rules.guideline.declarations import Limit
from rules.wire.instants import Instant


def band(value: float, relative: Limit | None, absolute: Limit | None) -> str:
    """Return the state of a value: absolute, relative or clear."""
    if absolute is not None and absolute.met(value):
        return ABSOLUTE
    return RELATIVE if relative is not None and relative.met(value) else CLEAR


def limit_text(state: str, relative: Limit | None, absolute: Limit | None) -> str | None:
    """Return the limit that decided; for a clear state the nearest one."""
    chosen = absolute if state == ABSOLUTE or relative is None else relative
    return chosen.text if chosen is not None else None


def latest(
    facts: Sequence[Lab],
    value: Callable[[Lab], float],
    relative: Limit | None,
    absolute: Limit | None,
    stale_at: int,
    now: Instant,
    missing: str,
    unit: str | None,
) -> Result:
    """Return the result by the last of the facts.

    `at` is that of the first fact of its unbroken run in the same band.
    """
    last = facts[-1]
    state = band(value(last), relative, absolute)
    result = Result(
        state,
        at=run_start(facts, lambda fact: band(value(fact), relative, absolute)),
        latest=last.at,
        value=value(last),
        unit=unit,
        limit=limit_text(state, relative, absolute),
        evidence=(last.reference,),
    )
    return aged(result, stale_at, now, (missing,))


def run_start(facts: Sequence[Lab], state: Callable[[Lab], str]) -> int:
    """Return the `at` of the first fact of the unbroken run in the last fact's state."""
    last = state(facts[-1])
    i = len(facts) - 1
    while i and state(facts[i - 1]) == last:
        i -= 1
    return facts[i].at
