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
SPIKE = "septic-workup/spike"
"""Where a chart keeps the spike that is open: it may be days old."""
IN_TIME = "septic-workup/in-time"
"""Where it keeps up to when no temperature came late."""
HIGH = "septic-workup/high"
"""Where it keeps the high temperatures from a moment on, and how many were looked at."""
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
    history = case.chart.tail.readings.temp
    if not case.chart.cycle_doses or not history or (last := history[-1].at) < now - LOOKED_BACK:
        return Result()
    course = _course(advice, case, *_resumed(advice, case, now, before))
    if course.spike is not None and now >= course.high + advice.until:
        course = _over(advice, course)
    judged = (("judged", last), ("known", now), ("high", course.high), ("quiet", course.quiet))
    if course.spike is None:
        if before.state != ADVISORY:
            return Result(at=last, words=advice.ended, held=judged)
        ended, words = _gone(advice, case, course, last, now)
        return Result(at=ended, words=words, held=judged)
    spike, limit = course.spike, advice.limit
    assert limit is not None
    result = Result(ADVISORY, at=spike.at, value=spike.value, unit=advice.unit, limit=limit.text, held=judged)
    result.evidence, result.next, result.mark = (spike.reference,), course.high + advice.until, spike.at
    result.words = f"Temperature {written(spike.value, advice.unit, limit.value)}: {advice.text}"
    return result


def _gone(advice: Advice, case: Case, course: Course, last: int, now: Instant) -> tuple[int, str]:
    """Return when (ms) and by what a spike ended: as the course has it, or by what shows that there was none.

    That is a temperature or a dose which became known now. `last`: the moment of the last temperature.
    """
    history = case.chart.tail.readings.temp
    shows = [one.at for one in history.known_after(now - 1) if one.at >= now - LOOKED_BACK]
    doses = case.chart.doses if latest_known(case.chart.doses) >= now else ()
    shows += [dose.at for dose in doses if dose.first == now]
    ended_now = course.ended == now or any(
        sign.at == course.ended and sign.first == now
        for code in ANSWERS
        for sign in case.chart.findings.get(code, ())
    )
    if course.ended is not None and (ended_now or not shows):
        return course.ended, course.words
    return max(shows, default=last), advice.ended


def _resumed(advice: Advice, case: Case, now: Instant, before: Memory) -> tuple[Course, list[Reading], int]:
    """Return the course so far, the high readings that are not in it yet, and from which moment they are.

    It goes on from what is remembered; where a fact of that time became known or was corrected since, it is
    worked out again, as far back as the day before a spike is kept whole.
    """
    # A new cycle has another first dose: a spike of before is none of it.
    of_cycle = before.mark is None or before.mark >= case.chart.cycle_doses[0].at + advice.after
    kept = dict(before.held) if of_cycle else {}
    began = now - LOOKED_BACK
    start = began + advice.within
    if "judged" in kept and not _moved(case, began, kept["judged"], kept["known"]):
        spike = _spike_of(case.chart, began, before)
        course = Course(spike, kept["high"] if spike is not None else 0, quiet=kept["quiet"])
        start = kept["judged"] + 1
    else:
        old = of_cycle and before.mark is not None and before.mark < start
        course = Course(_spike_of(case.chart, began, before), start) if old else Course()
    return course, _high_from(advice, case.chart, max(start, began)), start


def _high_from(advice: Advice, chart: Chart, start: int) -> list[Reading]:
    """Return the high temperatures from a moment on; those looked at before are not looked at again."""
    assert advice.limit is not None
    history, kept = chart.tail.readings.temp, chart.memo.get(HIGH)
    stamp = (start, history.edits, advice.limit)
    count, found = kept[2] if kept is not None and kept[0] == stamp else (history.index(start), [])
    found = [*found, *(one for one in history[count:] if advice.limit.met(one.value))]
    chart.memo[HIGH] = (stamp, None, (len(history), found))
    return found


def _moved(case: Case, began: int, judged: int, known: Instant) -> bool:
    """Return whether a fact of the time up to `judged` became known since, or was corrected."""
    signs = chain.from_iterable(case.chart.findings.get(code, ()) for code in ANSWERS)
    doses = case.chart.doses if latest_known(case.chart.doses) > known else ()
    moments = chain(
        ((dose.at, dose.first) for dose in doses),
        ((sign.at, sign.first) for sign in signs),
    )
    moved = any(at <= judged and first > known for at, first in moments)
    return bool(case.replaced & INPUTS) or moved or _came_late(case.chart, began, judged, known)


def _came_late(chart: Chart, began: int, judged: int, known: Instant) -> bool:
    """Return whether a temperature of the time up to `judged` became known since.

    That none did stays so until something changes otherwise than by a later reading.
    """
    history = chart.tail.readings.temp
    stamp, kept = (judged, known, history.edits), chart.memo.get(IN_TIME)
    if kept is not None and kept[0] == stamp:
        return False
    if any(began <= one.at <= judged for one in history.known_after(known)):
        return True
    chart.memo[IN_TIME] = (stamp, None, None)
    return False


def _spike_of(chart: Chart, began: int, before: Memory) -> Reading | None:
    """Return the spike that was open at the decision before, though it may no longer be kept."""
    if before.state != ADVISORY or before.mark is None:
        return None
    stamp, kept = (before.mark, chart.tail.readings.temp.edits), chart.memo.get(SPIKE)
    if kept is not None and kept[0] == stamp and before.mark >= began:
        spike: Reading = kept[2]
        return spike
    readings = temperatures(chart, began)
    found = next((one for one in readings if one.at == before.mark), None)
    if found is None:
        return msgspec.structs.replace(readings[0], at=before.mark)
    chart.memo[SPIKE] = (stamp, None, found)
    return found


def _course(advice: Advice, case: Case, course: Course, new: list[Reading], start: int) -> Course:
    """Return the course over new high temperatures and the findings that answer them, in order of `at`."""
    findings = case.chart.findings
    answers = [
        sign.at
        for code in ANSWERS
        for sign in findings.get(code, ())
        if sign.at >= start and (code == "infection" or sign.value == "present")
    ]
    events = chain(((one.at, 0, one) for one in new), ((at, 1, None) for at in answers))
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
