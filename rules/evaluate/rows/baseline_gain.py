"""Evaluate the weight gained over the baseline (criteria.md 3.2, weight-gain)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import Lab, Weight
from rules.chart.unreadable import newest_is_unreadable, unreadable_moments
from rules.evaluate.limit_bands import Course, latest, unread
from rules.evaluate.result import INDETERMINATE, Memory, Result, counted, in_time
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import BaselineGainRow
from rules.wire.instants import Instant


def weight_gain(row: BaselineGainRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the per cent over the baseline weight; stale when 36 h old."""
    unusable = newest_is_unreadable(chart, "weight", in_time(lambda at, t: at + row.stale))
    baseline = chart.baseline_readings.get("weight")
    weights = counted(chart.weights, lambda at, t: at + row.stale)
    if baseline is None:
        unseen = () if weights or unusable else ("weight",)
        return Result(INDETERMINATE, unit=row.unit, missing=("baseline-weight", *unseen))
    result = Result(INDETERMINATE, unit=row.unit, missing=("weight",))
    if weights:
        course, unread_at = Course(), unreadable_moments(chart, "weight")
        for weight in weights:
            course.add(_gain(weight, baseline), row.relative, None, unread_at)
        limit = weights[-1].at + row.stale
        result = latest(course, row.relative, None, limit, now, "weight", row.unit)
    return unread(result, "weight") if unusable else result


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
