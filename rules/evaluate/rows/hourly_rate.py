"""Evaluate urine per hour over the shortest stretch of collections (criteria.md section 3, urine)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.volumes import Collection, covered, volume
from rules.evaluate.limit_bands import band, limit_text
from rules.evaluate.result import (
    INDETERMINATE,
    Memory,
    Result,
    aged,
)
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import HourlyRateRow
from rules.wire.instants import HOUR, Instant

REQUIRED = ("urine",)


def hourly_rate(row: HourlyRateRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the average over the shortest stretch.

    It starts with a collection, ends with the latest and covers 60 min.
    """
    seen = chart.guideline.observes[row.monitored_by]
    ward, intensive = int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor)
    mode = chart.mode
    collections = chart.collections
    count = len(collections)
    while count and collections[count - 1].first > mode.limit(
        collections[count - 1].end, collections[count - 1].first, ward, intensive
    ):
        count -= 1
    if not count:
        return Result(INDETERMINATE, unit=row.unit, missing=REQUIRED)
    limit = mode.limit(collections[count - 1].end, now, ward, intensive)
    return aged(_rated(row, collections[:count]), limit, now, REQUIRED)


def _rated(row: HourlyRateRow, collections: list[Collection]) -> Result:
    end = collections[-1].end
    rate = stretch_rate(collections, row)
    if rate is None:
        return Result(INDETERMINATE, at=end, unit=row.unit, missing=REQUIRED)
    value, inside = rate
    state = band(value, row.relative, row.absolute)
    evidence = tuple(one.reference for one in inside)
    return Result(
        state,
        at=end,
        latest=end,
        value=value,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=evidence,
    )


def stretch_rate(collections: list[Collection], row: HourlyRateRow) -> tuple[float, list[Collection]] | None:
    """Return mL/h with the collections of the stretch; None when no stretch of at most 24 h covers enough."""
    end = collections[-1].end
    near = [
        one for one in collections if (one.end > end - row.longest and one.start < one.end) or one.end == end
    ]
    for start in sorted({one.start for one in near if one.start < one.end}, reverse=True):
        if end - start > row.longest:
            return None
        time = covered(near, start, end)
        if time >= row.covers:
            inside = [one for one in collections if one.reaches(start, end)]
            return round(volume(inside, start, end) * HOUR / time, 9), inside
    return None


ROW_TYPE = RowType[HourlyRateRow](
    evaluate=hourly_rate, inputs=lambda row: dirty_flags.URINE | dirty_flags.MODE
)
