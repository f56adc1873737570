"""Work out the numbers that a patient's vital signs are judged by, from the guideline and the baseline.

Source: Table 2; criteria.md sections 3.1 and 5.
"""

from collections.abc import Iterator, Mapping

import msgspec

from rules.chart.held import HeldCondition
from rules.chart.series import Setting
from rules.guideline.declarations import (
    ExcusedRateRow,
    HeldReadingRow,
    Limit,
    OxygenRow,
    Sustained,
    SustainedRateRow,
)
from rules.guideline.edition import Guideline
from rules.guideline.roles import FAST_RATE, OXYGEN


def target_for(baseline: float | None, guideline: Guideline) -> float:
    """Return the target systolic pressure of Table 2, mm[Hg]; without a baseline the strictest."""
    table = guideline.pressure
    if baseline is None or baseline > table.high_baseline:
        return table.target_high
    return table.target_low if baseline < table.low_baseline else table.target_normal


def saturation_shift(row: OxygenRow, baseline: float | None) -> float:
    """Return by how much (%) a low baseline SpO2 lowers the limits of the saturation."""
    if baseline is None or baseline >= row.baseline_below:
        return 0.0
    return round(row.low.trip.value - (baseline - row.baseline_margin), 4)


SIGNALS = {"systolic-bp": "sbp", "spo2": "spo2"}


def held_key(row: HeldReadingRow) -> str:
    """Return the key of the condition of a row: rows with the same limits share it."""
    if row.trip is None or row.resume is None:
        return f"{row.signal} target"
    return f"{row.signal} {row.trip.text} {row.resume.text}"


def rate_key(condition: Sustained) -> str:
    """Return the key of a sustained condition of the heart rate."""
    return f"{condition.trip.text} {condition.clear.text} {condition.span}"


def held_for(targets: Mapping[str, float], guideline: Guideline) -> tuple[HeldCondition, ...]:
    """Return the conditions that the rows of the packs beside the guideline ask for, each once."""
    found: dict[str, HeldCondition] = {}
    for row in (row for pack in guideline.beside for row in pack.rows):
        if isinstance(row, HeldReadingRow):
            found.update((one.key, one) for one in _held_reading(row, targets))
        elif isinstance(row, SustainedRateRow):
            rates = (row.relative, row.absolute, row.unexcused)
            found.update((rate_key(rate), _rate(rate)) for rate in rates)
    return tuple(found.values())


def _rate(rate: Sustained) -> HeldCondition:
    return HeldCondition(rate_key(rate), "hr", rate.trip, rate.clear, rate.span, rate=rate)


def _held_reading(row: HeldReadingRow, targets: Mapping[str, float]) -> Iterator[HeldCondition]:
    target = targets.get(row.signal)
    trip, resume = row.trip, row.resume
    if trip is None and target is not None:
        trip, resume = Limit("<", target), Limit(">=", target)
    if trip is not None and resume is not None:
        yield HeldCondition(held_key(row), SIGNALS[row.signal], trip, resume, row.span, row.mean_trip)


NO_TARGETS: dict[str, float] = {}


def setting_for(
    baseline: Mapping[str, float], guideline: Guideline, targets: Mapping[str, float] = NO_TARGETS
) -> Setting:
    """Return the numbers that the vitals series need, for a patient with these readings before therapy."""
    heart, oxygen = guideline.row[FAST_RATE], guideline.row[OXYGEN]
    assert isinstance(heart, ExcusedRateRow) and isinstance(oxygen, OxygenRow)
    vital, pressure, signs = guideline.observes[heart.monitored_by], guideline.pressure, guideline.vital_signs
    target = target_for(baseline.get("systolic-bp"), guideline)
    shift = saturation_shift(oxygen, baseline.get("spo2"))
    fever = guideline.advises["fever"]
    assert fever.limit is not None
    grace = 1 + guideline.choices.overdue_grace
    return Setting(
        ward=vital.ward,
        intensive=vital.intensive,
        joins_ward=int(vital.ward * grace),
        joins_intensive=int(vital.intensive * grace),
        stale_ward=int(vital.ward * heart.stale_factor),
        stale_intensive=int(vital.intensive * heart.stale_factor),
        late=guideline.choices.late_readings,
        signs=signs,
        heart=heart,
        oxygen=oxygen,
        target=target,
        pressure=Sustained(Limit("<=", target), Limit(">", target + pressure.clear_above), pressure.span),
        severe_pressure=Limit("<=", pressure.severe(target)),
        mean=pressure.means(target),
        low=_lowered(oxygen.low, shift),
        severe_saturation=_lower(oxygen.severe, shift),
        extreme_saturation=_lower(signs.extreme_saturation, shift),
        warm=_warm(heart, fever.limit, guideline),
        fever=fever.limit,
        fever_lasts=fever.within,
        longest=max(
            signs.recovers,
            pressure.span,
            *(one.span for one in (heart.relative, heart.absolute, heart.unexcused, oxygen.low, signs.slow)),
        ),
        held=held_for(targets, guideline) if guideline.packs is not None else (),
    )


def _lower(limit: Limit, shift: float) -> Limit:
    return Limit(limit.op, round(limit.value - shift, 4)) if shift else limit


def _lowered(condition: Sustained, shift: float) -> Sustained:
    return msgspec.structs.replace(
        condition, trip=_lower(condition.trip, shift), clear=_lower(condition.clear, shift)
    )


def _warm(heart: ExcusedRateRow, fever: Limit, guideline: Guideline) -> float:
    """Return the lowest temperature (Cel) that matters to any decision."""
    limits = (heart.fever, fever, guideline.advises["septic-workup"].limit)
    return min(limit.value for limit in limits if limit is not None)
