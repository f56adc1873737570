"""Evaluate a lab by its latest value (criteria.md 3.2, labs)."""

from bisect import bisect_left
from collections.abc import Iterator

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT, Lab
from rules.chart.folded import NOTHING, fold, key_of
from rules.chart.unreadable import newest_is_unreadable, unreadable_moments
from rules.evaluate.limit_bands import Course, latest, unread
from rules.evaluate.result import INDETERMINATE, Memory, Result, When, in_time, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import LabRow
from rules.wire.instants import Instant


def latest_lab(row: LabRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the latest value of a lab. No hysteresis.

    It is stale at 1.5 times the Table 1 interval.
    """
    when = stale_at(row, chart)
    result = _usable(row, chart, now, when)
    if newest_is_unreadable(chart, row.lab, in_time(when)):
        result = unread(result, row.lab)
    result.next = soonest(now, result.next, chart.cycle.end)
    return result


def ages(row: LabRow, chart: Chart, t: int) -> tuple[int, int]:
    """Return after how long a value is stale, on the ward and in intensive mode."""
    ended = chart.cycle.end is not None and t >= chart.cycle.end
    ward, intensive = chart.guideline.observes[row.monitored_by].intervals(ended)
    return int(ward * row.stale_factor), int(intensive * row.stale_factor)


def stale_at(row: LabRow, chart: Chart) -> When:
    """Return what tells when a value is stale."""
    return lambda at, t: chart.mode.limit(at, t, *ages(row, chart, t))


def counted_since(row: LabRow, chart: Chart, moment: int) -> Iterator[Lab]:
    """Yield the results from a moment on that count: not stale already when they became known."""
    results = chart.labs.get(row.lab, NOTHING)
    return filter(in_time(stale_at(row, chart)), results[bisect_left(results, moment, key=AT) :])


def _usable(row: LabRow, chart: Chart, now: Instant, when: When) -> Result:
    course = _course(row, chart, when)
    if course.last is None:
        return Result(INDETERMINATE, unit=row.unit, missing=(row.lab,))
    return latest(course, row.relative, row.absolute, when(course.last.at, now), now, row.lab, row.unit)


def _course(row: LabRow, chart: Chart, when: When) -> Course:
    """Return what the results lead to that count: not stale already when they became known."""
    unread_at, counts = unreadable_moments(chart, row.lab), in_time(when)

    def add(course: Course, _: int, lab: Lab) -> Course:
        if counts(lab):
            course.add(lab, row.relative, row.absolute, unread_at)
        return course

    results = (chart.labs.get(row.lab, NOTHING),)
    return fold(chart, key_of(row, chart), results, (chart.mode, chart.cycle.end, unread_at), Course, add)


ROW_TYPE = RowType[LabRow](
    evaluate=latest_lab,
    inputs=lambda row: dirty_flags.BIT[row.lab] | dirty_flags.MODE | dirty_flags.ENCOUNTER,
)
