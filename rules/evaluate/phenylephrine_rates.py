"""Evaluate a rate of phenylephrine (criteria.md section 3, hemodynamic)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.infusions import Segment, segment_at
from rules.evaluate.limit_bands import band, limit_text
from rules.evaluate.result import INDETERMINATE, TRIPPED, Result, soonest
from rules.guideline.declarations import RateMaximumRow, RateMinimumRow
from rules.wire.instants import Instant

REQUIRED = ("weight",)
INPUTS = (
    dirty_flags.INFUSIONS
    | dirty_flags.DOSES
    | dirty_flags.WEIGHT
    | dirty_flags.BASELINE
    | dirty_flags.ENCOUNTER
)
AnyRateRow = RateMaximumRow | RateMinimumRow


def next_rate_change(chart: Chart, now: Instant) -> Instant | None:
    """Return the next instant at which a charted rate comes into force or the therapy ends."""
    ahead = [segment.at for segment in chart.phenylephrine if segment.at > now]
    end = chart.cycle.end
    return soonest(now, None if end is None else end, *ahead[:1])


def rate_of(segment: Segment) -> float:
    """Return a segment's rate as a sort key: an unknown rate comes below every other."""
    return -1.0 if segment.rate is None else segment.rate


def judged_rate(row: AnyRateRow, decisive: Segment | None, t: int, chart: Chart) -> Result:
    """Return the result for the decisive segment of a window; None: nothing ran.

    If the rate at `t` is unknown, a tripped state is kept, stale, and a clear one is indeterminate.
    """
    value = decisive.rate if decisive is not None and decisive.rate is not None else 0.0
    state = band(value, row.relative, row.absolute)
    evidence = decisive.evidence if decisive is not None else ()
    result = Result(
        state,
        value=value,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=evidence,
    )
    return unless_hidden(result, segment_at(chart.phenylephrine, t))


def unless_hidden(result: Result, current: Segment | None) -> Result:
    """Return the result; kept stale, or indeterminate, if the current rate is unknown."""
    if current is not None and current.rate is None:
        result.missing = REQUIRED
        result.stale = result.state in TRIPPED
        if not result.stale:
            result.state, result.value, result.evidence = INDETERMINATE, None, current.evidence
    return result
