"""Evaluate a row that holds by readings, from one limit to another (editions.md 3, Value)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.held import NEVER, Held
from rules.chart.readings import Reading
from rules.chart.vital_sign_limits import SIGNALS, held_key
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result
from rules.evaluate.row_type import RowType
from rules.evaluate.vital_signs import stale_from
from rules.guideline.declarations import HeldReadingRow, Limit
from rules.wire.instants import Instant


def held_reading(row: HeldReadingRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result: held from a confirmed reading past the limit until it has recovered.

    Stale data keep it; without a target of the patient, where the row needs one, it cannot be told.
    """
    limit = trip_of(row, chart)
    if limit is None:
        return Result(INDETERMINATE, unit=row.unit, missing=(f"target.{row.signal}",))
    held, last = held_of(row, chart), latest(row, chart)
    if last is None:
        return Result(INDETERMINATE, unit=row.unit, limit=limit.text, missing=(row.signal,))
    stale_at = stale_from(chart, last, now)
    stale = now >= stale_at
    result = Result(
        ABSOLUTE if held.on else CLEAR,
        at=held.changed,
        latest=last.at,
        value=last.charted,
        unit=row.unit,
        limit=limit.text,
        next=None if stale else stale_at,
    )
    if last.mean is not None and row.mean_trip is not None:
        result.name, result.limit = "Mean pressure", row.mean_trip.text
    result.evidence = held.evidence if held.on else (last.reference,)
    result.stale = held.on and stale
    if stale and not held.on:
        result.state, result.missing = INDETERMINATE, (row.signal,)
        result.at = stale_at if now == stale_at else None
    return result


def trip_of(row: HeldReadingRow, chart: Chart) -> Limit | None:
    """Return the limit that trips the row: its own, or below the patient's target; None: there is none."""
    if row.trip is not None:
        return row.trip
    target = chart.targets.get(row.signal)
    return None if target is None else Limit("<", target)


def held_of(row: HeldReadingRow, chart: Chart) -> Held:
    """Return the condition of the row after the readings so far."""
    return chart.tail.now.held.get(held_key(row), NEVER)


def latest(row: HeldReadingRow, chart: Chart) -> Reading | None:
    """Return the latest reading of the row's signal that counts."""
    found: Reading | None = getattr(chart.tail.now, SIGNALS[row.signal]).latest_counted
    return found


ROW_TYPE = RowType[HeldReadingRow](
    evaluate=held_reading,
    inputs=lambda row: dirty_flags.BIT[row.signal] | dirty_flags.BASELINE | dirty_flags.MODE,
)
