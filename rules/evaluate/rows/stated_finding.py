"""Evaluate a charted state that other findings say too, and that counts only once it has lasted."""

from rules.chart.chart import Chart
from rules.chart.stated import flags_of
from rules.evaluate.result import Memory, Result
from rules.evaluate.row_type import RowType
from rules.evaluate.rows.persistent_finding import lasting
from rules.guideline.declarations import StatedFindingRow
from rules.wire.instants import Instant


def stated_finding(row: StatedFindingRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result; each of the other findings says the row's value while it is present."""
    return lasting(row, chart, now, row.also)


ROW_TYPE = RowType[StatedFindingRow](
    evaluate=stated_finding, inputs=lambda row: flags_of((row.finding, *row.also))
)
