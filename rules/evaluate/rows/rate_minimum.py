"""Evaluate phenylephrine by the lowest rate at the time of dosing (criteria.md section 3, hemodynamic)."""

from rules.chart.chart import Chart
from rules.chart.infusions import overlapping, segment_at
from rules.evaluate.phenylephrine_rates import INPUTS, judged_rate, next_rate_change, rate_of, unless_hidden
from rules.evaluate.result import INDETERMINATE, Memory, Result, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import RateMinimumRow
from rules.wire.instants import Instant


def rate_minimum(row: RateMinimumRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the lowest rate in force in the half hour up to the clock.

    It is decided from 8 h after the dose until the next one.
    """
    t = now
    clear = Result(unit=row.unit, limit=row.relative.text, next=next_rate_change(chart, now))
    if not chart.cycle.dosing(t):
        return clear
    due = chart.cycle_doses[-1].at + row.after if chart.cycle_doses else None
    if due is None or now < due:
        clear.evaluates_at, clear.next = due, soonest(now, clear.next, None if due is None else due)
        return unless_hidden(clear, segment_at(chart.phenylephrine, t))
    inside = overlapping(chart.phenylephrine, t - row.window, t)
    segments = [segment for segment in inside if segment.rate is not None]
    none_yet = not chart.phenylephrine or chart.phenylephrine[0].at > t - row.window
    lowest = None if none_yet else min(segments, key=rate_of, default=None)
    result = judged_rate(row, lowest, t, chart)
    result.next = soonest(now, next_rate_change(chart, now), _leaves(chart, now, row.window))
    if result.at is None and before.state not in (result.state, INDETERMINATE):
        result.latest = due
    return result


def _leaves(chart: Chart, now: Instant, window: int) -> Instant | None:
    """Return when the oldest rate of the window leaves it."""
    starts = [segment.at for segment in chart.phenylephrine]
    return soonest(now, *(start + window for start in starts))


ROW_TYPE = RowType[RateMinimumRow](evaluate=rate_minimum, inputs=lambda row: INPUTS)
