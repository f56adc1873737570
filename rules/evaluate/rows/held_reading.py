"""Evaluate a row that holds by readings, from one limit to another (editions.md 3, Value)."""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.facts import AT, Sign
from rules.chart.held import NEVER, Held, resuming
from rules.chart.readings import Reading
from rules.chart.stated import flags_of, stated
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
    last = latest(row, chart)
    if last is None:
        return Result(INDETERMINATE, unit=row.unit, limit=limit.text, missing=(row.signal,))
    result = _by_readings(row, chart, limit, last)
    if last.mean is not None and row.mean_trip is not None:
        result.name, result.limit = "Mean pressure", row.mean_trip.text
    stale_at = stale_from(chart, last, now)
    if now < stale_at:
        result.next = stale_at
    elif result.state == ABSOLUTE:
        result.stale = True
    else:
        result.state, result.missing = INDETERMINATE, (row.signal,)
        result.at = stale_at if now == stale_at else None
    return result


def _by_readings(row: HeldReadingRow, chart: Chart, limit: Limit, last: Reading) -> Result:
    """Return the result however old the latest reading is."""
    kept = still_held(row, chart)
    held = held_of(row, chart) if kept is None else kept.held
    result = Result(
        ABSOLUTE if held.on else CLEAR,
        at=held.changed,
        latest=last.at,
        value=last.charted,
        unit=row.unit,
        limit=limit.text,
        evidence=held.evidence if held.on else (last.reference,),
    )
    if kept is not None and held.on:
        assert row.unless is not None
        result.findings, result.mark = (row.unless,), kept.since
    return result


class Kept(msgspec.Struct, frozen=True):
    """A row whose readings had recovered while a finding was present that forbids to lift it.

    `since`: when they first had, ms; `held`: whether it still holds, since when, and by what.
    """

    since: int
    held: Held


def still_held(row: HeldReadingRow, chart: Chart) -> Kept | None:
    """Return the row as its finding keeps it; None: the finding was not present when the readings recovered.

    Lifted is the row at the first reading that sustains the other limit without the finding, or at the
    record that denies the finding while the latest reading sustains it.
    """
    held = held_of(row, chart)
    if held.on or row.unless is None:
        return None
    signs = stated(chart, row.unless, holds=True)
    if held.changed is None or held.tripped is None or not (sign := _present(signs, held.changed)):
        return None
    lifted = _lifted(row, chart, signs, held.changed, held.tripped, FOREVER)
    if lifted is not None:
        return Kept(held.changed, Held(False, lifted, (sign.reference,), held.tripped, held.runs))
    return Kept(held.changed, Held(True, _began(row, chart, signs, held), (sign.reference,), held.tripped))


def _present(signs: Sequence[Sign], t: int) -> Sign | None:
    """Return the record by which a finding is present at a moment."""
    before = bisect_right(signs, t, key=AT)
    return signs[before - 1] if before and signs[before - 1].value == "present" else None


def _began(row: HeldReadingRow, chart: Chart, signs: Sequence[Sign], held: Held) -> int:
    """Return since when a row has held that still does: over the runs between which it was not lifted."""
    began, _ = held.runs[-1]
    for start, end in reversed(held.runs[:-1]):
        if not _present(signs, end) or _lifted(row, chart, signs, end, start, began) is not None:
            break
        began = start
    return began


def _lifted(
    row: HeldReadingRow, chart: Chart, signs: Sequence[Sign], after: int, tripped: int, until: int
) -> int | None:
    """Return when, after a moment and before another, the row was lifted; None: it was not.

    `tripped`: of the readings only those from then on count.
    """
    history = getattr(chart.tail.readings, SIGNALS[row.signal])
    readings: list[Reading] = history[history.index(tripped) :]
    found = {*(one.at for one in readings), *(sign.at for sign in signs)}
    moments = sorted(at for at in found if after < at < until)
    return next((t for t in moments if not _present(signs, t) and _recovered(row, chart, readings, t)), None)


def _recovered(row: HeldReadingRow, chart: Chart, readings: list[Reading], t: int) -> bool:
    """Return whether the latest reading at a moment sustains the other limit."""
    setting = chart.tail.setting
    condition = next(one for one in setting.held if one.key == held_key(row))
    before = readings[: bisect_right(readings, t, key=attrgetter("at"))]
    return bool(before and resuming(before, condition, before[0].at, setting.signs.share))


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
    inputs=lambda row: (
        dirty_flags.BIT[row.signal]
        | dirty_flags.BASELINE
        | dirty_flags.MODE
        | (0 if row.unless is None else flags_of((row.unless,)))
    ),
)
