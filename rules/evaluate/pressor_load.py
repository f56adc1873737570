"""Evaluate the pressor load (criteria.md 3.3)."""

from bisect import bisect_right

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT
from rules.chart.pressor_loads import Load, load_at
from rules.evaluate.limit_bands import band, limit_text
from rules.evaluate.result import INDETERMINATE, TRIPPED, Result, soonest
from rules.guideline.declarations import PressorMaximumRow, PressorMinimumRow
from rules.wire.instants import Instant

INPUTS = (
    dirty_flags.INFUSIONS
    | dirty_flags.DOSES
    | dirty_flags.WEIGHT
    | dirty_flags.BASELINE
    | dirty_flags.ENCOUNTER
)
AnyPressorRow = PressorMaximumRow | PressorMinimumRow


def next_change(chart: Chart, now: Instant, window: int) -> Instant | None:
    """Return the next instant at which a load comes into force or leaves the window, or the therapy ends."""
    loads = chart.loads
    if not loads:
        return soonest(now, chart.cycle.end)
    inside, ahead = bisect_right(loads, now - window, key=AT), bisect_right(loads, now, key=AT)
    leaves = loads[inside].at + window if inside < len(loads) else None
    comes = loads[ahead].at if ahead < len(loads) else None
    return soonest(now, chart.cycle.end, leaves, comes)


def judged(row: AnyPressorRow, decisive: Load | None) -> Result:
    """Return the result for the decisive load of a window; None: nothing ran."""
    value = 0.0 if decisive is None else decisive.load
    state = band(value, row.relative, row.absolute)
    return Result(
        state,
        value=value,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=() if decisive is None else decisive.evidence,
    )


def blind(chart: Chart, now: Instant, result: Result) -> Result:
    """Return the result while a running pressor cannot be counted.

    What is tripped by what can be read is kept, stale; the rest is indeterminate.
    """
    current = load_at(chart.loads, now)
    assert current is not None
    result.missing, result.stale = current.missing, result.state in TRIPPED
    if not result.stale:
        result.state, result.value, result.evidence = INDETERMINATE, None, current.evidence
    return result
