"""Evaluate the advice on vital signs that are sustained: a low saturation.

Source: Table 5, Shortness of breath; criteria.md section 7.
"""

from rules.evaluate.result import ADVISORY, CLEAR, Case, Memory, Result
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import Instant
from rules.wire.written import written


def hypoxemia(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on an SpO2 sustained below the patient's limit, until it clears."""
    spo2, limit = case.chart.tail.now.spo2, case.chart.tail.setting.low.trip
    low, last = spo2.low, spo2.last
    if last is None:
        return Result()
    result = Result(ADVISORY if low.on else CLEAR, at=low.changed, value=last.value, unit="%")
    result.limit, result.evidence = limit.text, low.evidence
    result.words = f"SpO2 {written(last.value, '%', limit.value)}"
    if low.on:
        result.words = f"{result.words}, below {written(limit.value, '%')}: {advice.text}"
    return result
