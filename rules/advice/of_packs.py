"""Evaluate the advice of guideline packs: late doses, long cycles, early courses, fluid and NSAIDs.

Source: editions.md sections 3, Regimen, and 4.
"""

from collections.abc import Iterator

from rules.advice.harm import latest_lab
from rules.chart.earlier import lasting
from rules.chart.facts import references
from rules.chart.volumes import covered, volume
from rules.evaluate.regimen import course_before, day_of, reached
from rules.evaluate.result import ADVISORY, CLEAR, Case, Memory, Result, open_, soonest, tripped
from rules.evaluate.rows.rolling_volume import kg
from rules.guideline.advice_declarations import Advice
from rules.guideline.edition import Guideline
from rules.guideline.packs.declarations import Advised, Pack
from rules.wire.events import Reference
from rules.wire.instants import DAY, HOUR, Instant
from rules.wire.written import hours, written


def pack_of(case: Case) -> Pack:
    """Return the pack that decides: its advice is decided only while it does."""
    pack = case.deciding.pack
    assert pack is not None
    return pack


def is_of_pack(advice: Advice, guideline: Guideline) -> bool:
    """Return whether an advice is a pack's own, not one of criteria.md."""
    return guideline.pack is not None and advice.code in guideline.pack.advised


def declared(advice: Advice, case: Case) -> Advised:
    """Return an advice as its pack declares it."""
    return pack_of(case).advised[advice.code]


def dose_late(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from the longest interval after a dose on, until the next one, therapy-end or a maximum."""
    regimen, doses, end = pack_of(case).regimen, case.chart.cycle_doses, case.chart.cycle.end
    if not doses or regimen.max_interval is None or (end is not None and now >= end):
        return Result(at=end if end is not None and now >= end else None, words=advice.ended)
    late = doses[-1].at + regimen.max_interval
    if now < late or reached(case.chart, regimen, now):
        return Result(at=doses[-1].at, next=soonest(now, late, end), words=advice.ended)
    result = open_(late, (doses[-1].reference,), soonest(now, end))
    result.words = f"{hours(regimen.max_interval)} h since the last dose: {advice.text}"
    return result


def cycle_length(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from a dose after the cycle's last day on, until therapy-end."""
    doses, end, days = case.chart.cycle_doses, case.chart.cycle.end, pack_of(case).regimen.cycle_days
    if not doses or not days or (end is not None and now >= end):
        return Result(at=end if end is not None and now >= end else None, words=advice.ended)
    longest = days[0][1] - days[0][0] + 1
    first = day_of(case.chart, doses[0].at, now) or 0
    late = [one for one in doses if (day_of(case.chart, one.at, now) or 0) - first >= longest]
    if not late:
        return Result(next=soonest(now, end), words=advice.ended)
    result = open_(late[0].at, references(late), soonest(now, end))
    result.words = f"A dose was given after day {longest} of the cycle: {advice.text}"
    return result


def course_gap(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from the start of another course on, until its dose 1 or the gap since the discharge is over."""
    chart, gap = case.chart, pack_of(case).regimen.course_gap
    earlier, start = lasting(chart.earlier, now), chart.cycle.start
    if gap is None or start is None or earlier.discharged is None or not earlier.cycles:
        return Result(words=advice.ended)
    over = earlier.discharged + gap
    if now < start or now >= over or chart.cycle_doses or course_before(chart, now):
        return Result(at=over if now >= over else None, next=soonest(now, start, over), words=advice.ended)
    result = open_(start, (), soonest(now, over))
    result.words = f"{(now - earlier.discharged) // DAY} days since the discharge: {advice.text}"
    return result


def while_held(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the row that it is of holds."""
    row = declared(advice, case).of
    assert row is not None
    if not tripped(case, row):
        return Result(words=advice.ended)
    return Result(ADVISORY, say=lambda: advice.text, cite=lambda: case.judge(row, now).evidence)


def no_nsaid(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while a lab or the falling urine makes an NSAID harmful."""
    causes = [*_by_lab(advice, case), *_by_urine(advice, case)]
    if not causes:
        return Result(CLEAR, words=advice.ended)
    result = Result(ADVISORY, evidence=tuple(one for _, evidence in causes for one in evidence))
    named = ", ".join(words for words, _ in causes)
    result.words = f"{named[0].upper()}{named[1:]}: {advice.text}"
    return result


Cause = tuple[str, tuple[Reference, ...]]


def _by_lab(advice: Advice, case: Case) -> Iterator[Cause]:
    for code, limit in declared(advice, case).labs.items():
        value = latest_lab(case, code)
        if value is not None and limit.met(value):
            unit = case.chart.labs[code][-1].unit or ""
            words = f"{code.replace('-', ' ')} {written(value, unit, limit.value)}"
            yield words, (case.chart.labs[code][-1].reference,)


def _by_urine(advice: Advice, case: Case) -> Iterator[Cause]:
    """Yield the urine that falls: the latest stretch that covers enough, below the rate."""
    of, scale = declared(advice, case), kg(case.chart)
    found = case.chart.collections
    if of.rate is None or scale is None or not found:
        return
    end = found[-1].end
    for i in range(len(found) - 1, -1, -1):
        inside = found[i:]
        time = covered(inside, inside[0].start, end)
        if time < of.covers:
            continue
        rate = round(volume(inside, inside[0].start, end) * HOUR / time / scale, 4)
        if of.rate.met(rate):
            yield f"urine {written(rate, 'mL/kg/h', of.rate.value)}", tuple(one.reference for one in inside)
        return
