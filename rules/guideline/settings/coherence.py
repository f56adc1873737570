"""Check the numbers of a guideline against one another: relative before absolute, a range wide enough.

Published numbers and a site's are checked alike.
"""

from itertools import chain, pairwise

from rules.guideline.declarations import (
    CoveredShiftRow,
    ExcusedRateRow,
    HourlyRateRow,
    Limit,
    OxygenRow,
    PersistentFindingRow,
    Row,
)
from rules.guideline.edition import Guideline
from rules.guideline.settings.comparing import (
    Conflict,
    Conflicts,
    hysteresis,
    in_turn,
    rising,
    worded,
)
from rules.guideline.settings.plausible import hidden
from rules.guideline.settings.values import minutes_of
from rules.wire.instants import DAY, HOUR, MINUTE

LATE_AT_MOST = 8 * HOUR
"""The chart keeps the vitals of the last 8 h record by record: older ones cannot join a run."""
WARM_AT_MOST = 25 * HOUR
"""The chart keeps the highest temperatures of the last 25 h."""


def conflicts(guideline: Guideline) -> Conflicts:
    """Yield every conflict between the numbers of a guideline."""
    return chain(
        _rows(guideline),
        _pressure(guideline),
        _vital_signs(guideline),
        _monitoring(guideline),
        _advice(guideline),
        hidden(guideline),
        _kept(guideline),
    )


def _rows(guideline: Guideline) -> Conflicts:
    for row in guideline.rows:
        table = f"criteria.{row.code}"
        relative, absolute = getattr(row, "relative", None), getattr(row, "absolute", None)
        if isinstance(relative, Limit) and isinstance(absolute, Limit):
            yield from in_turn(table, ("relative", relative), ("absolute", absolute))
        if isinstance(row, ExcusedRateRow):
            yield from _nested(table, row)
        if isinstance(row, OxygenRow):
            yield from in_turn(
                table, ("relative-flow", row.relative_flow), ("absolute-flow", row.absolute_flow)
            )
            yield from in_turn(
                table, ("relative-fio2", row.relative_fio2), ("absolute-fio2", row.absolute_fio2)
            )
            yield from hysteresis(f"{table}.low", row.low)
            yield from in_turn(table, ("low.trip", row.low.trip), ("severe", row.severe))
        yield from _times(table, row, guideline)


def _nested(table: str, row: ExcusedRateRow) -> Conflicts:
    """Check that the lower condition (over 120) holds as long as the upper one (over 130) does."""
    yield from hysteresis(f"{table}.relative", row.relative)
    yield from hysteresis(f"{table}.absolute", row.absolute)
    yield from hysteresis(f"{table}.unexcused", row.unexcused)
    yield from in_turn(table, ("absolute.trip", row.absolute.trip), ("unexcused.trip", row.unexcused.trip))
    yield from in_turn(table, ("relative.trip", row.relative.trip), ("absolute.trip", row.absolute.trip))
    yield from rising(
        (f"{table}.relative.clear", row.relative.clear.value),
        (f"{table}.absolute.clear", row.absolute.clear.value),
        equal=True,
    )


def _times(table: str, row: Row, guideline: Guideline) -> Conflicts:
    if isinstance(row, PersistentFindingRow):
        yield from rising((f"{table}.lasts", row.lasts), (f"{table}.stale", row.stale))
    if isinstance(row, HourlyRateRow):
        covers = (f"{table}.covers", row.covers)
        yield from rising(covers, (f"{table}.clears-over", row.clears_over), equal=True)
        yield from rising((f"{table}.clears-over", row.clears_over), (f"{table}.longest", row.longest))
    if isinstance(row, CoveredShiftRow):
        yield from _wait(f"{table}.wait", row.wait, _shortest_shift(guideline))


def _wait(key: str, wait: int, shortest: int) -> Conflicts:
    """Check that a shift is decided before the next one ends."""
    if wait >= shortest:
        for_wait = (
            f"{worded(wait)} is not shorter than the shortest shift ({worded(shortest)}); lower it, or "
            "lengthen the shift"
        )
        for_shift = (
            f"the shortest shift lasts {worded(shortest)}, no longer than {key} ({worded(wait)}); "
            "lengthen it, or lower the wait"
        )
        yield Conflict(((key, for_wait), ("shifts.starts", for_shift)))


def _shortest_shift(guideline: Guideline) -> int:
    minutes = [minutes_of(start) for start in guideline.shifts.starts]
    return min(b - a for a, b in pairwise([*minutes, minutes[0] + DAY // MINUTE])) * MINUTE


def _pressure(guideline: Guideline) -> Conflicts:
    table = guideline.pressure
    yield from rising(
        ("pressure.low-baseline", table.low_baseline), ("pressure.high-baseline", table.high_baseline)
    )
    # Without a baseline the highest target is used, as the strictest one.
    yield from rising(
        ("pressure.target-low", table.target_low), ("pressure.target-normal", table.target_normal), equal=True
    )
    yield from rising(
        ("pressure.target-normal", table.target_normal),
        ("pressure.target-high", table.target_high),
        equal=True,
    )
    yield from rising(
        ("pressure.severe-below", table.severe_below), ("pressure.target-low", table.target_low)
    )
    yield from rising(("pressure.peak-from", table.peak_from), ("pressure.peak-to", table.peak_to))
    range, ends = (
        guideline.plausible["systolic-bp"],
        (table.target_low - table.severe_below, table.target_high + table.clear_above),
    )
    if ends[0] < range.low:
        yield _unseen("severe-below", "target-low", "low", f"target-low - severe-below is {ends[0]}")
    if ends[1] > range.high:
        yield _unseen("clear-above", "target-high", "high", f"target-high + clear-above is {ends[1]}")


def _vital_signs(guideline: Guideline) -> Conflicts:
    signs, table = guideline.vital_signs, guideline.pressure
    yield from hysteresis("vital-signs.slow", signs.slow)
    yield from hysteresis("vital-signs.breathing", signs.breathing)
    yield from rising(
        ("vital-signs.repeat-extreme", signs.repeat_extreme), ("vital-signs.repeat", signs.repeat), equal=True
    )
    yield from rising(
        ("pressure.mean-severe", table.mean_severe), ("pressure.mean-at-target", table.mean_at_target)
    )
    yield from rising(
        ("pressure.mean-severe-low", table.mean_severe_low),
        ("pressure.mean-at-low-target", table.mean_at_low_target),
    )


def _unseen(margin: str, target: str, side: str, found: str) -> Conflict:
    keys = (f"pressure.{margin}", f"pressure.{target}", f"plausible.systolic-bp.{side}")
    return Conflict(
        tuple(
            (
                key,
                (
                    f"{found}, beyond plausible.systolic-bp.{side}: such readings would be dropped; bring it "
                    "inside"
                ),
            )
            for key in keys
        )
    )


def _monitoring(guideline: Guideline) -> Conflicts:
    for seen in guideline.observations:
        table = f"monitoring.{seen.what}"
        yield from rising((f"{table}.intensive", seen.intensive), (f"{table}.ward", seen.ward), equal=True)


def _advice(guideline: Guideline) -> Conflicts:
    for advice in guideline.advice:
        table = f"advice.{advice.code}"
        if advice.limit is not None and advice.second is not None:
            yield from in_turn(table, ("limit", advice.limit), ("second", advice.second))
        if advice.volume is not None and advice.second_volume is not None:
            yield from rising(
                (f"{table}.volume", advice.volume), (f"{table}.second-volume", advice.second_volume)
            )


def _kept(guideline: Guideline) -> Conflicts:
    """Check that no number asks for readings older than the chart keeps."""
    late, within = guideline.choices.late_readings, guideline.advises["septic-workup"].within
    if late > LATE_AT_MOST:
        yield Conflict(
            (
                (
                    "choices.late-readings",
                    f"{worded(late)} is more than the chart keeps; write at most {worded(LATE_AT_MOST)}",
                ),
            )
        )
    if within > WARM_AT_MOST:
        yield Conflict(
            (
                (
                    "advice.septic-workup.within",
                    f"{worded(within)} is more than the chart keeps; write at most {worded(WARM_AT_MOST)}",
                ),
            )
        )
