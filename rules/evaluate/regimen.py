"""Evaluate a regimen: the cycles of a course, its doses, and whether a maximum is reached or a rest runs.

Source: editions.md section 3, Regimen.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from rules.chart.chart import Chart
from rules.chart.course import FOREVER, cycles_in
from rules.chart.earlier import CycleDoses, lasting
from rules.chart.facts import Fact, edits_of
from rules.guideline.packs.declarations import Regimen
from rules.wire.instants import DAY, Instant

PER_CYCLE, PER_COURSE, REST = "doses_per_cycle", "doses_per_course", "rest"
WITHIN = 21 * DAY
"""[choice] A cycle that begins this soon after the one before is of the same course."""


class Dosing(msgspec.Struct, frozen=True):
    """Where in its regimen a patient is; `not_before`: ms, when the next dose may be given (None: any time).

    `course`: the cycles of the course before the present one.
    """

    in_cycle: int
    in_course: int
    not_before: Instant | None
    course: tuple[CycleDoses, ...]


def dosing(chart: Chart, regimen: Regimen, now: Instant) -> Dosing:
    """Return the doses of the cycle and the course, and when a rest before the next dose is over."""
    doses, course = len(chart.cycle_doses), course_before(chart, now)
    not_before = None if doses or not course else _rest_over(course, regimen, chart)
    return Dosing(doses, sum(one.number for one in course) + doses, not_before, course)


def reached(chart: Chart, regimen: Regimen, now: Instant) -> tuple[str, ...]:
    """Return the maxima that are reached."""
    in_cycle, found = len(chart.cycle_doses), []
    if regimen.doses_per_cycle is not None and in_cycle >= regimen.doses_per_cycle:
        found.append(PER_CYCLE)
    if regimen.doses_per_course is not None:
        before = sum(one.number for one in course_before(chart, now))
        found += [PER_COURSE] if before + in_cycle >= regimen.doses_per_course else []
    return tuple(found)


def resting(chart: Chart, regimen: Regimen, now: Instant) -> Instant | None:
    """Return when the rest before the next cycle's first dose is over, while it runs."""
    if chart.cycle_doses:
        return None
    until = dosing(chart, regimen, now).not_before
    return until if until is not None and now < until else None


def cycles_of(chart: Chart) -> Iterator[CycleDoses]:
    """Yield the cycles of the stay, the present one last."""
    starts = list(cycles_in(chart.places, chart.doses, chart.guideline.choices.cycle_taken_over))
    for start, end in zip(starts, (*starts[1:], FOREVER), strict=False):
        given = [dose.at for dose in chart.doses if start <= dose.at < end]
        yield CycleDoses(start, given[0] if given else start, given[-1] if given else start, len(given))


COURSE = "course"


def course_before(chart: Chart, now: Instant) -> tuple[CycleDoses, ...]:
    """Return the cycle before the present one if both are of one course; a course has two cycles at most.

    Several packs and rules ask for it at each decision; it changes with an encounter, the time, a dose of an
    earlier cycle or the first of a cycle.
    """
    kept, before = chart.memo.get(COURSE), lasting(chart.earlier, now).cycles
    first = chart.cycle_doses[0].at if chart.cycle_doses else None
    earlier = len(chart.doses) - len(chart.cycle_doses)
    stamp = (chart.cycle, before, _stamp(chart.places), _stamp(chart.doses, earlier), first)
    if kept is None or kept[0] != stamp:
        kept = chart.memo[COURSE] = (stamp, None, _course_before(chart, before))
    found: tuple[CycleDoses, ...] = kept[2]
    return found


def _stamp(facts: Sequence[Fact], count: int | None = None) -> object:
    """Return what tells whether the first so many facts, or all, are as they were."""
    edits = edits_of(facts)
    return tuple(facts) if edits < 0 else (edits, len(facts) if count is None else count)


def _course_before(chart: Chart, before: tuple[CycleDoses, ...]) -> tuple[CycleDoses, ...]:
    present = list(cycles_of(chart))
    if not present:
        return ()
    earlier = [one for one in (*before, *present[:-1]) if one.number]
    course: list[CycleDoses] = []
    for one in earlier:
        same = len(course) == 1 and one.first - course[-1].last <= WITHIN
        course = [*course, one] if same else [one]
    start = present[-1].first
    if len(course) != 1 or start - course[-1].last > WITHIN:
        return ()
    return tuple(course)


def _rest_over(course: tuple[CycleDoses, ...], regimen: Regimen, chart: Chart) -> Instant | None:
    zone = ZoneInfo(chart.guideline.shifts.timezone)
    days = []
    if len(regimen.cycle_days) > 1:
        days.append(_midnight(course[0].first, regimen.cycle_days[1][0] - 1, zone))
    if regimen.rest_days is not None:
        days.append(_midnight(course[-1].last, regimen.rest_days + 1, zone))
    return max(days, default=None)


def _midnight(moment: int, days: int, zone: ZoneInfo) -> Instant:
    """Return the start of the local day that lies so many days after that of a moment."""
    day = datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone).date() + timedelta(days=days)
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def day_of(chart: Chart, moment: int, now: Instant) -> int | None:
    """Return the day of the course on which a moment lies, day 1 that of dose 1; None before it."""
    doses, course = chart.cycle_doses, course_before(chart, now)
    first = course[0].first if course else (doses[0].at if doses else None)
    if first is None:
        return None
    zone = ZoneInfo(chart.guideline.shifts.timezone)
    one, other = (datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date() for at in (first, moment))
    return (other - one).days + 1
