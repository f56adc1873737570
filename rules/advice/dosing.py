"""Doses, their peak and what must not be given with them (text, Interleukin-2 Dosing, Overview, Pretherapy)."""

from rules.advice.case import ADVISORY, Case, open_
from rules.chart.facts import references
from rules.evaluate.result import CLEAR, Memory, Result, reached
from rules.guideline.table5 import Advice

FORBIDDEN = ("steroid", "antihypertensive")


def peak_window(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """From 4 h to 6 h after the last dose."""
    doses, table = case.chart.cycle_doses, case.guideline.pressure
    if not doses:
        return Result()
    start, end = doses[-1].at + table.peak_from, doses[-1].at + table.peak_to
    if now < reached(start):
        return Result(next=reached(start))
    if now < reached(end):
        return open_(start, (doses[-1].reference,), reached(end))
    return Result(at=end)


def dose_changed(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """The latest dose given differs from the cycle's first by more than 10 %; compared in the same unit only."""
    doses, tolerance = case.chart.cycle_doses, case.guideline.table4.dose_tolerance
    if len(doses) < 2 or doses[0].unit != doses[-1].unit:
        return Result()
    first, last = doses[0], doses[-1]
    change = 0.0 if first.amount == 0 else round((last.amount - first.amount) / first.amount * 100, 6)
    state = ADVISORY if round(abs(last.amount - first.amount), 6) > round(first.amount * tolerance, 6) else CLEAR
    return Result(state, at=last.at, value=change, unit="%", limit=f"±{tolerance * 100:g}", evidence=(first.reference, last.reference))


def forbidden_medication(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """A steroid or an antihypertensive between cycle-start and therapy-end; closes 24 h after the last one."""
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
    ends = reached(given[-1].at + advice.within)
    if now >= ends:
        return Result(at=ends >> 1)
    start = len(given) - 1
    while start and given[start].at - given[start - 1].at < advice.within:
        start -= 1
    result = open_(given[start].at, references(given[start:]), ends)
    result.value = given[-1].agent
    return result


