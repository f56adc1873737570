"""Evaluate the oxygen requirement by device, and by a saturation that stays low at high flow.

Source: criteria.md section 3.
"""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import OxygenRow
from rules.wire.instants import Instant

LEVELS = {None: 0, CLEAR: 1, "relative": 2, ABSOLUTE: 3}


def oxygen_requirement(row: OxygenRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the worse of the two. To be clear the saturation must be fresh."""
    signals = chart.tail.now
    low, oxygen, last = signals.spo2.b, signals.oxygen, signals.spo2.latest_counted
    limit = spo2_limit(chart, now)
    stale = limit is None or now >= limit
    flags = LEVELS[oxygen.level] + 4 * low.on
    ahead = None if limit is None or stale else limit
    result = Result(oxygen.level or INDETERMINATE, flags=flags, next=ahead, unit=row.unit, latest=oxygen.at)
    if low.on and oxygen.level != ABSOLUTE:
        assert last is not None
        result.state, result.stale, result.evidence = ABSOLUTE, stale, low.evidence
        result.value, result.unit, result.limit = last.spo2, "%", row.low.trip.text
    else:
        _by_device(row, chart, result)
    result.at = _changed(before.flags, flags, oxygen.changed, low.changed, result.state)
    if result.state == CLEAR and stale:
        result.state, result.at, result.missing = INDETERMINATE, limit, ("spo2",)
    elif result.state == CLEAR and last is not None:
        result.evidence, result.latest = (last.reference,), last.at
    return result


def _by_device(row: OxygenRow, chart: Chart, result: Result) -> None:
    oxygen = chart.tail.now.oxygen
    result.evidence = oxygen.evidence
    result.missing = () if oxygen.level is not None else ("o2-flow",)
    device = oxygen.in_force
    if device == "mask" or (device == "other" and oxygen.flow is None):
        result.value, result.unit, result.limit = oxygen.fio2, "%", row.absolute_fio2.text
        return
    result.value = 0.0 if device == "room-air" else oxygen.flow
    result.limit = row.absolute_flow.text if oxygen.level == ABSOLUTE else row.relative_flow.text


def _changed(
    before: int, flags: int, by_device: int | None, by_saturation: int | None, state: str
) -> int | None:
    """Return when the parts that changed since the last decision did.

    Of several: the first one to make it absolute, else the last.
    """
    moved = []
    if before & 3 != flags & 3 and (state != ABSOLUTE or flags & 3 == 3):
        moved.append(by_device)
    if before & 4 != flags & 4 and (state != ABSOLUTE or flags & 4):
        moved.append(by_saturation)
    moments = [moment for moment in moved if moment is not None]
    if not moments:
        return None
    return min(moments) if state == ABSOLUTE else max(moments)


def spo2_limit(chart: Chart, now: Instant) -> int | None:
    """Return when the latest saturation that counts goes stale; None when there is none."""
    latest, setting = chart.tail.now.spo2.latest_counted, chart.tail.setting
    return (
        None
        if latest is None
        else chart.mode.limit(latest.at, now, setting.stale_ward, setting.stale_intensive)
    )


def low_saturation(chart: Chart, now: Instant, row: OxygenRow) -> bool:
    """Return whether the latest fresh SpO2 is below 95 %."""
    limit, latest = spo2_limit(chart, now), chart.tail.now.spo2.latest_counted
    if limit is None or latest is None or latest.spo2 is None or now >= limit:
        return False
    return row.low.trip.met(latest.spo2)


ROW_TYPE = RowType[OxygenRow](
    evaluate=oxygen_requirement, inputs=lambda row: dirty_flags.OXYGEN | dirty_flags.SPO2 | dirty_flags.MODE
)
