"""Evaluate stool by what was collected in a shift (criteria.md 3.2, diarrhea)."""

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT, Volume, references
from rules.chart.volumes import Shift, running, shift_of
from rules.evaluate.limit_bands import SEVERITY, scaled
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, TRIPPED, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import Limit, ShiftVolumeRow
from rules.guideline.site_choices import Shifts
from rules.wire.instants import Instant

MISSING = ("stool-volume",)


class ShiftTotal(msgspec.Struct, frozen=True):
    """What was charted in a shift up to a moment.

    `reached`: whether the measured volume has reached the limit; `unmeasured`: whether it has not, and
    something lies in the shift that nobody measured.
    """

    shift: Shift
    limit: Limit
    volumes: tuple[Volume, ...]
    total: float
    reached: bool
    unmeasured: bool


def shift_volume(row: ShiftVolumeRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result by shift: relative in one shift, absolute in each of two consecutive ones.

    Volumes count whole, at their `at`. Where an unmeasured one could decide, a tripped row is kept, stale.
    """
    shifts, volumes = chart.guideline.shifts, chart.volumes[row.kind]
    totals = totals_at(row, shifts, volumes, now)
    result = _measured(row, totals, now)
    if could_be(totals) != result.state:
        kept = _state_before(row, shifts, volumes, now)
        if result.state == CLEAR and kept not in TRIPPED:
            result.state, result.at, result.missing = INDETERMINATE, None, MISSING
        else:
            result.state = max(result.state, kept, key=lambda state: SEVERITY.get(state, 0))
            result.stale, result.missing = True, MISSING
    return result


def totals_at(row: ShiftVolumeRow, shifts: Shifts, volumes: Sequence[Volume], now: int) -> list[ShiftTotal]:
    """Return what the two last completed shifts and the running one have."""
    under_way = running(now, shifts)
    last = shift_of(under_way[0], shifts)
    return [_total(row, volumes, shift) for shift in (shift_of(last[0], shifts), last, under_way)]


def _total(row: ShiftVolumeRow, volumes: Sequence[Volume], shift: Shift) -> ShiftTotal:
    first, end = (bisect_right(volumes, edge, key=AT) for edge in shift)
    inside = tuple(volumes[first:end])
    limit, total = scaled(row.relative, shift), round(sum(one.volume for one in inside), 4)
    reached = limit.met(total)
    unmeasured = not reached and any(one.count is not None for one in inside)
    return ShiftTotal(shift, limit, inside, total, reached, unmeasured)


def _band(first: bool, last: bool, under_way: bool) -> str:
    return ABSOLUTE if last and (first or under_way) else RELATIVE if last or under_way else CLEAR


def measured_state(totals: Sequence[ShiftTotal]) -> str:
    """Return the state by what was measured in the three shifts."""
    return _band(*(one.reached for one in totals))


def could_be(totals: Sequence[ShiftTotal]) -> str:
    """Return the state if what nobody measured reached the limit too."""
    return _band(*(one.reached or one.unmeasured for one in totals))


def _state_before(row: ShiftVolumeRow, shifts: Shifts, volumes: Sequence[Volume], now: int) -> str:
    """Return the state before the last thing that changed: a volume, or the end of a shift.

    It goes back to an instant at which nothing unmeasured could decide.
    """
    states = [CLEAR]
    known = [one for one in volumes if one.at <= now]
    t = now
    while known:
        t = max(running(t, shifts)[0], known[-1].at if known[-1].at <= t else 0) - 1
        known = [one for one in known if one.at <= t]
        totals = totals_at(row, shifts, known, t)
        states.append(measured_state(totals))
        if could_be(totals) == states[-1]:
            break
    return max(states, key=SEVERITY.__getitem__)


def _measured(row: ShiftVolumeRow, totals: list[ShiftTotal], now: Instant) -> Result:
    """Return the result by what was measured."""
    first, last, under_way = totals
    state = measured_state(totals)
    decisive = under_way if under_way.reached else last
    reported = decisive if state != CLEAR else max(last, under_way, key=lambda one: one.total)
    earlier = (last if under_way.reached else first).volumes if state == ABSOLUTE else ()
    at_end = now if now == under_way.shift[0] else None
    return Result(
        state,
        at=at_end if state == CLEAR else _reached_at(decisive),
        value=reported.total,
        unit=row.unit,
        limit=reported.limit.text,
        evidence=references((*earlier, *reported.volumes)),
        flags=1 if under_way.reached else 0,
        next=under_way.shift[1],
    )


def _reached_at(found: ShiftTotal) -> int:
    total = 0.0
    for one in found.volumes:
        total += one.volume
        if found.limit.met(round(total, 4)):
            return one.at
    return found.volumes[-1].at


ROW_TYPE = RowType[ShiftVolumeRow](evaluate=shift_volume, inputs=lambda row: dirty_flags.STOOL)
