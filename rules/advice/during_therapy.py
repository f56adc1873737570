"""Evaluate the advice during therapy: doses, fever, saturation, mental status, labs to be corrected.

Source: Tables 5 and 6; text, Overview.
"""

from collections.abc import Callable

from rules.chart.facts import Lab, references
from rules.evaluate.limit_bands import run_start
from rules.evaluate.result import ADVISORY, CLEAR, Case, Memory, Result, open_, soonest
from rules.evaluate.rows.persistent_finding import persistent_finding
from rules.guideline.advice_texts import Advice
from rules.guideline.declarations import OxygenRow, PersistentFindingRow
from rules.wire.instants import Instant

FORBIDDEN = ("steroid", "antihypertensive")


def peak_window(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from 4 h to 6 h after the last dose."""
    doses, table = case.chart.cycle_doses, case.guideline.pressure
    if not doses:
        return Result()
    start, end = table.peak(doses[-1].at)
    if now < start:
        return Result(next=start)
    if now < end:
        return open_(start, (doses[-1].reference,), end)
    return Result(at=end)


def dose_changed(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest dose given differs from the cycle's first by more than 10 %.

    They are compared in the same unit only.
    """
    doses, tolerance = case.chart.cycle_doses, case.guideline.table4.dose_tolerance
    if len(doses) < 2 or doses[0].unit != doses[-1].unit:
        return Result()
    first, last = doses[0], doses[-1]
    change = 0.0 if first.amount == 0 else round((last.amount - first.amount) / first.amount * 100, 6)
    state = (
        ADVISORY if round(abs(last.amount - first.amount), 6) > round(first.amount * tolerance, 6) else CLEAR
    )
    return Result(
        state,
        at=last.at,
        value=change,
        unit="%",
        limit=f"±{tolerance * 100:g}",
        evidence=(first.reference, last.reference),
    )


def forbidden_medication(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on a steroid or an antihypertensive between cycle-start and therapy-end.

    It closes 24 h after the last one.
    """
    cycle = case.chart.cycle
    if cycle.start is None:
        return Result()
    given = [
        drug
        for drug in case.chart.drugs
        if drug.kind in FORBIDDEN and drug.at >= cycle.start and (cycle.end is None or drug.at <= cycle.end)
    ]
    if not given:
        return Result()
    ends = given[-1].at + advice.within
    if now >= ends:
        return Result(at=ends)
    start = len(given) - 1
    while start and given[start].at - given[start - 1].at < advice.within:
        start -= 1
    result = open_(given[start].at, references(given[start:]), ends)
    result.value = given[-1].agent
    return result


def fever(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest temperature is >=38.0 Cel and no older than 4 h."""
    assert advice.limit is not None
    last = case.chart.tail.now.temp.last
    if last is None or last.temp is None:
        return Result()
    ends = last.at + advice.within
    result = Result(
        at=last.at, value=last.temp, unit=advice.unit, limit=advice.limit.text, evidence=(last.reference,)
    )
    if advice.limit.met(last.temp):
        result.state = ADVISORY if now < ends else CLEAR
        result.at = case.chart.tail.now.temp.feverish if result.state == ADVISORY else ends
        result.next = soonest(now, ends)
    return result


def septic_workup(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest temperature is >=38.5 and >=1.0 above the highest of the 24 h before it.

    It must have been taken over 24 h after dose 1.
    """
    assert advice.limit is not None and advice.rise is not None
    temperature, doses = case.chart.tail.now.temp, case.chart.cycle_doses
    last = temperature.last
    if last is None or last.temp is None or not doses:
        return Result()
    highest = temperature.highest(last.at - advice.within, last.at)
    late = last.at > doses[0].at + advice.after
    result = Result(
        at=last.at, value=last.temp, unit=advice.unit, limit=advice.limit.text, evidence=(last.reference,)
    )
    if (
        late
        and highest is not None
        and advice.limit.met(last.temp)
        and round(last.temp - highest[1], 6) >= advice.rise
    ):
        result.state, result.evidence = ADVISORY, (last.reference, (highest[2], highest[3]))
    return result


def early_fever_expected(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while fever is open and the clock is within 8 h of dose 1 or 2."""
    if case.memory("fever").state != ADVISORY:
        return Result()
    t = now
    for dose in case.chart.cycle_doses[:2]:
        if dose.at <= t and now < dose.at + advice.within:
            return open_(evidence=(dose.reference,), next=dose.at + advice.within)
    ahead = (dose.at for dose in case.chart.cycle_doses[:2])
    return Result(next=soonest(now, *ahead))


def hypoxemia(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on an SpO2 sustained below 95 %, until it is sustained at 95 % or more."""
    row = case.guideline.row["oxygen-requirement"]
    assert isinstance(row, OxygenRow)
    spo2 = case.chart.tail.now.spo2
    if spo2.last is None:
        return Result()
    state = ADVISORY if spo2.a.on else CLEAR
    return Result(
        state,
        at=spo2.a.changed,
        value=spo2.last.spo2,
        unit="%",
        limit=row.low.trip.text,
        evidence=spo2.a.evidence,
    )


def mental_status_watch(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while mental status is changed and not reversed, before the 2 h are over."""
    row = case.guideline.row["mental-status"]
    assert isinstance(row, PersistentFindingRow)
    result = persistent_finding(row, case.chart, now, before)
    if result.evaluates_at is None:
        return Result(at=result.at)
    return open_(result.at, result.evidence, result.evaluates_at)


Test = Callable[[Lab], bool]


def _judged(advice: Advice, case: Case, test: Test, limit: Callable[[Lab], str | None]) -> Result:
    assert advice.lab is not None
    labs = case.chart.labs.get(advice.lab)
    if not labs:
        return Result()
    last = labs[-1]
    state = ADVISORY if test(last) else CLEAR
    start = run_start(labs, lambda lab: str(test(lab)))
    return Result(
        state, at=start, value=last.value, unit=last.unit, limit=limit(last), evidence=(last.reference,)
    )


def fixed_limit(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Evaluate a lab against the guideline's own number.

    Flag 1: the second limit is met too (another text).
    """
    assert advice.limit is not None
    limit, second = advice.limit, advice.second
    result = _judged(advice, case, lambda lab: limit.met(lab.value), lambda lab: limit.text)
    if second is not None and isinstance(result.value, float) and second.met(result.value):
        result.limit, result.flags = second.text, 1
    return result


def below_low(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while a lab is below the lowest normal value printed with the reading."""
    return _judged(
        advice,
        case,
        lambda lab: lab.low is not None and lab.value < lab.low,
        lambda lab: None if lab.low is None else f"<{lab.low:g}",
    )


def above_high(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while a lab is above the upper limit printed with the reading."""
    return _judged(
        advice,
        case,
        lambda lab: lab.high is not None and lab.value > lab.high,
        lambda lab: None if lab.high is None else f">{lab.high:g}",
    )
