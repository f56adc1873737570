"""Evaluate the pressor load at the time of dosing (criteria.md 3.3, phenylephrine-minimum)."""

from bisect import bisect_right

from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.facts import AT
from rules.chart.pressor_loads import Load, blind_since, highest
from rules.evaluate.pressor_load import INPUTS, blind, judged, next_change
from rules.evaluate.result import TRIPPED, Memory, Result, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import PressorMinimumRow
from rules.wire.instants import Instant


def pressor_minimum(row: PressorMinimumRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the highest load of the half hour up to the clock.

    It is judged from 8 h after the dose until the next one, and true from the instant decided.
    """
    due = chart.cycle_doses[-1].at + row.after if chart.cycle_doses else None
    ahead = soonest(now, next_change(chart, now, row.window), due)
    if not chart.cycle.dosing(now):
        return Result(unit=row.unit, limit=row.relative.text, next=ahead)
    since = blind_since(chart.loads, now)
    waiting = due is None or now < due
    if since is not None:
        result = blind(chart, now, judged(row, _highest_judged(row, chart, since, now)))
    elif waiting:
        result = Result(unit=row.unit, limit=row.relative.text)
    else:
        result = judged(row, highest(chart.loads, now - row.window, now))
    result.evaluates_at, result.next = due if waiting and result.state not in TRIPPED else None, ahead
    result.already, result.at = _over_the_dose(row, chart, since, result), now
    return result


def _over_the_dose(row: PressorMinimumRow, chart: Chart, since: int | None, result: Result) -> int | None:
    """Return when the last dose was given, if what was tripped then is kept, whenever that became known."""
    dose = chart.cycle_doses[-1].at if chart.cycle_doses else None
    if dose is None or since is None or since > dose or result.state not in TRIPPED:
        return None
    found = _highest_judged(row, chart, since, Instant(dose))
    return dose if found is not None and row.relative.met(found.load) else None


def _highest_judged(row: PressorMinimumRow, chart: Chart, since: int, now: Instant) -> Load | None:
    """Return the highest load that was judged at or after `since`: within a dose interval, from 8 h on."""
    first = max(0, bisect_right(chart.cycle_doses, since - row.after, key=AT) - 1)
    doses = [dose.at for dose in chart.cycle_doses[first:]]
    found = []
    for dose, end in zip(doses, [*doses[1:], FOREVER], strict=False):
        start = max(dose + row.after, since)
        if start <= now and start < end:
            found.append(highest(chart.loads, start - row.window, min(end - 1, now)))
    return max((load for load in found if load is not None), key=lambda load: load.load, default=None)


ROW_TYPE = RowType[PressorMinimumRow](evaluate=pressor_minimum, inputs=lambda row: INPUTS)
