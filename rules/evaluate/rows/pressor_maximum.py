"""Evaluate the highest pressor load of the dose interval (criteria.md 3.3, phenylephrine-maximum)."""

from rules.chart.chart import Chart
from rules.chart.pressor_loads import blind_since, highest
from rules.evaluate.pressor_load import INPUTS, blind, judged, next_change
from rules.evaluate.result import TRIPPED, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import PressorMaximumRow
from rules.wire.instants import Instant


def pressor_maximum(row: PressorMaximumRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the highest load of the part of the dose interval that lies in the last 8 h.

    While a running pressor cannot be counted, what was tripped when that began, or since, is kept. It is true
    from the instant decided: no fact's `at` is that of a window.
    """
    ahead = next_change(chart, now, row.window)
    if not chart.cycle.dosing(now):
        return Result(unit=row.unit, limit=row.relative.text, next=ahead)
    since = blind_since(chart.loads, now)
    start = window_start(row, chart, now) if since is None else kept_from(row, chart, since)
    result = judged(row, highest(chart.loads, start, now))
    if since is not None:
        result = blind(chart, now, result)
    result.already, result.next = _at_the_dose(row, chart, start, result), ahead
    result.at = now
    return result


def _at_the_dose(row: PressorMaximumRow, chart: Chart, start: int, result: Result) -> int | None:
    """Return when the last dose was given, if the row was tripped then, whenever its rates became known."""
    dose = chart.cycle_doses[-1].at if chart.cycle_doses else None
    if dose is None or dose < start or result.state not in TRIPPED:
        return None
    found = highest(chart.loads, start, dose)
    return dose if found is not None and row.relative.met(found.load) else None


def window_start(row: PressorMaximumRow, chart: Chart, now: Instant) -> int:
    """Return when the window starts: 8 h ago, at the dose, or before dose 1 at cycle-start."""
    doses, start = chart.cycle_doses, chart.cycle.start
    assert start is not None
    return max(now - row.window, doses[-1].at if doses else start)


def kept_from(row: PressorMaximumRow, chart: Chart, since: int) -> int:
    """Return when the window started that was in force just before `since`."""
    doses, start = chart.cycle_doses, chart.cycle.start
    assert start is not None
    return max(since - row.window, *(dose.at for dose in doses if dose.at < since), start)


ROW_TYPE = RowType[PressorMaximumRow](evaluate=pressor_maximum, inputs=lambda row: INPUTS)
