"""Evaluate stool by what was collected in a shift (criteria.md section 3, diarrhea)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import references
from rules.chart.volumes import Shift, running, shift_of
from rules.evaluate.result import ABSOLUTE, CLEAR, RELATIVE, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import ShiftVolumeRow
from rules.guideline.site_choices import Shifts
from rules.wire.instants import Instant


def shift_volume(row: ShiftVolumeRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result by shift: relative in one shift, absolute in each of two consecutive ones.

    Volumes count whole, at their `at`.
    """
    first, last, under_way = _three_shifts(now, chart.guideline.shifts)
    inside = {
        shift: [v for v in chart.volumes[row.kind] if shift[0] < v.at <= shift[1]]
        for shift in (first, last, under_way)
    }
    totals = {shift: round(sum(v.volume for v in volumes), 6) for shift, volumes in inside.items()}
    full = {shift: row.relative.met(total) for shift, total in totals.items()}
    decisive = under_way if full[under_way] else last
    both = full[last] and (full[first] or full[under_way])
    state = ABSOLUTE if both else RELATIVE if full[decisive] else CLEAR
    reported = decisive if state != CLEAR else max(last, under_way, key=lambda shift: totals[shift])
    earlier = (last if full[under_way] else first) if both else None
    evidence = [*(inside[earlier] if earlier else []), *inside[reported]]
    at_end = under_way[0] if now == under_way[0] else None
    return Result(
        state,
        at=at_end if state == CLEAR else _reached_at(row, inside[decisive]),
        value=totals[reported],
        unit=row.unit,
        limit=row.relative.text,
        evidence=references(evidence),
        flags=1 if full[under_way] else 0,
        next=under_way[1],
    )


def _three_shifts(t: int, shifts: Shifts) -> tuple[Shift, Shift, Shift]:
    """Return the two last completed shifts and the running one."""
    under_way = running(t, shifts)
    last = shift_of(under_way[0], shifts)
    return shift_of(last[0], shifts), last, under_way


def _reached_at(row: ShiftVolumeRow, volumes: list) -> int:  # type: ignore[type-arg]
    total = 0.0
    for one in volumes:
        total += one.volume
        if row.relative.met(round(total, 6)):
            return int(one.at)
    return int(volumes[-1].at)


ROW_TYPE = RowType[ShiftVolumeRow](evaluate=shift_volume, inputs=lambda row: dirty_flags.STOOL)
