"""Phenylephrine: the most in the dose interval, the least at the time of dosing (criteria.md section 3,
hemodynamic).
"""

from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.infusions import Segment, overlapping, segment_at
from rules.evaluate.labs import band, limit_text
from rules.evaluate.result import INDETERMINATE, TRIPPED, Memory, Result, reached, soonest
from rules.guideline.declare import RateMaximumRow, RateMinimumRow

ASKED = ("weight",)
AnyRateRow = RateMaximumRow | RateMinimumRow


def dosing(chart: Chart, t: int) -> bool:
    """Whether a cycle is on at `t`: started, and its therapy not ended."""
    cycle = chart.cycle
    return cycle.start is not None and (cycle.end is None or t < cycle.end)


def turns(chart: Chart, now: int) -> int | None:
    """The next instant at which a charted rate comes into force or the therapy ends."""
    ahead = [reached(segment.at) for segment in chart.phenylephrine if reached(segment.at) > now]
    end = chart.cycle.end
    return soonest(now, None if end is None else reached(end), *ahead[:1])


def rate_maximum(row: RateMaximumRow, chart: Chart, now: int, before: Memory) -> Result:
    """The highest rate in force at any moment since the dose (before dose 1: since cycle-start)."""
    t = now >> 1
    if not dosing(chart, t) or chart.cycle.start is None:
        return Result(unit=row.unit, limit=row.relative.text, next=turns(chart, now))
    start = chart.cycle_doses[-1].at if chart.cycle_doses else chart.cycle.start
    inside = overlapping(chart.phenylephrine, start, t)
    result = _judged(row, max(inside, key=_rate, default=None), t, chart)
    result.next = turns(chart, now)
    return result


def rate_minimum(row: RateMinimumRow, chart: Chart, now: int, before: Memory) -> Result:
    """The lowest rate in force in the half hour up to the clock, from 8 h after the dose until the
    next one.
    """
    t = now >> 1
    clear = Result(unit=row.unit, limit=row.relative.text, next=turns(chart, now))
    if not dosing(chart, t):
        return clear
    due = chart.cycle_doses[-1].at + row.after if chart.cycle_doses else None
    if due is None or now < reached(due):
        clear.evaluates_at, clear.next = due, soonest(now, clear.next, None if due is None else reached(due))
        return _unless_hidden(clear, segment_at(chart.phenylephrine, t))
    inside = overlapping(chart.phenylephrine, t - row.window, t)
    told = [segment for segment in inside if segment.rate is not None]
    none_yet = not chart.phenylephrine or chart.phenylephrine[0].at > t - row.window
    lowest = None if none_yet else min(told, key=_rate, default=None)
    result = _judged(row, lowest, t, chart)
    result.next = soonest(now, turns(chart, now), _leaves(chart, now, row.window))
    if result.at is None and before.state not in (result.state, INDETERMINATE):
        result.latest = due
    return result


def _leaves(chart: Chart, now: int, window: int) -> int | None:
    """When the oldest rate of the window leaves it."""
    starts = [segment.at for segment in chart.phenylephrine]
    return soonest(now, *(reached(start + window) for start in starts))


def _rate(segment: Segment) -> float:
    return -1.0 if segment.rate is None else segment.rate


def _judged(row: AnyRateRow, decisive: Segment | None, t: int, chart: Chart) -> Result:
    """A rate nobody can tell hides what runs now: what had tripped stays, what had not cannot be told."""
    value = decisive.rate if decisive is not None and decisive.rate is not None else 0.0
    state = band(value, row.relative, row.absolute)
    evidence = decisive.evidence if decisive is not None else ()
    result = Result(
        state,
        value=value,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=evidence,
    )
    return _unless_hidden(result, segment_at(chart.phenylephrine, t))


def _unless_hidden(result: Result, current: Segment | None) -> Result:
    if current is not None and current.rate is None:
        result.missing = ASKED
        result.stale = result.state in TRIPPED
        if not result.stale:
            result.state, result.value, result.evidence = INDETERMINATE, None, current.evidence
    return result


def current_rate(chart: Chart, t: int) -> float | None:
    """ug/kg/min in force at `t`; 0 when none was ever charted, None when it cannot be told."""
    segment = segment_at(chart.phenylephrine, t)
    return 0.0 if segment is None else segment.rate


def runs(spans: list[tuple[int, int]], t: int) -> bool:
    return any(start <= t < end for start, end in spans)


def span_turn(spans: list[tuple[int, int]], now: int) -> int | None:
    """The next instant at which one of the spans starts or ends."""
    return soonest(now, *(reached(edge) for span in spans for edge in span if edge < FOREVER))
