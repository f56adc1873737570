"""Evaluate sinus tachycardia: sustained rates, excused by a cause that is known to be present.

Source: criteria.md section 3.
"""

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import runs
from rules.chart.vitals import Signals
from rules.evaluate.result import (
    ABSOLUTE,
    CLEAR,
    INDETERMINATE,
    RELATIVE,
    Memory,
    Result,
    next_span_edge,
    soonest,
)
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import ExcusedRateRow
from rules.wire.instants import Instant

REQUIRED = ("heart-rate",)


class Causes(msgspec.Struct):
    """What can excuse a high rate at one instant.

    `present`: causes known to be present; `unseen`: inputs that are missing or stale; `next`: when that may
    change.
    """

    present: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    next: Instant | None = None


def excused_rate(row: ExcusedRateRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result: over 120 is relative, over 130 absolute.

    With a correctable cause known to be present, over 130 is relative too.
    """
    hr = chart.tail.now.hr
    if hr.latest_counted is None:
        return Result(INDETERMINATE, unit=row.unit, missing=REQUIRED)
    setting = chart.tail.setting
    limit = chart.mode.limit(hr.latest_counted.at, now, setting.stale_ward, setting.stale_intensive)
    stale = now >= limit
    last = hr.latest_counted
    result = Result(
        latest=last.at, value=last.hr, unit=row.unit, evidence=(last.reference,), flags=hr.a.on + 2 * hr.b.on
    )
    result.next = None if stale else limit
    if hr.b.on:
        return _upper_condition(row, chart, now, before, result, limit if stale else None)
    if hr.a.on:
        result.state, result.evidence, result.stale, result.limit = (
            RELATIVE,
            hr.a.evidence,
            stale,
            row.relative.trip.text,
        )
        result.at = max(moment for moment in (hr.a.changed, hr.b.changed) if moment is not None)
        return result
    result.state, result.at, result.limit = CLEAR, hr.a.changed, row.relative.trip.text
    if stale:
        result.state, result.at, result.missing = INDETERMINATE, limit, REQUIRED
    return result


def _upper_condition(
    row: ExcusedRateRow, chart: Chart, now: Instant, before: Memory, result: Result, stale_at: Instant | None
) -> Result:
    """Return the result while the upper condition holds: absolute unless a cause excuses it."""
    latch = chart.tail.now.hr.b
    causes = (
        _causes_when_fresh(row, chart, before, stale_at)
        if stale_at is not None
        else causes_at(row, chart, chart.tail.now, now)
    )
    result.state = RELATIVE if causes.present else ABSOLUTE
    result.correctable, result.missing = causes.present, causes.unseen
    result.evidence, result.limit, result.stale = latch.evidence, row.absolute.trip.text, stale_at is not None
    result.at = latch.changed if before.flags != result.flags else None
    result.next = soonest(now, result.next, causes.next if stale_at is None else None)
    return result


def _causes_when_fresh(row: ExcusedRateRow, chart: Chart, before: Memory, stale_at: Instant) -> Causes:
    """Return the causes as they were at the last fresh instant, over all that is known now."""
    horizon = chart.tail.horizon
    if horizon is not None and stale_at < horizon:
        return Causes(before.correctable, before.missing)
    return causes_at(row, chart, chart.tail.until(stale_at), stale_at)


def causes_at(row: ExcusedRateRow, chart: Chart, signals: Signals, now: Instant) -> Causes:
    """Return which of hypotension, fever and dopamine are present at an instant.

    A missing input does not excuse.
    """
    causes = Causes()
    _hypotension(chart, signals, now, causes)
    _fever(row, signals, now, causes)
    if runs(chart.dopamine, now):
        causes.present = (*causes.present, "dopamine")
    causes.next = soonest(now, causes.next, next_span_edge(chart.dopamine, now))
    return causes


def _hypotension(chart: Chart, signals: Signals, now: Instant, causes: Causes) -> None:
    sbp, setting = signals.sbp, chart.tail.setting
    limit = (
        None
        if sbp.latest_counted is None
        else chart.mode.limit(sbp.latest_counted.at, now, setting.stale_ward, setting.stale_intensive)
    )
    if limit is None or now >= limit:
        causes.unseen = (*causes.unseen, "systolic-bp")
        return
    causes.next = soonest(now, causes.next, limit)
    if sbp.a.on or sbp.b.on:
        causes.present = (*causes.present, "hypotension")


def _fever(row: ExcusedRateRow, signals: Signals, now: Instant, causes: Causes) -> None:
    last = signals.temp.last
    if last is None or last.temp is None or now >= last.at + row.fever_age:
        causes.unseen = (*causes.unseen, "temperature")
        return
    causes.next = soonest(now, causes.next, last.at + row.fever_age)
    if row.fever.met(last.temp):
        causes.present = (*causes.present, "fever")


INPUTS = (
    dirty_flags.HEART_RATE
    | dirty_flags.SYSTOLIC
    | dirty_flags.TEMPERATURE
    | dirty_flags.INFUSIONS
    | dirty_flags.MODE
    | dirty_flags.BASELINE
)

ROW_TYPE = RowType[ExcusedRateRow](evaluate=excused_rate, inputs=lambda row: INPUTS)
