"""Evaluate phenylephrine by the highest rate in the dose interval (criteria.md section 3, hemodynamic)."""

from rules.chart.chart import Chart
from rules.chart.infusions import overlapping
from rules.evaluate.phenylephrine_rates import INPUTS, judged_rate, next_rate_change, rate_of
from rules.evaluate.result import Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import RateMaximumRow
from rules.wire.instants import Instant


def rate_maximum(row: RateMaximumRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the highest rate since the dose (before dose 1: since cycle-start)."""
    t = now
    if not chart.cycle.dosing(t) or chart.cycle.start is None:
        return Result(unit=row.unit, limit=row.relative.text, next=next_rate_change(chart, now))
    start = chart.cycle_doses[-1].at if chart.cycle_doses else chart.cycle.start
    inside = overlapping(chart.phenylephrine, start, t)
    result = judged_rate(row, max(inside, key=rate_of, default=None), t, chart)
    result.next = next_rate_change(chart, now)
    return result


ROW_TYPE = RowType[RateMaximumRow](evaluate=rate_maximum, inputs=lambda row: INPUTS)
