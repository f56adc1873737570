"""Evaluate urine in the last completed shift (criteria.md 3.4, urine-shift)."""

from bisect import bisect_left, bisect_right

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.unreadable import unreadable_between
from rules.chart.volumes import (
    END,
    Collection,
    Shift,
    covered,
    last_completed,
    reaching,
    running,
    shift_of,
    volume,
)
from rules.evaluate.limit_bands import band, limit_text, scaled
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, TRIPPED, Memory, Result, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import CoveredShiftRow, Limit
from rules.wire.instants import Instant

URINE, UNREADABLE = "urine", "urine.unreadable"


def covered_shift(row: CoveredShiftRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the last completed shift, once it is decided.

    Until then the row stands as the shift before left it. What the running shift collects can end it early.
    """
    shifts = chart.guideline.shifts
    last, under_way = last_completed(now, shifts), running(now, shifts)
    until = last[1] + row.wait
    if now >= until or reached(chart.collections, last[1]):
        result = _early(row, chart.collections, under_way, _decided(row, chart, last))
    else:
        result = _decided(row, chart, shift_of(last[0], shifts))
        for shift in (last, under_way):
            result = _early(row, chart.collections, shift, result)
    result.next = soonest(now, until, under_way[1])
    return result


def limits(row: CoveredShiftRow, shift: Shift) -> tuple[Limit, Limit]:
    """Return the relative and the absolute limit for a shift of this length."""
    return scaled(row.relative, shift), scaled(row.absolute, shift)


def reached(collections: list[Collection], end: int) -> bool:
    """Return whether the collections reach the end of a shift."""
    after = collections[bisect_left(collections, end, key=END) :]
    return any(one.end == end or one.start < end for one in after)


def _decided(row: CoveredShiftRow, chart: Chart, shift: Shift) -> Result:
    """Return the result as the shifts up to this one leave it; kept until something in them changes."""
    start, end = shift
    ended = bisect_right(chart.collections, end, key=END)
    beyond = [one for one in chart.collections[ended:] if one.start < end]
    set_aside = [fact for fact in chart.set_aside if fact.code == URINE]
    edits = chart.urine.edits
    # Where they only grow at their end, their number says which they are.
    inside = (chart.collections[:ended], None) if edits == -1 else (ended, edits)
    behind, of = (start, inside, beyond, set_aside), None if edits == -1 else chart.collections
    kept = chart.memo.get(row.code)
    if kept is None or kept[1] is not of or kept[0] != behind:
        kept = chart.memo[row.code] = (behind, of, _folded(row, chart, shift))
    result: Result = msgspec.structs.replace(kept[2])
    return result


def _folded(row: CoveredShiftRow, chart: Chart, shift: Shift) -> Result:
    """Return the result as the shifts up to this one leave it.

    One that is not covered keeps what was tripped, and else cannot be told.
    """
    later: list[Shift] = []
    result = judged(row, chart, shift)
    while result is None and any(one.start < shift[0] for one in chart.collections):
        later.append(shift)
        shift = shift_of(shift[0], chart.guideline.shifts)
        result = judged(row, chart, shift)
    result = result or _untold(row, chart, shift)
    for shift in reversed(later):
        result = _kept(row, chart, shift, _early(row, chart.collections, shift, result))
    return result


def judged(row: CoveredShiftRow, chart: Chart, shift: Shift) -> Result | None:
    """Return the result of a shift by itself; None when it cannot be told.

    Above the relative limit it is clear whatever the coverage: more charting can only add.
    """
    inside = reaching(chart.collections, *shift)
    relative, absolute = limits(row, shift)
    collected = round(volume(inside, *shift), 4)
    whole = whole_volume(row, inside, shift)
    if whole is None or unreadable_between(chart, URINE, *shift):
        if relative.met(collected):
            return None
        whole = collected
    state = band(whole, relative, absolute)
    return Result(
        state,
        at=shift[1],
        latest=shift[1],
        value=whole,
        unit=row.unit,
        limit=limit_text(state, relative, absolute),
        evidence=tuple(one.reference for one in inside),
    )


def whole_volume(row: CoveredShiftRow, inside: list[Collection], shift: Shift) -> float | None:
    """Return the volume of a shift, scaled to the whole of it; None when too little of it is covered.

    What was collected at an unknown rate covers no time and counts as it is.
    """
    start, end = shift
    time = covered(inside, start, end)
    if not time or time < (end - start) * row.coverage:
        return None
    at_a_rate = [one for one in inside if one.start < one.end]
    rest = [one for one in inside if one.start >= one.end]
    return round(volume(at_a_rate, start, end) * (end - start) / time + volume(rest, start, end), 4)


def _kept(row: CoveredShiftRow, chart: Chart, shift: Shift, before: Result) -> Result:
    if before.state in TRIPPED:
        unread = unreadable_between(chart, URINE, *shift)
        before.stale, before.missing = True, (UNREADABLE,) if unread else ()
        return before
    return _untold(row, chart, shift)


def _untold(row: CoveredShiftRow, chart: Chart, shift: Shift) -> Result:
    lacks = UNREADABLE if unreadable_between(chart, URINE, *shift) else URINE
    return Result(INDETERMINATE, at=shift[1], unit=row.unit, missing=(lacks,))


def _early(row: CoveredShiftRow, collections: list[Collection], shift: Shift, before: Result) -> Result:
    """Return the result as what is collected in a shift improves or clears it while the shift runs."""
    result, total = before, 0.0
    if before.state not in TRIPPED:
        return before
    relative, absolute = limits(row, shift)
    inside = [one for one in reaching(collections, *shift) if one.end <= shift[1]]
    for i, one in enumerate(inside):
        total += one.share(*shift)
        state = band(round(total, 4), relative, absolute)
        if state == CLEAR or (state != ABSOLUTE and result.state == ABSOLUTE):
            result = Result(
                state,
                at=one.end,
                latest=one.end,
                value=round(total, 4),
                unit=row.unit,
                limit=limit_text(state, relative, absolute),
                evidence=tuple(one.reference for one in inside[: i + 1]),
            )
        if state == CLEAR:
            break
    return result


ROW_TYPE = RowType[CoveredShiftRow](evaluate=covered_shift, inputs=lambda row: dirty_flags.URINE)
