"""Temperature, saturation and the mind: what the bedside shows (Table 5; text, Overview)."""

from rules.advice.case import ADVISORY, Case, open_
from rules.evaluate.findings import persistent_finding
from rules.evaluate.result import CLEAR, Memory, Result, beyond, reached, soonest
from rules.guideline.declare import OxygenRow, PersistentFindingRow
from rules.guideline.table5 import Advice


def fever(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Latest temperature >=38.0 Cel, no older than 4 h."""
    assert advice.limit is not None
    last = case.chart.tail.now.temp.last
    if last is None or last.temp is None:
        return Result()
    ends = last.at + advice.within
    result = Result(at=last.at, value=last.temp, unit=advice.unit, limit=advice.limit.text, evidence=(last.reference,))
    if advice.limit.met(last.temp):
        result.state = ADVISORY if now < beyond(ends) else CLEAR
        result.at = case.chart.tail.now.temp.feverish if result.state == ADVISORY else ends
        result.next = soonest(now, beyond(ends))
    return result


def septic_workup(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Latest temperature taken over 24 h after dose 1, >=38.5 and >=1.0 above the highest of the 24 h before it."""
    assert advice.limit is not None and advice.rise is not None
    temperature, doses = case.chart.tail.now.temp, case.chart.cycle_doses
    last = temperature.last
    if last is None or last.temp is None or not doses:
        return Result()
    highest = temperature.highest(last.at - advice.within, last.at)
    late = last.at > doses[0].at + advice.after
    result = Result(at=last.at, value=last.temp, unit=advice.unit, limit=advice.limit.text, evidence=(last.reference,))
    if late and highest is not None and advice.limit.met(last.temp) and round(last.temp - highest[1], 6) >= advice.rise:
        result.state, result.evidence = ADVISORY, (last.reference, (highest[2], highest[3]))
    return result


def early_fever_expected(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Fever while the clock is within 8 h of dose 1 or 2."""
    if case.memory("fever").state != ADVISORY:
        return Result()
    t = now >> 1
    for dose in case.chart.cycle_doses[:2]:
        if dose.at <= t and now < beyond(dose.at + advice.within):
            return open_(evidence=(dose.reference,), next=beyond(dose.at + advice.within))
    ahead = (reached(dose.at) for dose in case.chart.cycle_doses[:2])
    return Result(next=soonest(now, *ahead))


def hypoxemia(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """SpO2 sustained below 95 %, until sustained at 95 % or more."""
    row = case.guideline.row["oxygen-requirement"]
    assert isinstance(row, OxygenRow)
    spo2 = case.chart.tail.now.spo2
    if spo2.last is None:
        return Result()
    state = ADVISORY if spo2.a.on else CLEAR
    return Result(state, at=spo2.a.changed, value=spo2.last.spo2, unit="%", limit=row.low.trip.text, evidence=spo2.a.evidence)


def mental_status_watch(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Changed and not reversed, before the 2 h are over."""
    row = case.guideline.row["mental-status"]
    assert isinstance(row, PersistentFindingRow)
    result = persistent_finding(row, case.chart, now, before)
    if result.evaluates_at is None:
        return Result(at=result.at)
    return open_(result.at, result.evidence, reached(result.evaluates_at))
