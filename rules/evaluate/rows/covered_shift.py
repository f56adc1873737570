"""Evaluate urine in the last completed shift (criteria.md section 3, urine)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.volumes import Collection, Shift, covered, last_completed, shift_of, volume
from rules.evaluate.limit_bands import band, limit_text
from rules.evaluate.result import CLEAR, INDETERMINATE, TRIPPED, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import CoveredShiftRow
from rules.wire.instants import Instant

REQUIRED = ("urine",)


def covered_shift(row: CoveredShiftRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the last completed shift.

    One that is not covered keeps a tripped state, stale, and is otherwise indeterminate.
    """
    shifts, t = chart.guideline.shifts, now
    shift = last_completed(t, shifts)
    result = _judged(row, chart.collections, shift) or _kept(row, chart, shift)
    result.next = shift_of(t + 1, shifts)[1]
    return result


def _judged(row: CoveredShiftRow, collections: list[Collection], shift: Shift) -> Result | None:
    start, end = shift
    inside = [one for one in collections if one.reaches(start, end)]
    total = round(volume(inside, start, end), 9)
    state = band(total, row.relative, row.absolute)
    if state != CLEAR and covered(inside, start, end) < end - start - row.gap:
        return None
    evidence = tuple(one.reference for one in inside)
    return Result(
        state,
        at=end,
        latest=end,
        value=total,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=evidence,
    )


def _kept(row: CoveredShiftRow, chart: Chart, shift: Shift) -> Result:
    """Return what remains in force from the latest shift that can be evaluated.

    Volumes count however late they become known.
    """
    known = chart.collections
    oldest = min((one.start for one in known), default=None)
    later = shift
    while oldest is not None and later[0] > oldest:
        earlier = shift_of(later[0], chart.guideline.shifts)
        judged = _judged(row, known, earlier)
        if judged is not None:
            if judged.state in TRIPPED:
                judged.stale = True
                return judged
            break
        later = earlier
    return Result(INDETERMINATE, at=shift[1], unit=row.unit, missing=REQUIRED)


ROW_TYPE = RowType[CoveredShiftRow](evaluate=covered_shift, inputs=lambda row: dirty_flags.URINE)
