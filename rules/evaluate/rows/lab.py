"""Evaluate a lab by its latest value (criteria.md 3.2, labs)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import Lab
from rules.chart.unreadable import newest_is_unreadable
from rules.evaluate.limit_bands import latest, unread
from rules.evaluate.result import INDETERMINATE, Memory, Result, counted
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import LabRow
from rules.wire.instants import Instant


def latest_lab(row: LabRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the latest value of a lab. No hysteresis.

    It is stale at 1.5 times the Table 1 interval.
    """
    result = _usable(row, chart, now)
    return unread(result, row.lab) if newest_is_unreadable(chart, row.lab) else result


def _usable(row: LabRow, chart: Chart, now: Instant) -> Result:
    seen = chart.guideline.observes[row.monitored_by]
    ward, intensive = int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor)
    results: list[Lab] = chart.labs.get(row.lab, [])
    labs = counted(results, chart.mode, ward, intensive)
    if not labs:
        return Result(INDETERMINATE, unit=row.unit, missing=(row.lab,))
    limit = chart.mode.limit(labs[-1].at, now, ward, intensive)
    return latest(labs, row.relative, row.absolute, limit, now, row.lab, row.unit)


ROW_TYPE = RowType[LabRow](
    evaluate=latest_lab, inputs=lambda row: dirty_flags.BIT[row.lab] | dirty_flags.MODE
)
