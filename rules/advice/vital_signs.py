"""Evaluate the advice on vital signs that are sustained: saturation, a slow heart, fast breathing.

Source: Table 5, Shortness of breath; criteria.md sections 3.1, 7.1 and 7.2.
"""

from rules.advice.seen import age
from rules.chart.held import Latch
from rules.chart.readings import Reading
from rules.evaluate.result import ADVISORY, CLEAR, RELATIVE, Case, Memory, Result
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Limit
from rules.wire.instants import Instant
from rules.wire.written import figures, written


def hypoxemia(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on an SpO2 sustained below the patient's limit, until it clears."""
    spo2, limit = case.chart.tail.now.spo2, case.chart.tail.setting.low.trip
    result = _latched(advice, spo2.low, spo2.last, limit, ADVISORY)
    if (last := spo2.last) is not None:
        result.say = lambda: _saturation(advice, case, now, last)
    return result


def _saturation(advice: Advice, case: Case, now: Instant, last: Reading) -> str:
    limit = case.chart.tail.setting.low.trip
    value = written(last.value, "%", limit.value) + age(case, "vital-signs", last.at, now)
    below = f", was below {figures(limit.value)} %" if not limit.met(last.value) else ""
    tripped = case.chart.tail.now.spo2.low.on
    limited = f" (limit {figures(limit.value)} %){below}: {advice.text}" if tripped else ""
    return f"SpO2 {value}{limited}"


def bradycardia(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as relative on a heart rate sustained below 50, until it is sustained at 55 or more."""
    hr, slow = case.chart.tail.now.hr, case.guideline.vital_signs.slow
    result = _latched(advice, hr.slow, hr.last, slow.trip, RELATIVE)
    if hr.last is not None:
        held = f", below {figures(slow.trip.value)} over 30 min: {advice.text}" if hr.slow.on else ""
        value = figures(hr.last.value, slow.trip.value, slow.clear.value)
        result.words = f"Heart rate {value}{age(case, 'vital-signs', hr.last.at, now)}{held}"
    return result


def tachypnea(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as relative on two respiratory rates of 30 or more, 15 min apart, until one is below 25."""
    breathing, fast = case.chart.tail.now.breathing, case.guideline.vital_signs.breathing
    result = _latched(advice, breathing.fast, breathing.last, fast.trip, RELATIVE)
    if breathing.last is not None:
        value = figures(breathing.last.value, fast.trip.value, fast.clear.value)
        held = f", {figures(fast.trip.value)} or more twice: {advice.text}" if breathing.fast.on else ""
        result.words = f"Respiratory rate {value}{age(case, 'vital-signs', breathing.last.at, now)}{held}"
    return result


def _latched(advice: Advice, latch: Latch, last: Reading | None, limit: Limit, level: str) -> Result:
    """Return the result of a condition with hysteresis, and the latest reading."""
    if last is None:
        return Result()
    result = Result(level if latch.on else CLEAR, at=latch.changed, value=last.value, unit=advice.unit)
    result.limit, result.evidence = limit.text, latch.evidence
    return result
