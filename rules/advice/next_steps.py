"""Evaluate the advice on what follows fluid: a pressor for hypotension, catheter and dopamine for oliguria.

Source: Table 5, Hypotension and Oliguria; text, Overview.
"""

from collections.abc import Callable, Sequence

from rules.advice import pressors, seen
from rules.advice.fluid_balance import total
from rules.advice.fluids import HYPOTENSION
from rules.advice.harm import FluidHarm, fluid_harm
from rules.chart.facts import Volume, references
from rules.evaluate.result import ADVISORY, Case, Memory, Result, soonest, tripped
from rules.guideline.advice_declarations import Advice
from rules.guideline.roles import URINE
from rules.wire.instants import Instant
from rules.wire.written import written

SECOND_VOLUME = 1
"""The flag of an advice whose second volume is reached: one reminder (`decide.decision.remind_once`)."""


def boluses_since(case: Case, start: int) -> list[Volume]:
    """Return the boluses given after moment `start`, in order."""
    return [bolus for bolus in case.chart.volumes["iv-bolus"] if bolus.at > start]


def add_pressor(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while hypotension holds without a pressor, after a litre of boluses or where fluid would harm."""
    start = case.opened(HYPOTENSION) if tripped(case, HYPOTENSION) else None
    if start is None:
        return Result()
    running = pressors.pressors_running(case.chart, now)
    if running:
        return Result(next=pressors.next_rate(case.chart, now), words=f"A pressor runs: {running[0]}")
    harm = fluid_harm(case, now)
    return _followed(
        advice, case, now, before, harm, start, lambda: f"{seen.pressure(case, now)}: {_asked(advice, case)}"
    )


def _asked(advice: Advice, case: Case) -> str:
    return f"{advice.text} {_aim(case)}"


def _aim(case: Case) -> str:
    return f"to systolic above {written(case.chart.tail.setting.target, 'mm[Hg]')}"


def titrate_pressor(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while hypotension holds and a pressor runs."""
    running, ahead = pressors.pressors_running(case.chart, now), pressors.next_rate(case.chart, now)
    if not running or not tripped(case, HYPOTENSION):
        return Result(next=ahead, words="No pressor runs" if not running else advice.ended)
    return Result(
        ADVISORY,
        next=ahead,
        say=lambda: f"{seen.pressure(case, now)}: titrate {' and '.join(running)} {_aim(case)}",
        cite=lambda: case.judge(HYPOTENSION, now).evidence,
    )


def add_dopamine(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open during therapy while a urine criterion is tripped without dopamine.

    After a litre of boluses since the earlier of the two opened, or where fluid would harm.
    """
    end = case.chart.cycle.end
    starts = [case.opened(code) for code in URINE if tripped(case, code)]
    known = [start for start in starts if start is not None]
    if not known:
        return Result()
    if end is not None and now >= end:
        return Result(words="Therapy has ended: no dopamine for the kidneys")
    if pressors.dopamine_runs(case.chart, now):
        return Result(next=soonest(now, pressors.next_rate(case.chart, now), end), words="Dopamine runs")
    harm = fluid_harm(case, now)
    return _followed(
        advice, case, now, before, harm, min(known), lambda: f"{seen.causes(case, URINE, now)}: {advice.text}"
    )


def _followed(
    advice: Advice,
    case: Case,
    now: Instant,
    before: Memory,
    harm: FluidHarm,
    start: int,
    say: Callable[[], str],
) -> Result:
    """Open once enough was given since `start`, or fluid is spent or harmful; once open it stays.

    What made it open is kept by the facts it rested on: where one of these is corrected, it is as if it had
    never been.
    """
    assert advice.volume is not None and advice.second_volume is not None
    boluses = boluses_since(case, start)
    given = total(boluses)
    kept = _kept(case, before, harm, now)
    if given < advice.volume and not kept:
        return Result(next=harm.next)
    result = Result(ADVISORY, next=harm.next, held=kept)
    result.value, result.unit, result.limit = given, advice.unit, f">={advice.volume:g}"
    result.flags = SECOND_VOLUME if given >= advice.second_volume else 0
    evidence = [*references(boluses), *(one for cause in harm.causes for one in cause.evidence)]
    result.evidence = tuple(dict.fromkeys(evidence))
    result.say = lambda: f"{say()}; {_why(harm, given, boluses)}"
    return result


def _kept(case: Case, before: Memory, harm: FluidHarm, now: Instant) -> tuple[tuple[str, int], ...]:
    """Return the causes that hold or have held while it was open, each with the facts it rested on."""
    spoiled = {bit for id, bit in before.held if id in case.amended or _replaced(case, id, now)}
    old = [(id, bit) for id, bit in before.held if bit not in spoiled and before.state == ADVISORY]
    new = [(id, cause.bit) for cause in harm.causes for id in [*(id for id, _ in cause.evidence)] or [""]]
    bits = {bit for _, bit in old}
    return (*old, *(pair for pair in new if pair[1] not in bits))


def _replaced(case: Case, id: str, now: Instant) -> bool:
    """Return whether a fact known before was replaced at this decision, by its final value too."""
    fact = case.chart.seen.get(id)
    return fact is not None and fact.tie == now and fact.first < now


def _why(harm: FluidHarm, given: float, boluses: Sequence[Volume]) -> str:
    if harm.causes:
        return f"more fluid would harm ({harm.words})"
    return f"{written(given, 'mL')} of boluses did not suffice" if boluses else "more fluid would have harmed"
