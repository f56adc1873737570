"""Evaluate a heart rate as `excused_rate` does, by lower conditions of the row's own."""

from rules.chart.chart import Chart
from rules.chart.held import Latch
from rules.chart.series import HeartRate
from rules.chart.vital_sign_limits import rate_key
from rules.evaluate.result import Memory, Result
from rules.evaluate.row_type import RowType
from rules.evaluate.rows import excused_rate
from rules.guideline.declarations import SustainedRateRow
from rules.wire.instants import Instant


def sustained_rate(row: SustainedRateRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result; the causes that excuse a rate are those of the row it is a variant of."""
    hr, rates = chart.tail.now.hr, chart.tail.now.rates
    fast, very_fast, unexcused = (
        rates.get(rate_key(condition), Latch()) for condition in (row.relative, row.absolute, row.unexcused)
    )
    own = HeartRate(hr.last, hr.latest_counted, fast, very_fast, unexcused)
    return excused_rate.judged(row, chart, now, before, own)


ROW_TYPE = RowType[SustainedRateRow](evaluate=sustained_rate, inputs=excused_rate.ROW_TYPE.inputs)
