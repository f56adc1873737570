"""Evaluate the advice to look for sepsis: a high spike of temperature above the rising baseline.

Source: Table 5, Fever breakthrough; criteria.md section 7.1, septic-workup.
"""

from itertools import chain
from statistics import median
from typing import NamedTuple

import msgspec

from rules.chart.chart import Chart
from rules.chart.readings import Reading
from rules.evaluate.result import ADVISORY, Case, Memory, Result
from rules.evaluate.vital_signs import temperatures
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import DAY, Instant
from rules.wire.written import written

ANSWERS = ("infection", "cultures-sent")
"""Findings that answer a spike, whatever they say."""
LOOKED_BACK = 3 * DAY


class Course(NamedTuple):
    """The course of spikes: the one that opened the advice, the latest high temperature, and what ended it.

    `spike` None: closed; `ended`: when and by what, in words; `quiet`: until when (ms) none opens.
    """

    spike: Reading | None = None
    high: int = 0
    ended: int | None = None
    words: str = ""
    quiet: int = 0


def septic_workup(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on a spike, until 24 h without a high temperature, or until someone has looked."""
    doses = case.chart.cycle_doses
    readings = temperatures(case.chart, now - LOOKED_BACK)
    if not doses or not readings or advice.limit is None:
        return Result()
    start = now - LOOKED_BACK + advice.within
    course = _course(advice, case.chart, readings, doses[0].at, _remembered(readings, before, start), start)
    if course.spike is not None and now >= course.high + advice.until:
        course = _over(advice, course)
    if course.spike is None:
        ended = readings[-1].at if course.ended is None else course.ended
        return Result(at=ended, words=course.words or advice.ended)
    spike = course.spike
    result = Result(ADVISORY, at=spike.at, value=spike.value, unit=advice.unit, limit=advice.limit.text)
    result.evidence, result.next, result.mark = (spike.reference,), course.high + advice.until, spike.at
    result.words = f"Temperature {written(spike.value, advice.unit, advice.limit.value)}: {advice.text}"
    return result


def _course(
    advice: Advice, chart: Chart, readings: list[Reading], dose_1: int, course: Course, start: int
) -> Course:
    """Return the course over the temperatures and the findings that answer them, in order of `at`.

    It goes on from what was remembered of the time before moment `start`: no day before that is kept whole.
    """
    limit = advice.limit
    assert limit is not None
    answers = [sign.at for code in ANSWERS for sign in chart.findings.get(code, ()) if sign.at >= start]
    events = chain(
        ((reading.at, 0, reading) for reading in readings if reading.at >= start),
        ((at, 1, None) for at in answers),
    )
    for at, _, reading in sorted(events, key=lambda event: event[:2]):
        if course.spike is not None and at > course.high + advice.until:
            course = _over(advice, course)
        if reading is None:
            if course.spike is not None and at >= course.spike.at:
                quiet = at + advice.until
                course = Course(None, 0, at, "Infection looked for, or cultures sent", quiet)
        elif limit.met(reading.value):
            if course.spike is not None:
                course = course._replace(high=at)
            elif at >= course.quiet and _is_spike(advice, chart, reading, dose_1):
                course = Course(reading, at)
    return course


def _over(advice: Advice, course: Course) -> Course:
    ended = course.high + advice.until
    return Course(None, 0, ended, "No high temperature for 24 h", course.quiet)


def _remembered(readings: list[Reading], before: Memory, start: int) -> Course:
    """Return the spike of the time before moment `start` that was still open at the decision before."""
    if before.state != ADVISORY or before.mark is None or before.mark >= start:
        return Course()
    spike = next((one for one in readings if one.at == before.mark), readings[0])
    return Course(msgspec.structs.replace(spike, at=before.mark), start)


def _is_spike(advice: Advice, chart: Chart, reading: Reading, dose_1: int) -> bool:
    """Return whether a high temperature lies far enough above those of the day before it."""
    if reading.at < dose_1 + advice.after or advice.rise is None:
        return False
    usual, _ = usual_before(advice, chart, reading.at)
    return round(reading.value - usual, 4) >= advice.rise


def usual_before(advice: Advice, chart: Chart, at: int) -> tuple[float, int]:
    """Return the median of the temperatures of the day before moment `at` that count, and how many do.

    Where none does it is a usual one.
    """
    earlier = [
        one.value
        for one in temperatures(chart, at - advice.within + 1)
        if one.at < at and _counts(advice, chart, one.at)
    ]
    return (round(median(earlier), 4) if earlier else advice.limits["usual"]), len(earlier)


def _counts(advice: Advice, chart: Chart, at: int) -> bool:
    """Return whether a temperature is of the baseline: long after a dose, or before the first."""
    doses = [dose.at for dose in chart.doses if dose.at < at]
    return not doses or at - doses[-1] > advice.lasts
