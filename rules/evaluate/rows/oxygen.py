"""Evaluate the oxygen requirement: by device, and by the saturation that it keeps.

Source: criteria.md section 3.1.
"""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.held import Latch
from rules.chart.oxygen import ASSISTED, UNREAD, Oxygen
from rules.chart.series import BELOW, BELOW_HIGH, BELOW_SEVERE, Saturation
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, TRIPPED, Memory, Result
from rules.evaluate.row_type import RowType
from rules.evaluate.vital_signs import stale_from
from rules.guideline.declarations import Limit, OxygenRow
from rules.wire.instants import Instant

NAMES = {
    "nasal-cannula": "Oxygen by nasal cannula",
    "mask": "Oxygen by mask",
    "high-flow": "High-flow oxygen",
    "nippv": "Non-invasive ventilation",
    "ventilator": "Ventilator",
}
"""Device -> what an alert calls the row that it decides."""

RANK = {None: 0, CLEAR: 1, RELATIVE: 2, ABSOLUTE: 3}
DEVICE_BITS, SATURATION_SHIFT = 3, 2


def oxygen_requirement(row: OxygenRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the worse of device and saturation. To be clear the saturation must be fresh."""
    signals = chart.tail.now
    spo2, oxygen = signals.spo2, signals.oxygen
    limit = spo2_limit(chart, now)
    stale = limit is None or now >= limit
    saturation = by_saturation(spo2)
    flags = RANK[oxygen.level] | _flags(spo2) << SATURATION_SHIFT
    result = Result(flags=flags, next=None if stale else limit, unit=row.unit, latest=oxygen.at)
    if RANK[saturation] > max(RANK[oxygen.level], RANK[CLEAR]):
        result.state, result.stale = saturation, stale
        _of_saturation(chart, result)
    else:
        result.state = oxygen.level or INDETERMINATE
        _of_device(row, oxygen, result)
    result.at = _changed(before.flags, result, oxygen, spo2)
    if result.state == CLEAR and stale:
        result.state, result.at, result.missing = INDETERMINATE, limit, ("spo2",)
    elif result.state == CLEAR and spo2.latest_counted is not None:
        result.evidence, result.latest = (spo2.latest_counted.reference,), spo2.latest_counted.at
    return result


def missing(oxygen: Oxygen) -> tuple[str, ...]:
    """Return what is missing to tell the device's level: what cannot be read, else the flow."""
    unread = tuple(f"{code}.unreadable" for code, flag in UNREAD.items() if oxygen.unread & flag)
    return unread or (("o2-flow",) if oxygen.unknown else ())


def by_saturation(spo2: Saturation) -> str:
    """Return the state by the saturation alone."""
    if spo2.on_high.on or spo2.severe.on:
        return ABSOLUTE
    return RELATIVE if spo2.low.on else CLEAR


def _flags(spo2: Saturation) -> int:
    return BELOW * spo2.low.on | BELOW_HIGH * spo2.on_high.on | BELOW_SEVERE * spo2.severe.on


def _of_saturation(chart: Chart, result: Result) -> None:
    """Put the saturation's value, limit and evidence in a result that it decides."""
    spo2, setting = chart.tail.now.spo2, chart.tail.setting
    assert spo2.latest_counted is not None
    latch, limit = _deciding(spo2, setting.low.trip, setting.severe_saturation)
    result.value, result.unit, result.name = spo2.latest_counted.value, "%", "SpO2"
    result.evidence, result.limit = latch.evidence, limit.text
    if chart.tail.now.oxygen.unknown:
        result.missing, result.stale = missing(chart.tail.now.oxygen), True


def _deciding(spo2: Saturation, low: Limit, severe: Limit) -> tuple[Latch, Limit]:
    """Return what made the state by saturation: of two the first; where it improved, what ended."""
    if spo2.severe.on and spo2.on_high.on:
        return min((spo2.severe, severe), (spo2.on_high, low), key=_changed_at)
    if spo2.severe.on or spo2.on_high.on:
        return (spo2.severe, severe) if spo2.severe.on else (spo2.on_high, low)
    return max((spo2.low, low), (spo2.severe, low), key=_changed_at)


def _changed_at(one: tuple[Latch, Limit]) -> int:
    return one[0].changed or 0


def _of_device(row: OxygenRow, oxygen: Oxygen, result: Result) -> None:
    """Put the device's value, limit and evidence in a result that it decides."""
    result.evidence, result.name = oxygen.evidence, NAMES.get(oxygen.in_force, "Oxygen")
    if oxygen.unknown:
        result.missing, result.stale = missing(oxygen), result.state in TRIPPED
    if oxygen.in_force in ASSISTED and not oxygen.is_off:
        by_flow = oxygen.flow is not None or oxygen.fio2 is None
        result.value, result.unit = (oxygen.flow, result.unit) if by_flow else (oxygen.fio2, "%")
        return
    if oxygen.is_mask:
        result.value, result.unit, result.limit = oxygen.fio2, "%", row.absolute_fio2.text
        if oxygen.fio2 is None:
            result.name = f"{result.name}, FiO2 not charted and assumed"
        return
    result.value = 0.0 if oxygen.in_force == "room-air" else oxygen.flow
    result.limit = row.absolute_flow.text if oxygen.level == ABSOLUTE else row.relative_flow.text


def _changed(before: int, result: Result, oxygen: Oxygen, spo2: Saturation) -> int | None:
    """Return when the row came to its level; None if it has not moved since the last decision.

    That is when the first of the parts at that level began, and the last of those above it had ended. What
    began and ended before it was known is not counted: a part that took over the level opens with its own.
    """
    ranks = _ranks(result.flags)
    now = max(ranks)
    if now == max(_ranks(before)):
        return None
    parts = (oxygen.changed, spo2.low.changed, spo2.on_high.changed, spo2.severe.changed)
    began = [at for at, rank in zip(parts, ranks, strict=True) if rank == now and at is not None]
    moments = [*([min(began)] if began else []), *_ended_above(now, oxygen, spo2)]
    return max(moments, default=None)


def _ended_above(level: int, oxygen: Oxygen, spo2: Saturation) -> list[int]:
    """Return when what was worse than a level had ended."""
    latches = ((spo2.low, RELATIVE), (spo2.on_high, ABSOLUTE), (spo2.severe, ABSOLUTE))
    ended = [latch.changed for latch, state in latches if not latch.on and RANK[state] > level]
    return [at for at in (oxygen.absolute_until, *ended) if at is not None and level < RANK[ABSOLUTE]]


def _ranks(flags: int) -> tuple[int, ...]:
    """Return how bad the flags say that each part is: the device, and the conditions of the saturation."""
    saturation = flags >> SATURATION_SHIFT
    conditions = ((BELOW, RELATIVE), (BELOW_HIGH, ABSOLUTE), (BELOW_SEVERE, ABSOLUTE))
    return flags & DEVICE_BITS, *(RANK[level] if saturation & bit else 0 for bit, level in conditions)


def spo2_limit(chart: Chart, now: Instant) -> int | None:
    """Return when the latest saturation that counts goes stale; None when there is none."""
    latest = chart.tail.now.spo2.latest_counted
    return None if latest is None else stale_from(chart, latest, now)


def low_saturation(chart: Chart, now: Instant, row: OxygenRow) -> bool:
    """Return whether the latest fresh SpO2 is below the patient's limit."""
    limit, latest = spo2_limit(chart, now), chart.tail.now.spo2.latest_counted
    if limit is None or latest is None or now >= limit:
        return False
    return chart.tail.setting.low.trip.met(latest.value)


ROW_TYPE = RowType[OxygenRow](
    evaluate=oxygen_requirement,
    inputs=lambda row: dirty_flags.OXYGEN | dirty_flags.SPO2 | dirty_flags.MODE | dirty_flags.BASELINE,
)
