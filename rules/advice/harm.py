"""Judge when a measure would harm: what is not said then (criteria.md section 7.3)."""

from typing import NamedTuple

from rules.advice import pressors
from rules.advice.fluid_balance import above_maintenance, fluid_level, total
from rules.chart import dirty_flags
from rules.chart.facts import Weight
from rules.chart.infusions import by_weight
from rules.chart.pressor_loads import load_at
from rules.chart.weighing import Weighing
from rules.evaluate.result import ABSOLUTE, RELATIVE, Case, soonest, tripped
from rules.wire.events import Reference
from rules.wire.instants import Instant
from rules.wire.written import written

FLUID_INPUTS = (
    dirty_flags.FLUIDS
    | dirty_flags.WEIGHT
    | dirty_flags.BASELINE
    | dirty_flags.INFUSIONS
    | dirty_flags.ENCOUNTER
)
INDOMETHACIN_INPUTS = dirty_flags.BIT["platelets"] | dirty_flags.BIT["creatinine"]


class Cause(NamedTuple):
    """A reason why more fluid would harm: its bit, in words, and the facts it rests on."""

    bit: int
    words: str
    evidence: tuple[Reference, ...]


class FluidHarm(NamedTuple):
    """Why fluid is spent or harmful (no causes: it is not), and when time alone may change that."""

    causes: tuple[Cause, ...]
    next: Instant | None

    @property
    def words(self) -> str:
        """The causes in words."""
        return ", ".join(cause.words for cause in self.causes)


FLUID_HARM = "fluid-harm"
SPENT, HEAVY, LOADED, ENDED, CONGESTED = 2, 4, 8, 16, 32
"""Bits of the causes, those of the congested rows last; bit 1 is left to the advice that keeps them."""


def fluid_harm(case: Case, now: Instant) -> FluidHarm:
    """Return why fluid is spent or harmful at an instant; several advices ask for it at one decision."""
    chart = case.chart
    stamp = (now, chart.n, chart.cycle, [case.memory(code).state for code in case.guideline.harm.congested])
    kept = chart.memo.get(FLUID_HARM)
    if kept is None or kept[0] != stamp:
        kept = chart.memo[FLUID_HARM] = (stamp, None, _fluid_harm(case, now))
    harm: FluidHarm = kept[2]
    return harm


def _fluid_harm(case: Case, now: Instant) -> FluidHarm:
    chart, end = case.chart, case.chart.cycle.end
    spent, falls = _spent(case, now)
    causes = [*spent, *_heavy(case, now), *_congested(case, now), *_loaded(case, now)]
    if end is not None and now >= end:
        causes.append(Cause(ENDED, "therapy has ended", ()))
    return FluidHarm(tuple(causes), soonest(now, falls, end, pressors.next_rate(chart, now)))


def _spent(case: Case, now: Instant) -> tuple[list[Cause], Instant | None]:
    advice = case.guideline.advises["fluid-limit"]
    level, falls = fluid_level(advice, case.chart, now)
    if level != RELATIVE:
        return [], falls
    inside = above_maintenance(case.chart, now, advice.within)
    words = f"{written(total(inside), 'mL')} above maintenance in 24 h"
    return [Cause(SPENT, words, tuple(v.reference for v in inside))], falls


def weight_gained(case: Case) -> float | None:
    """Return the latest weight over the baseline, %; None when one of them is unknown."""
    baseline, weights = case.chart.baseline_readings.get("weight"), case.chart.weights
    if baseline is None or not weights:
        return None
    return over_baseline(case, weights[-1])


def over_baseline(case: Case, weight: Weight) -> float:
    """Return how much a weight is over the baseline, which is known, %."""
    baseline = case.chart.baseline_readings["weight"]
    return round((weight.value - baseline) / baseline * 100, 4)


def _heavy(case: Case, now: Instant) -> list[Cause]:
    gain, limit = weight_gained(case), case.guideline.harm.weight_gain
    if gain is None or not limit.met(gain):
        return []
    words = f"weight {written(gain, '%', limit.value)} over baseline"
    weighed = (case.chart.weights[-1], Weighing((), case.chart.baselines).fact(now))
    return [Cause(HEAVY, words, tuple(one.reference for one in weighed if one is not None))]


def _congested(case: Case, now: Instant) -> list[Cause]:
    rows = case.guideline.harm.congested
    return [
        Cause(CONGESTED << i, words, case.judge(code, now).evidence)
        for i, (code, words) in enumerate(rows.items())
        if tripped(case, code)
    ]


def _loaded(case: Case, now: Instant) -> list[Cause]:
    now_running, limit = load_at(case.chart.loads, now), case.guideline.harm.pressor_load
    if now_running is None or not limit.met(now_running.load):
        return []
    words = f"pressor load {written(now_running.load, 'ug/kg/min', limit.value)}"
    return [Cause(LOADED, words, (*now_running.evidence, *_weights(case)))]


def _weights(case: Case) -> list[Reference]:
    """Return the facts that the rates of what runs are converted with."""
    chart, pressors = case.chart, case.guideline.pressors
    weighing = Weighing(chart.weights, chart.baselines)
    rates = [one.rate for one in chart.timeline.running if by_weight(one.rate, one.agent, pressors)]
    found = (weighing.fact(rate.at) for rate in rates)
    return list(dict.fromkeys(fact.reference for fact in found if fact is not None))


def latest_lab(case: Case, code: str) -> float | None:
    """Return the latest value of a lab, whatever its age; None when it was never measured."""
    labs = case.chart.labs.get(code)
    return labs[-1].value if labs else None


def indomethacin_harms(case: Case) -> str:
    """Return why indomethacin would harm, in words; empty when it would not."""
    harm, found = case.guideline.harm, []
    platelets, creatinine = latest_lab(case, "platelets"), latest_lab(case, "creatinine")
    if platelets is not None and harm.platelets.met(platelets):
        found.append(f"platelets {written(platelets, '10*3/uL', harm.platelets.value)}")
    if tripped(case, harm.bleeding):
        found.append("bleeding")
    if creatinine is not None and harm.creatinine.met(creatinine):
        found.append(f"creatinine {written(creatinine, 'mg/dL', harm.creatinine.value)}")
    if case.memory(harm.anuric).state == ABSOLUTE:
        found.append("hardly any urine")
    return ", ".join(found)


def replacement_is_halved(case: Case, now: Instant) -> str:
    """Return why a replacement is to be halved: `creatinine x, urine y`; empty if it is not."""
    harm, creatinine = case.guideline.harm, latest_lab(case, "creatinine")
    high = creatinine is not None and harm.creatinine.met(creatinine)
    if not high and not tripped(case, harm.anuric):
        return ""
    urine = case.judge(harm.anuric, now).value
    kidney = "unknown" if creatinine is None else written(creatinine, "mg/dL", harm.creatinine.value)
    return f"creatinine {kidney}, urine {written(urine, 'mL/h') if isinstance(urine, float) else 'unknown'}"
