"""Evaluate the advice at the bedside: the peak of a dose, chills, fever, saturation, mental status.

Source: Tables 3, 5 and 6; text, Overview.
"""

from rules.advice.harm import indomethacin_harms
from rules.chart.facts import Sign, references
from rules.evaluate.result import ADVISORY, CLEAR, Case, Memory, Result, open_, soonest
from rules.evaluate.rows.persistent_finding import persistent_finding
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import PersistentFindingRow
from rules.guideline.local_time import clock_time
from rules.guideline.roles import MENTAL_STATUS
from rules.wire.instants import Instant
from rules.wire.written import written


def peak_window(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from 4 h to 6 h after the last dose."""
    doses, table = case.chart.cycle_doses, case.guideline.pressure
    if not doses:
        return Result()
    start, end = table.peak(doses[-1].at)
    if now < start:
        words = "A new dose was given: its peak is 4-6 h after it"
        return Result(at=doses[-1].at, next=start, words=words)
    if now < end:
        opened = open_(start, (doses[-1].reference,), end)
        opened.say = lambda: f"{advice.text} until {clock_time(end, case.guideline.shifts)}"
        return opened
    return Result(at=end, words=advice.ended)


def chills(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while chills are charted present, up to 2 h after the latest record of them."""
    signs = [sign for sign in case.chart.findings.get("chills", ()) if case.chart.cycle.holds(sign.at)]
    if not signs or signs[-1].value != "present":
        return Result(at=signs[-1].at if signs else None, words="Chills charted gone")
    ends = signs[-1].at + advice.within
    if now >= ends:
        return Result(at=ends, words="Chills: not charted again for 2 h")
    run = _run(signs, advice.within)
    return open_(run[0].at, references(run), ends)


def _run(signs: list[Sign], within: int) -> list[Sign]:
    """Return the latest records that say present, none of them `within` or more after the one before."""
    start = len(signs) - 1
    while start and signs[start - 1].value == "present" and signs[start].at - signs[start - 1].at < within:
        start -= 1
    return signs[start:]


def fever(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest temperature is >=38.0 Cel and less than 4 h old."""
    assert advice.limit is not None
    last = case.chart.tail.now.temp.last
    if last is None:
        return Result()
    ends = last.at + advice.within
    result = Result(at=last.at, value=last.value, unit=advice.unit, limit=advice.limit.text)
    result.evidence = (last.reference,)
    found = f"Temperature {written(last.value, advice.unit, advice.limit.value)}"
    if not advice.limit.met(last.value):
        result.words = found
        return result
    if now >= ends:
        result.at, result.words = ends, "Fever: not measured for 4 h"
        return result
    result.state, result.next = ADVISORY, ends
    result.say = lambda: f"{found}: {_against_fever(advice, case)}"
    return result


def _against_fever(advice: Advice, case: Case) -> str:
    harm = indomethacin_harms(case)
    return f"{advice.second_text} ({harm})" if harm else advice.text


def early_fever_expected(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while fever is open and the clock is within 8 h of dose 1 or 2."""
    doses, fever_at = case.chart.cycle_doses[:2], case.judge("fever", now).at
    if case.memory("fever").state != ADVISORY:
        return Result(at=fever_at, words="Fever is over")
    for dose in doses:
        ends = dose.at + advice.within
        if dose.at <= now < ends:
            return open_(max(dose.at, fever_at or dose.at), (dose.reference,), ends)
    return Result(next=soonest(now, *(dose.at for dose in doses)), words=advice.ended)


def mental_status_watch(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while mental status is changed and not reversed, before the 2 h are over."""
    row = case.guideline.row[MENTAL_STATUS]
    assert isinstance(row, PersistentFindingRow)
    result = persistent_finding(row, case.chart, now, before)
    if result.evaluates_at is None:
        words = (
            "Mental status reassessed: normal"
            if result.state == CLEAR
            else "Mental status changed: its 2 h are over"
        )
        return Result(at=result.at, words=words)
    due, shifts = result.evaluates_at, case.guideline.shifts
    opened = open_(result.at, result.evidence, due)
    opened.say = lambda: f"{advice.text} before {clock_time(due, shifts)}, and chart it"
    return opened
