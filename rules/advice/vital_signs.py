"""Evaluate the advice on vital signs that are sustained: a low saturation.

Source: Table 5, Shortness of breath; criteria.md section 7.
"""

from rules.evaluate.result import ADVISORY, CLEAR, Case, Memory, Result
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import OxygenRow
from rules.wire.instants import Instant
from rules.wire.written import written


def hypoxemia(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on an SpO2 sustained below the patient's limit, until it clears."""
    row = case.guideline.row["oxygen-requirement"]
    assert isinstance(row, OxygenRow)
    spo2 = case.chart.tail.now.spo2
    if spo2.last is None or spo2.last.spo2 is None:
        return Result()
    result = Result(ADVISORY if spo2.a.on else CLEAR, at=spo2.a.changed, value=spo2.last.spo2, unit="%")
    result.limit, result.evidence = row.low.trip.text, spo2.a.evidence
    result.words = f"SpO2 {written(spo2.last.spo2, '%', row.low.trip.value)}"
    if spo2.a.on:
        result.words = f"{result.words}, below {written(row.low.trip.value, '%')}: {advice.text}"
    return result
