"""Stool and urine: what was collected in a shift, and per hour (criteria.md section 3, diarrhea, urine)."""

from rules.chart.chart import Chart
from rules.chart.facts import references
from rules.chart.volumes import Collection, Shift, covered, last_completed, running, shift_of, volume
from rules.evaluate.labs import band, limit_text
from rules.evaluate.result import (
    ABSOLUTE,
    CLEAR,
    INDETERMINATE,
    RELATIVE,
    TRIPPED,
    Memory,
    Result,
    aged,
    reached,
)
from rules.guideline.declare import CoveredShiftRow, HourlyRateRow, ShiftVolumeRow
from rules.guideline.site_choices import Shifts
from rules.wire.instants import HOUR

ASKED = ("urine",)


def shift_volume(row: ShiftVolumeRow, chart: Chart, now: int, before: Memory) -> Result:
    """Whole volumes at their `at`, per shift: relative in one shift, absolute in each of two consecutive
    ones.
    """
    first, last, under_way = _three_shifts(now >> 1, chart.guideline.shifts)
    inside = {
        shift: [v for v in chart.volumes[row.kind] if shift[0] < v.at <= shift[1]]
        for shift in (first, last, under_way)
    }
    totals = {shift: round(sum(v.volume for v in found), 6) for shift, found in inside.items()}
    full = {shift: row.relative.met(total) for shift, total in totals.items()}
    decisive = under_way if full[under_way] else last
    both = full[last] and (full[first] or full[under_way])
    state = ABSOLUTE if both else RELATIVE if full[decisive] else CLEAR
    shown = decisive if state != CLEAR else max(last, under_way, key=lambda shift: totals[shift])
    before_it = (last if full[under_way] else first) if both else None
    found = [*(inside[before_it] if before_it else []), *inside[shown]]
    at_end = under_way[0] if now >> 1 == under_way[0] else None
    return Result(
        state,
        at=at_end if state == CLEAR else _reached_at(row, inside[decisive]),
        value=totals[shown],
        unit=row.unit,
        limit=row.relative.text,
        evidence=references(found),
        flags=1 if full[under_way] else 0,
        next=reached(under_way[1]),
    )


def _three_shifts(t: int, shifts: Shifts) -> tuple[Shift, Shift, Shift]:
    """The two last completed shifts and the running one."""
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


def covered_shift(row: CoveredShiftRow, chart: Chart, now: int, before: Memory) -> Result:
    """The last completed shift; one that is not covered keeps a tripped state, stale, and is otherwise not
    told.
    """
    shifts, t = chart.guideline.shifts, now >> 1
    shift = last_completed(t, shifts)
    result = _judged(row, chart.collections, shift) or _kept(row, chart, shift)
    result.next = reached(shift_of(t + 1, shifts)[1])
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
    """What the latest shift that can be judged left behind; volumes count however late they become known."""
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
    return Result(INDETERMINATE, at=shift[1], unit=row.unit, missing=ASKED)


def hourly_rate(row: HourlyRateRow, chart: Chart, now: int, before: Memory) -> Result:
    """The average over the shortest stretch that starts with a collection, ends with the latest and covers 60
    min.
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
        return Result(INDETERMINATE, unit=row.unit, missing=ASKED)
    limit = mode.limit(collections[count - 1].end, now >> 1, ward, intensive)
    return aged(_rated(row, collections[:count]), limit, now, ASKED)


def _rated(row: HourlyRateRow, collections: list[Collection]) -> Result:
    end = collections[-1].end
    rate = stretch_rate(collections, row)
    if rate is None:
        return Result(INDETERMINATE, at=end, unit=row.unit, missing=ASKED)
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
    """mL/h with the collections of the stretch; None when no stretch of at most 24 h covers enough."""
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
