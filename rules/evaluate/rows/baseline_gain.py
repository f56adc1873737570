"""Evaluate the weight gained over the baseline (criteria.md 3.2, weight-gain)."""

from bisect import bisect_left
from collections.abc import Callable, Iterator

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT, Fact, Lab, Weight
from rules.chart.folded import fold, key_of
from rules.chart.unreadable import newest_is_unreadable, unreadable_moments
from rules.evaluate.limit_bands import Course, latest, unread
from rules.evaluate.result import INDETERMINATE, Memory, Result, in_time
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import BaselineGainRow
from rules.wire.instants import Instant


def weight_gain(row: BaselineGainRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the per cent over the baseline weight; stale when 36 h old."""
    unusable = newest_is_unreadable(chart, "weight", _in_time(row))
    baseline = chart.baseline_readings.get("weight")
    if baseline is None:
        unseen = () if unusable or any(map(_in_time(row), reversed(chart.weights))) else ("weight",)
        return Result(INDETERMINATE, unit=row.unit, missing=("baseline-weight", *unseen))
    result = Result(INDETERMINATE, unit=row.unit, missing=("weight",))
    course = _course(row, chart, baseline)
    if course.last is not None:
        result = latest(course, row.relative, None, course.last.at + row.stale, now, "weight", row.unit)
    return unread(result, "weight") if unusable else result


def gains_since(row: BaselineGainRow, chart: Chart, moment: int) -> Iterator[Lab]:
    """Yield the gains from a moment on that count: not stale already when they became known."""
    baseline = chart.baseline_readings.get("weight")
    if baseline is not None:
        weights = chart.weights[bisect_left(chart.weights, moment, key=AT) :]
        yield from (_gain(weight, baseline) for weight in filter(_in_time(row), weights))


def _in_time(row: BaselineGainRow) -> Callable[[Fact], bool]:
    return in_time(lambda at, t: at + row.stale)


def _course(row: BaselineGainRow, chart: Chart, baseline: float) -> Course:
    """Return what the weights lead to that count: not stale already when they became known."""
    unread_at, counts = unreadable_moments(chart, "weight"), _in_time(row)

    def add(course: Course, _: int, weight: Weight) -> Course:
        if counts(weight):
            course.add(_gain(weight, baseline), row.relative, None, unread_at)
        return course

    return fold(chart, key_of(row, chart), (chart.weights,), (baseline, unread_at), Course, add)


def gain(kg: float, baseline: float) -> float:
    """Return the per cent of a weight over the baseline."""
    return round((kg - baseline) / baseline * 100, 4)


def _gain(weight: Weight, baseline: float) -> Lab:
    """Return the weight as per cent over the baseline, with its times and its id."""
    w = weight
    return Lab(w.at, w.tie, w.n, w.id, w.first, w.rank, w.offset, gain(w.value, baseline), None, None, "%")


ROW_TYPE = RowType[BaselineGainRow](
    evaluate=weight_gain, inputs=lambda row: dirty_flags.WEIGHT | dirty_flags.BASELINE
)
