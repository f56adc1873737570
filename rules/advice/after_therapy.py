"""Evaluate the advice after therapy: stop maintenance fluid, diurese, a recovery that takes too long.

Source: text, Posttherapy Assessment and Intervention.
"""

from rules.advice.pressors import next_off, off_vasopressors
from rules.chart.course import runs
from rules.chart.facts import references
from rules.evaluate.result import ADVISORY, Case, Memory, Result, next_span_edge, open_, soonest, tripped
from rules.evaluate.vital_signs import latest_systolic
from rules.guideline.advice_declarations import Advice
from rules.guideline.roles import URINE_RATE
from rules.wire.instants import Instant
from rules.wire.written import written


def ended(case: Case, now: Instant, after: int = 0) -> bool:
    """Return whether therapy-end was at least `after` (ms) ago."""
    end = case.chart.cycle.end
    return end is not None and now >= end + after


def not_before(case: Case, now: Instant, after: int = 0) -> Result:
    """Return a clear result that is decided again at `after` (ms) past therapy-end."""
    end = case.chart.cycle.end
    return Result(next=None if end is None else soonest(now, end + after))


def last_dose(case: Case) -> int:
    """Return when the last dose was given; where the cycle had none, when therapy ended."""
    doses, end = case.chart.cycle_doses, case.chart.cycle.end
    return doses[-1].at if doses else end or 0


def stop_maintenance(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from 8 h after the last dose, while maintenance fluid was charted in the last 4 h."""
    if not ended(case, now):
        return not_before(case, now)
    start = last_dose(case) + advice.after
    recent = [v for v in case.chart.volumes["iv-maintenance"] if v.at + advice.within > now]
    ahead = soonest(now, start, *(v.at + advice.within for v in recent))
    if now < start or not recent:
        return Result(next=ahead, words=advice.ended)
    return open_(evidence=references(recent), next=ahead)


def systolic(case: Case) -> float | None:
    """Return the latest systolic pressure, whatever its age; None when there is none."""
    last = latest_systolic(case.chart)
    return None if last is None else last.value


def diurese(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while pressure has recovered without a vasopressor, weight is up, and urine is below 200 mL/h."""
    if not ended(case, now):
        return not_before(case, now)
    assert advice.limit is not None
    urine = case.judge(URINE_RATE, now)
    start = last_dose(case) + advice.after
    ahead = soonest(now, start, urine.next, next_off(case.chart.pressors, now, advice.within))
    result = Result(value=urine.value, unit=urine.unit, limit=advice.limit.text, next=ahead)
    result.evidence, result.words = urine.evidence, advice.ended
    fresh = isinstance(urine.value, float) and not urine.stale and urine.state != "indeterminate"
    low = fresh and isinstance(urine.value, float) and advice.limit.met(urine.value)
    off = off_vasopressors(case.chart.pressors, now, advice.within)
    if low and off and now >= start and _stable(advice, case) and _gained(case):
        result.state = ADVISORY
        assert isinstance(urine.value, float)
        result.words = f"Urine {written(urine.value, 'mL/h', advice.limit.value)}: {advice.text}"
    return result


def _stable(advice: Advice, case: Case) -> bool:
    """Return whether the latest systolic is above target and has nearly returned to its baseline."""
    latest, baseline = systolic(case), case.chart.baseline_readings.get("systolic-bp")
    if latest is None or baseline is None:
        return False
    enough = round(baseline * advice.limits["systolic"], 4)
    return latest > case.chart.tail.setting.target and latest >= enough


def _gained(case: Case) -> bool:
    baseline, weights = case.chart.baseline_readings.get("weight"), case.chart.weights
    return baseline is not None and bool(weights) and weights[-1].value > baseline


def recovery_late(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from 48 h after therapy-end, while still hypotensive or on a vasopressor."""
    if not ended(case, now, advice.after):
        return not_before(case, now, advice.after)
    ahead = next_span_edge(case.chart.pressors, now)
    low = tripped(case, "hypotension")
    if not low and not runs(case.chart.pressors, now):
        return Result(next=ahead, words=advice.ended)
    evidence = case.judge("hypotension", now).evidence if low else ()
    result = open_(evidence=evidence, next=ahead)
    still = "hypotensive" if low else "on a vasopressor"
    result.words = f"Still {still} 48 h after the end of therapy: {advice.text}"
    return result
