"""Evaluate sinus tachycardia: sustained rates, excused by a cause that is known to be present.

Source: criteria.md section 3.1.
"""

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import FOREVER, runs
from rules.chart.held import Latch
from rules.chart.series import FAST, UNEXCUSED, VERY_FAST, HeartRate
from rules.evaluate.dosing import due_spans
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
from rules.evaluate.vital_signs import stale_from
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

    With a correctable cause known to be present, over 130 is relative too; but over 150, or while a dose is
    due, nothing excuses.
    """
    return judged(row, chart, now, before, chart.tail.now.hr)


def judged(row: ExcusedRateRow, chart: Chart, now: Instant, before: Memory, hr: HeartRate) -> Result:
    """Return the result by the conditions of a heart rate."""
    last = hr.latest_counted
    if last is None:
        return Result(INDETERMINATE, unit=row.unit, missing=REQUIRED)
    limit = stale_from(chart, last, now)
    stale = now >= limit
    result = Result(latest=last.at, value=last.value, unit=row.unit, evidence=(last.reference,))
    result.flags = flags_of(hr)
    result.next = None if stale else limit
    if is_not_sinus(row, chart):
        result.name = row.not_sinus_words
    if hr.unexcused.on or hr.very_fast.on:
        return _upper_condition(row, chart, now, before, hr, result, limit if stale else None)
    result.limit = row.relative.trip.text
    if hr.fast.on:
        last_moved = _last(hr.fast, hr.very_fast, hr.unexcused)
        result.state, result.evidence, result.stale = RELATIVE, last_moved.evidence, stale
        result.at = _last_change(hr.fast, hr.very_fast, hr.unexcused)
        return result
    result.state, result.at = CLEAR, _last_change(hr.fast, hr.very_fast, hr.unexcused)
    if stale:
        result.state, result.at, result.missing = INDETERMINATE, limit, REQUIRED
    return result


def flags_of(hr: HeartRate) -> int:
    """Return the flags of the conditions of the row that hold."""
    return FAST * hr.fast.on | VERY_FAST * hr.very_fast.on | UNEXCUSED * hr.unexcused.on


def _last(*latches: Latch) -> Latch:
    """Return the condition that changed last: where the rate improved, the one that ended."""
    return max(latches, key=lambda latch: latch.changed or 0)


def _last_change(*latches: Latch) -> int | None:
    return max((latch.changed for latch in latches if latch.changed is not None), default=None)


def is_not_sinus(row: ExcusedRateRow, chart: Chart) -> bool:
    """Return whether an arrhythmia is present that makes the rate a ventricular one."""
    return any(present(chart, code) for code in row.not_sinus)


def present(chart: Chart, code: str) -> bool:
    """Return whether a finding that is charted by exception is present now."""
    signs = chart.findings.get(code, [])
    return bool(signs) and chart.cycle.holds(signs[-1].at) and signs[-1].value == "present"


def _upper_condition(
    row: ExcusedRateRow,
    chart: Chart,
    now: Instant,
    before: Memory,
    hr: HeartRate,
    result: Result,
    stale_at: Instant | None,
) -> Result:
    """Return the result while an upper condition holds: absolute unless a cause excuses it."""
    causes = (
        _causes_when_fresh(row, chart, before, stale_at)
        if stale_at is not None
        else causes_now(row, chart, now)
    )
    fresh = now if stale_at is None else min(now, stale_at - 1)
    due = due_spans(chart, fresh)
    excused = bool(causes.present) and not any(start <= now and end > fresh for start, end in due)
    past_all = hr.unexcused.on and (excused or not hr.very_fast.on)
    result.state = RELATIVE if excused and not past_all else ABSOLUTE
    result.correctable, result.missing = causes.present, causes.unseen
    latch, condition = (hr.unexcused, row.unexcused) if past_all else (hr.very_fast, row.absolute)
    shown = _last(hr.very_fast, hr.unexcused) if result.state == RELATIVE else latch
    result.evidence, result.limit, result.stale = shown.evidence, condition.trip.text, stale_at is not None
    moved = before.flags ^ result.flags
    first = result.state == ABSOLUTE and moved & VERY_FAST and not past_all
    result.at = latch.changed if first else _moved(hr, moved)
    result.next = soonest(
        now, result.next, causes.next if stale_at is None else None, next_span_edge(due, now)
    )
    return result


def _moved(hr: HeartRate, bits: int) -> int | None:
    """Return when the conditions with these flags changed; None when none did: then a cause did."""
    latches = ((FAST, hr.fast), (VERY_FAST, hr.very_fast), (UNEXCUSED, hr.unexcused))
    return _last_change(*(latch for bit, latch in latches if bits & bit))


def is_excused(row: ExcusedRateRow, chart: Chart, t: Instant) -> bool:
    """Return whether a rate over 130 is excused at an instant: a cause is present and no dose is due."""
    return not runs(due_spans(chart, t), t) and bool(causes_at(row, chart, t).present)


def _causes_when_fresh(row: ExcusedRateRow, chart: Chart, before: Memory, stale_at: Instant) -> Causes:
    """Return the causes as they were at the last fresh instant, over all that is known now."""
    horizon = chart.tail.horizon
    if horizon is not None and stale_at <= horizon:
        return Causes(before.correctable, before.missing)
    return causes_at(row, chart, stale_at - 1)


def causes_now(row: ExcusedRateRow, chart: Chart, now: Instant) -> Causes:
    """Return which causes are present by the latest readings: one a little ahead of the clock counts too."""
    return _causes(row, chart, now, FOREVER)


def causes_at(row: ExcusedRateRow, chart: Chart, t: Instant) -> Causes:
    """Return which causes were present at an instant, over all that is known now."""
    return _causes(row, chart, t, t)


def _causes(row: ExcusedRateRow, chart: Chart, now: Instant, until: Instant) -> Causes:
    """Return which of hypotension, fever and dopamine are present at an instant, by readings up to `until`.

    A missing input does not excuse.
    """
    causes = Causes()
    _hypotension(chart, now, until, causes)
    _fever(row, chart, now, until, causes)
    if runs(chart.dopamine, now):
        causes.present = (*causes.present, "dopamine")
    causes.next = soonest(now, causes.next, next_span_edge(chart.dopamine, now))
    return causes


def _hypotension(chart: Chart, now: Instant, until: Instant, causes: Causes) -> None:
    reading = chart.tail.readings.sbp.at_or_before(until)
    if reading is None or now >= (limit := stale_from(chart, reading, now)):
        causes.unseen = (*causes.unseen, "systolic-bp")
        return
    causes.next = soonest(now, causes.next, limit)
    if reading.on:
        causes.present = (*causes.present, "hypotension")


def _fever(row: ExcusedRateRow, chart: Chart, now: Instant, until: Instant, causes: Causes) -> None:
    reading = chart.tail.readings.temp.at_or_before(until)
    if reading is None or now >= reading.at + row.fever_age:
        causes.unseen = (*causes.unseen, "temperature")
        return
    causes.next = soonest(now, causes.next, reading.at + row.fever_age)
    if row.fever.met(reading.value):
        causes.present = (*causes.present, "fever")


def _inputs(row: ExcusedRateRow) -> int:
    return (
        dirty_flags.HEART_RATE
        | dirty_flags.SYSTOLIC
        | dirty_flags.TEMPERATURE
        | dirty_flags.INFUSIONS
        | dirty_flags.MODE
        | dirty_flags.BASELINE
        | dirty_flags.DOSES
        | dirty_flags.ENCOUNTER
        | dirty_flags.bits(row.not_sinus)
    )


ROW_TYPE = RowType[ExcusedRateRow](evaluate=excused_rate, inputs=_inputs)
