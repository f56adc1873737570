"""The dose clock explained: doses of the cycle, when the next is due, and each thing that stands in its way."""

from rules.evaluate.infusions import current_rate
from rules.evaluate.result import Result
from rules.explain.amounts import amount, number, span, when
from rules.explain.asked import Asked, ask
from rules.explain.cite import cited
from rules.explain.criterion import in_short
from rules.explain.explanation import Answer, Cited, Rule, Window
from rules.explain.names import DOSE
from rules.explain.recommendation import BLIND_PRESSURE
from rules.recommend import DoseClock, dose_clock, recommend
from rules.state import Patient
from rules.subjects import HYPOTENSION, plan_for

READINESS = {
    "not-started": "no cycle-start is charted",
    "finished": "therapy has ended, or the recommendation is stop",
    "waiting": "the dose is not due yet",
    "hold": "the recommendation is delay",
    "decide": "a clinician decides: the recommendation is correct, or it is proceed and something stands in the way",
    "unknown": "the recommendation is cannot-tell",
    "ready": "due, and nothing stands in the way",
}


def asked_dose(patient: Patient) -> tuple[Asked, int | None]:
    """The question; the delay is its value, in hours."""
    clock = dose_clock(patient, recommend(patient))
    return Asked(patient, DOSE, Result(clock.readiness, value=clock.delayed, unit="h late")), None


def dose(asked: Asked) -> Answer:
    said = recommend(asked.patient)
    clock = dose_clock(asked.patient, said)
    table = asked.guideline.table4
    return Answer(
        rule=Rule(
            words=f"The next dose is due {span(table.dose_interval)} after the last (the first at cycle-start); doses are given or held, not reduced",
            source="text, Interleukin-2 Dosing; Table 4",
            section="criteria.md section 4, dose readiness",
            window=f"a delay of {span(table.longest_delay)} ends the cycle (stop-rule:delay-over-24h)",
        ),
        facts=_facts(asked, clock),
        window=Window(clock.last, clock.due, "the dose interval") if clock.last is not None and clock.due is not None else None,
        look=asked.look(),
        why=[
            f"Readiness {clock.readiness}: {READINESS[clock.readiness]}.",
            *_clock(asked, clock),
            f"The recommendation is {said.word}.",
            *(f"Blocker: {blocker}" for blocker in blockers(asked, clock)),
        ],
        clears=[f"To be cleared before the dose: {', '.join(clock.blockers)}."] if clock.blockers else [],
    )


def _facts(asked: Asked, clock: DoseClock) -> list[Cited]:
    doses = asked.chart.cycle_doses
    started = [cited(place, "begins the cycle") for place in asked.chart.places if place.reference == asked.chart.cycle.reference]
    return [*started, *(cited(dose, f"dose {i} of the cycle{', the last given' if i == len(doses) else ''}") for i, dose in enumerate(doses, 1))]


def _clock(asked: Asked, clock: DoseClock) -> list[str]:
    if clock.due is None:
        return []
    none = f"no dose since cycle-start {when(asked.chart.cycle.start)}"
    last = none if clock.last is None else f"dose {clock.number} was given at {when(clock.last)}"
    ahead = f"in {span(clock.due - asked.t)}" if clock.due > asked.t else f"{span(asked.t - clock.due)} ago"
    late = f" Delayed by {number(clock.delayed)} h." if clock.delayed else ""
    return [f"{last[0].upper()}{last[1:]}; the next is due at {when(clock.due)}, {ahead}.{late}"]


def blockers(asked: Asked, clock: DoseClock) -> list[str]:
    """Each blocker with what it stands at."""
    patient, told = asked.patient, []
    for blocker in clock.blockers:
        if blocker == "phenylephrine":
            told.append(f"phenylephrine: {_running(asked)}.")
        elif blocker == "mental-status-watch":
            watched = ask(patient, "mental-status").result
            told.append(f"mental-status-watch: changed, to be judged at {when(watched.evaluates_at)}.")
        elif blocker in plan_for(patient.guideline).index or blocker == BLIND_PRESSURE:
            told.append(in_short(patient, HYPOTENSION if blocker == BLIND_PRESSURE else blocker) + _latest(asked, blocker))
    return told


def _running(asked: Asked) -> str:
    rate = current_rate(asked.chart, asked.t)
    limit = amount(asked.guideline.table4.weaned, "ug/kg/min")
    return "running at a rate that needs a weight" if rate is None else f"running at {amount(rate, 'ug/kg/min')}, above {limit}"


def _latest(asked: Asked, blocker: str) -> str:
    last, target = asked.chart.tail.now.sbp.last, amount(asked.chart.tail.setting.target, "mm[Hg]")
    if blocker != HYPOTENSION or last is None:
        return ""
    return f" Latest systolic {amount(last.sbp, 'mm[Hg]')} at {when(last.at)}, target above {target}."
