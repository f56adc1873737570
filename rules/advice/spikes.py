"""Evaluate the advice to look for sepsis: a high spike of temperature above the rising baseline.

Source: Table 5, Fever breakthrough; criteria.md section 7.1, septic-workup.
"""

from bisect import bisect_left
from itertools import chain
from statistics import median
from typing import NamedTuple

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT, latest_known
from rules.chart.readings import Reading
from rules.evaluate.result import ADVISORY, Case, Memory, Result
from rules.evaluate.vital_signs import temperatures
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import DAY, Instant
from rules.wire.written import written

ANSWERS = ("infection", "cultures-sent")
"""Findings that answer a spike, whatever they say."""
LOOKED_BACK = 3 * DAY
INPUTS = dirty_flags.TEMPERATURE | dirty_flags.DOSES | dirty_flags.ENCOUNTER | dirty_flags.bits(ANSWERS)


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
    readings = temperatures(case.chart, now - LOOKED_BACK)
    if not case.chart.cycle_doses or not readings:
        return Result()
    course = _course(advice, case, *_resumed(advice, case, readings, now, before))
    if course.spike is not None and now >= course.high + advice.until:
        course = _over(advice, course)
    judged = (("judged", readings[-1].at), ("known", now), ("high", course.high), ("quiet", course.quiet))
    if course.spike is None:
        ended = readings[-1].at if course.ended is None else course.ended
        return Result(at=ended, words=course.words or advice.ended, held=judged)
    spike, limit = course.spike, advice.limit
    assert limit is not None
    result = Result(ADVISORY, at=spike.at, value=spike.value, unit=advice.unit, limit=limit.text, held=judged)
    result.evidence, result.next, result.mark = (spike.reference,), course.high + advice.until, spike.at
    result.words = f"Temperature {written(spike.value, advice.unit, limit.value)}: {advice.text}"
    return result


def _resumed(
    advice: Advice, case: Case, readings: list[Reading], now: Instant, before: Memory
) -> tuple[Course, list[Reading], int]:
    """Return the course so far, the readings that are not in it yet, and from which moment they are.

    It goes on from what is remembered; where a fact of that time became known or was corrected since, it is
    worked out again, as far back as the day before a spike is kept whole.
    """
    # A new cycle has another first dose: a spike of before is none of it.
    of_cycle = before.mark is None or before.mark >= case.chart.cycle_doses[0].at + advice.after
    kept = dict(before.held) if of_cycle else {}
    start = now - LOOKED_BACK + advice.within
    if "judged" in kept and not _moved(case, readings, kept["judged"], kept["known"]):
        spike = _spike_of(readings, before)
        course = Course(spike, kept["high"] if spike is not None else 0, quiet=kept["quiet"])
        start = kept["judged"] + 1
    else:
        old = of_cycle and before.mark is not None and before.mark < start
        course = Course(_spike_of(readings, before), start) if old else Course()
    return course, readings[bisect_left(readings, start, key=lambda one: one.at) :], start


def _moved(case: Case, readings: list[Reading], judged: int, known: Instant) -> bool:
    """Return whether a fact of the time up to `judged` became known since, or was corrected."""
    signs = chain.from_iterable(case.chart.findings.get(code, ()) for code in ANSWERS)
    doses = case.chart.doses if latest_known(case.chart.doses) > known else ()
    moments = chain(
        ((one.at, one.first) for one in readings),
        ((dose.at, dose.first) for dose in doses),
        ((sign.at, sign.first) for sign in signs),
    )
    return bool(case.replaced & INPUTS) or any(at <= judged and first > known for at, first in moments)


def _spike_of(readings: list[Reading], before: Memory) -> Reading | None:
    """Return the spike that was open at the decision before, though it may no longer be kept."""
    if before.state != ADVISORY or before.mark is None:
        return None
    found = next((one for one in readings if one.at == before.mark), readings[0])
    return msgspec.structs.replace(found, at=before.mark)


def _course(advice: Advice, case: Case, course: Course, new: list[Reading], start: int) -> Course:
    """Return the course over new temperatures and the findings that answer them, in order of `at`."""
    limit, findings = advice.limit, case.chart.findings
    assert limit is not None
    answers = [
        sign.at
        for code in ANSWERS
        for sign in findings.get(code, ())
        if sign.at >= start and (code == "infection" or sign.value == "present")
    ]
    events = chain(
        ((one.at, 0, one) for one in new if limit.met(one.value)), ((at, 1, None) for at in answers)
    )
    for at, _, reading in sorted(events, key=lambda event: event[:2]):
        if course.spike is not None and at > course.high + advice.until:
            course = _over(advice, course)
        if reading is None:
            if course.spike is not None and at >= course.spike.at:
                course = Course(
                    ended=at, words="Temperature spike: infection was looked for", quiet=at + advice.until
                )
        elif course.spike is not None:
            course = course._replace(high=at)
        elif at >= course.quiet and _is_spike(advice, case.chart, reading):
            course = Course(reading, at)
    return course


def _over(advice: Advice, course: Course) -> Course:
    ended = course.high + advice.until
    return Course(None, 0, ended, "No high temperature for 24 h", course.quiet)


def _is_spike(advice: Advice, chart: Chart, reading: Reading) -> bool:
    """Return whether a high temperature lies far enough above those of the day before it."""
    if reading.at < chart.cycle_doses[0].at + advice.after or advice.rise is None:
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
    given = bisect_left(chart.doses, at, key=AT)
    return not given or at - chart.doses[given - 1].at > advice.lasts
