"""Evaluate whether a patient may go home: all that was abnormal is on its way back.

Source: text, Posttherapy Assessment; criteria.md section 7.1, discharge-ready.
"""

from collections.abc import Iterator

from rules.advice.after_therapy import ended, last_dose, not_before
from rules.advice.pressors import next_off, off_vasopressors
from rules.chart.oxygen import OFF
from rules.evaluate.result import ADVISORY, TRIPPED, Case, Memory, Result, soonest
from rules.evaluate.vital_signs import latest_systolic
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import BaselineGainRow, LabRow
from rules.guideline.roles import RECOVERING, WEIGHT_GAIN
from rules.wire.instants import Instant


def discharge_ready(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while nothing is tripped, no vasopressor ran for a day, and all that was abnormal returns."""
    if not ended(case, now):
        return not_before(case, now)
    start = last_dose(case) + advice.after
    ahead = soonest(now, start, next_off(case.chart.pressors, now, advice.within), *_ages(case, now))
    left = next(lacking(advice, case, now), None)
    if left is None:
        return Result(ADVISORY, next=ahead, words=advice.text)
    return Result(next=ahead, words=f"Not ready for discharge: {left}")


def lacking(advice: Advice, case: Case, now: Instant) -> Iterator[str]:
    """Yield what is lacking for a discharge, in words."""
    chart = case.chart
    if now < last_dose(case) + advice.after:
        yield "a day since the last dose is not over"
    if not off_vasopressors(chart.pressors, now, advice.within):
        yield "a vasopressor ran in the last 24 h"
    yield from (row.words for row in case.guideline.rows if case.memory(row.code).state in TRIPPED)
    if case.memory("diurese").state == ADVISORY:
        yield "diuresis is not complete"
    if not _pressure(case, now):
        yield "systolic pressure not above target, or not seen lately"
    if not _weight(advice, case, now):
        yield "weight not back, or not seen lately"
    yield from (
        f"{code} not on its way back, or not seen twice since the last dose"
        for code, sign in RECOVERING.items()
        if not _recovering(advice, case, now, code, sign)
    )
    if not _saturated(advice, case, now):
        yield "saturation on room air not sufficient, or not seen lately"


def _vital_limit(case: Case, at: int, now: Instant) -> int:
    setting = case.chart.tail.setting
    return case.chart.mode.limit(at, now, setting.stale_ward, setting.stale_intensive)


def _lab_limit(case: Case, code: str, at: int, now: Instant) -> int:
    row = case.guideline.row[code]
    assert isinstance(row, LabRow)
    seen = case.guideline.observes[row.monitored_by]
    ward, intensive = int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor)
    return case.chart.mode.limit(at, now, ward, intensive)


def _weight_limit(case: Case, at: int) -> int:
    row = case.guideline.row[WEIGHT_GAIN]
    assert isinstance(row, BaselineGainRow)
    return at + row.stale


def _ages(case: Case, now: Instant) -> Iterator[Instant]:
    """Yield when what the discharge rests on goes stale."""
    signals = case.chart.tail.now
    for last in (latest_systolic(case.chart), signals.spo2.last):
        if last is not None:
            yield _vital_limit(case, last.at, now)
    if case.chart.weights:
        yield _weight_limit(case, case.chart.weights[-1].at)
    for code in RECOVERING:
        if case.chart.labs.get(code):
            yield _lab_limit(case, code, case.chart.labs[code][-1].at, now)


def _pressure(case: Case, now: Instant) -> bool:
    last = latest_systolic(case.chart)
    if last is None or now >= _vital_limit(case, last.at, now):
        return False
    return last.value > case.chart.tail.setting.target


def _weight(advice: Advice, case: Case, now: Instant) -> bool:
    baseline, weights = case.chart.baseline_readings.get("weight"), case.chart.weights
    if baseline is None or not weights or now >= _weight_limit(case, weights[-1].at):
        return False
    return weights[-1].value <= round(baseline * advice.limits["weight"], 4)


def _recovering(advice: Advice, case: Case, now: Instant, code: str, sign: int) -> bool:
    """Return whether the latest value is better than the worst since cycle-start, or none was ever bad.

    At least two must have been measured since the last dose, the latest of them fresh.
    """
    labs, start, dose = case.chart.labs.get(code, []), case.chart.cycle.start or 0, last_dose(case)
    if sum(lab.at >= dose for lab in labs) < advice.limits["measured"]:
        return False
    if now >= _lab_limit(case, code, labs[-1].at, now):
        return False
    latest, worst = sign * labs[-1].value, max(sign * lab.value for lab in labs if lab.at >= start)
    baseline = case.chart.baseline_readings.get(code)
    back = baseline is not None and latest <= sign * baseline
    return back or latest < worst or worst <= sign * advice.limits[code]


def _saturated(advice: Advice, case: Case, now: Instant) -> bool:
    """Return whether a fresh saturation suffices on room air, both when it was read and now."""
    last = case.chart.tail.now.spo2.last
    if last is None or now >= _vital_limit(case, last.at, now):
        return False
    if last.value < _enough(advice, case):
        return False
    return bool(last.oxygen & OFF) and case.chart.tail.now.oxygen.is_off


def _enough(advice: Advice, case: Case) -> float:
    """Return the saturation that suffices: 95 %, or the patient's own limit."""
    return min(advice.limits["spo2"], case.chart.tail.setting.low.trip.value)
