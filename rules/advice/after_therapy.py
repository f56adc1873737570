"""Evaluate the advice after therapy: stop fluid, diurese, discharge.

Source: text, Posttherapy Assessment and Intervention.
"""

from rules.chart.course import FOREVER, Span, runs
from rules.chart.facts import references
from rules.chart.oxygen import Oxygen
from rules.evaluate.pressure import above_target
from rules.evaluate.result import ADVISORY, Case, Memory, Result, next_span_edge, open_, soonest, tripped
from rules.guideline.advice_texts import Advice
from rules.wire.instants import Instant


def _ended(case: Case, now: Instant, after: int = 0) -> bool:
    """Return whether therapy-end was at least `after` (ms) ago."""
    end = case.chart.cycle.end
    return end is not None and now >= end + after


def _not_before(case: Case, now: Instant, after: int = 0) -> Result:
    """Return a clear result that is decided again at `after` (ms) past therapy-end."""
    end = case.chart.cycle.end
    return Result(next=None if end is None else soonest(now, end + after))


def off_pressors(spans: list[Span], t: int, within: int) -> bool:
    """Return whether no vasopressor ran in (t - within, t]."""
    return not any(start <= t and end > t - within for start, end in spans)


def _next_pressor_change(spans: list[Span], now: Instant, within: int) -> Instant | None:
    return soonest(
        now, next_span_edge(spans, now), *(end + within for _, end in spans if end < FOREVER)
    )


def stop_maintenance(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from 8 h after the last dose, while maintenance fluid was charted in the last 4 h."""
    if not _ended(case, now):
        return _not_before(case, now)
    doses = case.chart.cycle_doses
    if not doses:
        return Result()
    start = doses[-1].at + advice.after
    recent = [v for v in case.chart.volumes["iv-maintenance"] if v.at + advice.within > now]
    ahead = soonest(now, start, *(v.at + advice.within for v in recent))
    if now < start or not recent:
        return Result(next=ahead)
    return open_(evidence=references(recent), next=ahead)


def diurese(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while pressure is above target, no vasopressor ran in the last 4 h, and urine is below 200 mL/h.

    The urine rate must be fresh.
    """
    if not _ended(case, now):
        return _not_before(case, now)
    assert advice.limit is not None
    urine = case.judge("urine-hour", now)
    fresh = isinstance(urine.value, float) and not urine.stale and urine.state != "indeterminate"
    ahead = soonest(now, urine.next, _next_pressor_change(case.chart.pressors, now, advice.within))
    result = Result(
        value=urine.value, unit=urine.unit, limit=advice.limit.text, evidence=urine.evidence, next=ahead
    )
    low = fresh and isinstance(urine.value, float) and advice.limit.met(urine.value)
    if low and above_target(case.chart) and off_pressors(case.chart.pressors, now, advice.within):
        result.state = ADVISORY
    return result


def recovery_late(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from 48 h after therapy-end, while still hypotensive or on a pressor."""
    if not _ended(case, now, advice.after):
        return _not_before(case, now, advice.after)
    ahead = next_span_edge(case.chart.pressors, now)
    if tripped(case, "hypotension"):
        return open_(evidence=case.judge("hypotension", now).evidence, next=ahead)
    return open_(next=ahead) if runs(case.chart.pressors, now) else Result(next=ahead)


def continue_premedication(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open until 16 h after therapy-end, while one of the three is overdue.

    That is: not charted for 1.5 times its interval.
    """
    end = case.chart.cycle.end
    if end is None or not _ended(case, now) or now >= end + advice.until:
        return Result(at=None if end is None else end + advice.until, next=_not_before(case, now).next)
    agents = case.guideline.agents
    due = {}
    for kind, every in agents.premedication_every.items():
        last = max((drug.at for drug in case.chart.drugs if drug.kind == kind), default=end)
        due[kind] = last + int(every * agents.overdue_factor)
    late = [kind for kind, moment in due.items() if now >= moment]
    ahead = soonest(now, end + advice.until, *(moment for moment in due.values()))
    if not late:
        return Result(next=ahead)
    result = open_(max(end, min(due[kind] for kind in late)), next=ahead)
    result.value = ", ".join(late)
    return result


def discharge_ready(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while no pressor ran for a day and the patient recovers.

    Pressure, weight, creatinine, platelets and saturation must all be returning to normal.
    """
    if not _ended(case, now):
        return _not_before(case, now)
    limits = advice.limits
    ready = (
        off_pressors(case.chart.pressors, now, advice.within)
        and above_target(case.chart) is True
        and _weight_back(case, limits["weight"])
        and _recovering(case, "creatinine", limits["creatinine"], 1)
        and _recovering(case, "platelets", limits["platelets"], -1)
        and _saturated(case, limits["spo2"])
    )
    return Result(
        ADVISORY if ready else "clear", next=_next_pressor_change(case.chart.pressors, now, advice.within)
    )


def _weight_back(case: Case, factor: float) -> bool:
    baseline, weights = case.chart.baseline_readings.get("weight"), case.chart.weights
    return baseline is not None and bool(weights) and weights[-1].value <= round(baseline * factor, 6)


def _recovering(case: Case, code: str, harmless: float, sign: int) -> bool:
    """Return whether the latest value is past the worst since cycle-start.

    Also if none was ever beyond `harmless`. `sign`: 1 where high values are bad, -1 where low ones are.
    """
    labs = case.chart.labs.get(code, [])
    start = case.chart.cycle.start or 0
    course = [sign * lab.value for lab in labs if lab.at >= start]
    if not labs:
        return False
    worst = max(course, default=None)
    return worst is None or worst <= sign * harmless or sign * labs[-1].value < worst


def _saturated(case: Case, spo2: float) -> bool:
    """Return whether the saturation suffices on room air, both when it was read and now."""
    last = case.chart.tail.now.spo2.last
    if last is None or last.spo2 is None or last.spo2 < spo2:
        return False
    return all(_room_air(signals.oxygen) for signals in (case.chart.tail.now, case.chart.tail.until(last.at)))


def _room_air(oxygen: Oxygen) -> bool:
    return oxygen.in_force == "room-air" or (oxygen.flow == 0 and oxygen.in_force != "ventilator")
