"""Evaluate the advice on fluid: bolus, the limit of fluid, edema, and fluid that will not help.

Source: Table 5; text, Overview.
"""

from rules.advice import pressors, seen
from rules.advice.fluid_balance import above_maintenance, fluid_level, total
from rules.advice.harm import fluid_harm, over_baseline, weight_gained
from rules.chart.facts import Weight
from rules.chart.folded import fold
from rules.evaluate.result import ADVISORY, CLEAR, RELATIVE, Case, Memory, Result, soonest, tripped
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Limit
from rules.guideline.roles import URINE, URINE_RATE
from rules.wire.events import Reference
from rules.wire.instants import Instant
from rules.wire.written import figures, hours, written

HYPOTENSION = "hypotension"
STEPS = {HYPOTENSION: "phenylephrine", URINE_RATE: "urinary catheter and dopamine"}


def fluid_bolus(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while hypotension or urine-hour is tripped, unless fluid is spent or harmful."""
    causes = [subject for subject in (HYPOTENSION, URINE_RATE) if tripped(case, subject)]
    if not causes:
        return Result()
    harm = fluid_harm(case, now)
    if harm.causes:
        return Result(next=harm.next, say=lambda: f"No more boluses: {harm.words}")
    return Result(
        ADVISORY,
        next=harm.next,
        say=lambda: f"{seen.causes(case, causes, now)}: {advice.text}{_used(case, now, causes)}",
        cite=lambda: _evidence(case, causes, now),
    )


def _evidence(case: Case, subjects: list[str], now: Instant) -> tuple[Reference, ...]:
    return tuple(reference for code in subjects for reference in case.judge(code, now).evidence)


def _used(case: Case, now: Instant, causes: list[str]) -> str:
    """Return how much of the day's fluid is used, and what comes after the last bolus."""
    limit = case.guideline.advises["fluid-limit"]
    used = total(above_maintenance(case.chart, now, limit.within))
    if limit.volume is None or limit.second_volume is None or used < limit.volume:
        return ""
    steps = " and ".join(_next_step(case, now, cause) for cause in causes)
    of = f"{figures(used, limit.second_volume)} of {figures(limit.second_volume)} mL used"
    return f"; {of}: last bolus, then {steps}"


def _next_step(case: Case, now: Instant, cause: str) -> str:
    runs = pressors.pressors_running(case.chart, now)
    if cause == HYPOTENSION and runs:
        return f"titrate {runs[0]}"
    if cause != HYPOTENSION and pressors.dopamine_runs(case.chart, now):
        return "call the physician"
    return STEPS[cause]


def fluid_futile(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while fluid is spent or harmful and the next step is taken already, or is none."""
    end, ahead = case.chart.cycle.end, pressors.next_rate(case.chart, now)
    held_up = bool(pressors.pressors_running(case.chart, now))
    treated = pressors.dopamine_runs(case.chart, now) or (end is not None and now >= end)
    left = [HYPOTENSION] if tripped(case, HYPOTENSION) and held_up else []
    left += [code for code in URINE if tripped(case, code) and treated]
    if not left:
        return Result(next=soonest(now, ahead, end))
    harm = fluid_harm(case, now)
    if not harm.causes:
        return Result(next=harm.next)
    return Result(
        ADVISORY,
        next=harm.next,
        say=lambda: f"{seen.causes(case, left, now)}: {advice.text} ({harm.words})",
        cite=lambda: _evidence(case, left, now),
    )


def fluid_limit(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as advisory at a litre in 24 h; at 1.5 L as relative, which is paged.

    It closes, and improves, only after 4 h below the limit.
    """
    assert advice.volume is not None and advice.second_volume is not None
    state, ahead = fluid_level(advice, case.chart, now)
    inside = above_maintenance(case.chart, now, advice.within)
    given = total(inside)
    limit = advice.second_volume if state == RELATIVE else advice.volume
    result = Result(state, value=given, unit=advice.unit, limit=f">={limit:g}", next=ahead)
    result.evidence = tuple(v.reference for v in inside)
    result.say = lambda: _given(advice, state, given)
    return result


def _given(advice: Advice, state: str, given: float) -> str:
    assert advice.volume is not None and advice.second_volume is not None
    amount = written(given, "mL", advice.volume, advice.second_volume)
    if state == CLEAR:
        return f"{amount} above maintenance in 24 h: below {figures(advice.volume)} mL for 4 h"
    return f"{amount} above maintenance in 24 h{_reached(advice, state, given)}"


def _reached(advice: Advice, state: str, given: float) -> str:
    """Return what to do at a level of fluid; of one that only lingers, that it was reached."""
    assert advice.second_volume is not None
    if state != RELATIVE:
        return f": {advice.text}"
    if given >= advice.second_volume:
        return f": {advice.second_text}"
    before = f"at or above {figures(advice.second_volume)} mL less than {hours(advice.lasts)} h ago"
    return f", and {before}: {advice.text}"


def _since(limit: Limit, case: Case) -> int:
    """Return the `at` of the first weight of the unbroken run on the latest one's side of the limit."""
    baseline, weights = case.chart.baseline_readings["weight"], case.chart.weights

    def add(run: tuple[int, bool], _: int, weight: Weight) -> tuple[int, bool]:
        side = limit.met(over_baseline(case, weight))
        return run if run[1] == side else (weight.at, side)

    start = (weights[0].at, limit.met(over_baseline(case, weights[0])))
    return fold(case.chart, "advice/edema-caution", (weights,), (baseline, limit), lambda: start, add)[0]


def edema_caution(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest weight is more than 10 % over baseline."""
    assert advice.limit is not None
    gain = weight_gained(case)
    if gain is None:
        return Result()
    weight, state = case.chart.weights[-1], ADVISORY if advice.limit.met(gain) else CLEAR
    result = Result(state, at=_since(advice.limit, case), value=gain, unit="%", limit=advice.limit.text)
    result.evidence = (weight.reference,)
    result.say = lambda: _heavier(advice, case, now, gain) + (f": {advice.text}" if state == ADVISORY else "")
    return result


def _heavier(advice: Advice, case: Case, now: Instant, gain: float) -> str:
    assert advice.limit is not None
    weight = case.chart.weights[-1]
    old = seen.age(case, "weight", weight.at, now)
    over = written(gain, "%", advice.limit.value)
    return f"Weight {written(weight.value, 'kg')}{old}, {over} over baseline"
