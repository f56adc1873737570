"""Evaluate the items of monitoring that ask for an input: an upper limit, a weight (criteria.md 3.2, 3.3)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.pressor_loads import WEIGHT, load_at
from rules.evaluate.pressor_load import INPUTS as WEIGHT_FOR_RATE_INPUTS
from rules.evaluate.result import CLEAR, TECHNICAL, Memory, Result, soonest
from rules.evaluate.rows.upper_limit import upper
from rules.guideline.declarations import UpperLimitRow
from rules.guideline.edition import Guideline
from rules.wire.instants import Instant

__all__ = ["WEIGHT_FOR_RATE_INPUTS", "reference_limit", "reference_limit_inputs", "weight_for_rate"]


def reference_limit(chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether the latest result of a lab has neither the site's upper limit nor its own."""
    latest = [
        (code, labs[-1])
        for row in _rows(chart.guideline)
        for code in row.labs
        if (labs := chart.labs.get(code)) and upper(row, code, labs[-1]) is None
    ]
    if not latest:
        return Result(CLEAR)
    return Result(
        TECHNICAL,
        missing=tuple(f"{code}.high" for code, _ in latest),
        evidence=tuple(lab.reference for _, lab in latest),
    )


def reference_limit_inputs(guideline: Guideline) -> int:
    """Return the dirty flags of the labs that need an upper limit."""
    return dirty_flags.bits(code for row in _rows(guideline) for code in row.labs)


def _rows(guideline: Guideline) -> list[UpperLimitRow]:
    return [row for row in guideline.rows if isinstance(row, UpperLimitRow)]


def weight_for_rate(chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether a running pressor's rate cannot be counted for want of a weight."""
    load = load_at(chart.loads, now)
    ahead = soonest(now, *(one.at for one in chart.loads[-4:]))
    if load is None or WEIGHT not in load.missing:
        return Result(CLEAR, next=ahead)
    return Result(TECHNICAL, evidence=load.evidence, next=ahead)
