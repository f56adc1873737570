"""Explain what is due: the items of Table 1, and the next dose with each of its blockers.

Source: criteria.md sections 4 and 6.
"""

from msgspec import structs

from rules.chart.chart import Chart
from rules.chart.facts import Fact
from rules.chart.infusions import rate_at
from rules.decide.dose_clock import DoseClock, dose_clock
from rules.decide.recommendation import BLIND_PRESSURE, recommend
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, plan_for
from rules.evaluate.monitoring import looked
from rules.evaluate.result import Result
from rules.explain.citations import cited
from rules.explain.criterion import in_short
from rules.explain.explanation import Answer, Cited, Rule, Window, ages, amount, number, span, when
from rules.explain.question import DOSE, MONITORING, Asked, ask
from rules.guideline.observation_schedule import Observation


def observation(asked: Asked) -> Answer:
    """Explain one line of Table 1."""
    one = asked.guideline.observes[asked.name.removeprefix(MONITORING)]
    found, plain = looked(asked.chart, one, asked.patient.now), asked.look(one.what)
    facts = [fact for part in one.seen if (fact := _latest_of(asked.chart, part)) is not None]
    grace = asked.guideline.choices.overdue_grace
    return Answer(
        rule=Rule(
            words=f"{' and '.join(' or '.join(part) for part in one.seen)} must have been looked at",
            source=one.source,
            section="criteria.md section 6",
            window=f"every {ages(one.ward, one.intensive)}"
            if one.ward
            else "once each cycle: listed, never overdue",
            stale=f"overdue ({one.level}) {grace * 100:g} % of the interval after it was due"
            if one.ward
            else None,
        ),
        facts=facts,
        window=Window(found.last, found.due, "from last seen to due")
        if found.last is not None and found.due is not None
        else None,
        look=structs.replace(plain, seen=found.last, due=found.due, overdue_at=found.overdue_at),
        why=[*_parts(asked, one), *_due_line(asked, one)],
        clears=["Ends when it is charted again, or at therapy-end."] if asked.tripped else [],
    )


def _latest_fact(chart: Chart, code: str) -> Fact | None:
    """Return the fact that last showed a wire code."""
    signals = chart.tail.now
    if code in ("heart-rate", "systolic-bp"):
        return signals.hr.last if code == "heart-rate" else signals.sbp.last
    facts: dict[str, list[Fact]] = {"urine": list(chart.volumes["urine"]), "weight": list(chart.weights)}
    listed = (
        facts.get(code)
        or list(chart.labs.get(code, []))
        or [s for s in chart.findings.get(code, []) if s.value != "absent"]
    )
    return listed[-1] if listed else None


def _latest_of(chart: Chart, part: tuple[str, ...]) -> Cited | None:
    found = [(fact.at, code, fact) for code in part if (fact := _latest_fact(chart, code)) is not None]
    if not found:
        return None
    _, code, fact = max(found, key=lambda one: one[:2])
    return cited(fact, f"{code}, last looked at", code)


def _parts(asked: Asked, one: Observation) -> list[str]:
    unseen = [part for part in one.seen if _latest_of(asked.chart, part) is None]
    return [f"Missing: {' or '.join(part)}: never charted." for part in unseen]


def _due_line(asked: Asked, one: Observation) -> list[str]:
    cycle, t = asked.chart.cycle, asked.t
    if not asked.chart.cycle.dosing(t):
        return [
            (
                "Nothing is due now: monitoring runs from cycle-start to "
                f"therapy-end{'' if cycle.start else ', and no cycle has started'}."
            )
        ]
    found = looked(asked.chart, one, asked.patient.now)
    if found.overdue_at is None or found.due is None:
        return ["Wanted each cycle; never overdue."]
    counted = "" if found.last is not None else f", counted from cycle-start {when(cycle.start)}"
    if asked.patient.now >= found.overdue_at:
        return [
            (
                f"Overdue since {when(found.overdue_at)}, {span(t - found.overdue_at)} by now; it was due at "
                f"{when(found.due)}{counted}."
            )
        ]
    return [
        (
            f"Due at {when(found.due)}{counted}; overdue at {when(found.overdue_at)}, in "
            f"{span(found.overdue_at - t)}."
        )
    ]


READINESS = {
    "not-started": "no cycle-start is charted",
    "finished": "therapy has ended, or the recommendation is stop",
    "waiting": "the dose is not due yet",
    "hold": "the recommendation is delay",
    "decide": (
        "a clinician decides: the recommendation is correct, or it is proceed and something stands in the way"
    ),
    "unknown": "the recommendation is cannot-tell",
    "ready": "due, and nothing stands in the way",
}


def asked_dose(patient: Patient) -> tuple[Asked, int | None]:
    """Return the question about the next dose; the delay is its value, in hours."""
    clock = dose_clock(patient, recommend(patient))
    return Asked(patient, DOSE, Result(clock.readiness, value=clock.delayed, unit="h late")), None


def dose(asked: Asked) -> Answer:
    """Explain the next dose: when it is due, whether it may be given, and its blockers."""
    recommendation = recommend(asked.patient)
    clock = dose_clock(asked.patient, recommendation)
    table = asked.guideline.table4
    return Answer(
        rule=Rule(
            words=(
                f"The next dose is due {span(table.dose_interval)} after the last (the first at "
                "cycle-start); doses are given or held, not reduced"
            ),
            source="text, Interleukin-2 Dosing; Table 4",
            section="criteria.md section 4, dose readiness",
            window=f"a delay of {span(table.longest_delay)} ends the cycle (stop-rule:delay-over-24h)",
        ),
        facts=_facts(asked, clock),
        window=Window(clock.last, clock.due, "the dose interval")
        if clock.last is not None and clock.due is not None
        else None,
        look=asked.look(),
        why=[
            f"Readiness {clock.readiness}: {READINESS[clock.readiness]}.",
            *_clock(asked, clock),
            f"The recommendation is {recommendation.word}.",
            *(f"Blocker: {blocker}" for blocker in blockers(asked, clock)),
        ],
        clears=[f"To be cleared before the dose: {', '.join(clock.blockers)}."] if clock.blockers else [],
    )


def _facts(asked: Asked, clock: DoseClock) -> list[Cited]:
    doses = asked.chart.cycle_doses
    started = [
        cited(place, "begins the cycle")
        for place in asked.chart.places
        if place.reference == asked.chart.cycle.reference
    ]
    return [
        *started,
        *(
            cited(dose, f"dose {i} of the cycle{', the last given' if i == len(doses) else ''}")
            for i, dose in enumerate(doses, 1)
        ),
    ]


def _clock(asked: Asked, clock: DoseClock) -> list[str]:
    if clock.due is None:
        return []
    none = f"no dose since cycle-start {when(asked.chart.cycle.start)}"
    last = none if clock.last is None else f"dose {clock.number} was given at {when(clock.last)}"
    ahead = f"in {span(clock.due - asked.t)}" if clock.due > asked.t else f"{span(asked.t - clock.due)} ago"
    late = f" Delayed by {number(clock.delayed)} h." if clock.delayed else ""
    return [f"{last[0].upper()}{last[1:]}; the next is due at {when(clock.due)}, {ahead}.{late}"]


def blockers(asked: Asked, clock: DoseClock) -> list[str]:
    """Write each blocker with its present value."""
    patient, found = asked.patient, []
    for blocker in clock.blockers:
        if blocker == "phenylephrine":
            found.append(f"phenylephrine: {_running(asked)}.")
        elif blocker == "mental-status-watch":
            watched = ask(patient, "mental-status").result
            found.append(f"mental-status-watch: changed, to be judged at {when(watched.evaluates_at)}.")
        elif blocker in plan_for(patient.guideline).index or blocker == BLIND_PRESSURE:
            found.append(
                in_short(patient, HYPOTENSION if blocker == BLIND_PRESSURE else blocker)
                + _latest_pressure(asked, blocker)
            )
    return found


def _running(asked: Asked) -> str:
    rate = rate_at(asked.chart.phenylephrine, asked.t)
    limit = amount(asked.guideline.table4.weaned, "ug/kg/min")
    return (
        "running at a rate that needs a weight"
        if rate is None
        else f"running at {amount(rate, 'ug/kg/min')}, above {limit}"
    )


def _latest_pressure(asked: Asked, blocker: str) -> str:
    last, target = asked.chart.tail.now.sbp.last, amount(asked.chart.tail.setting.target, "mm[Hg]")
    if blocker != HYPOTENSION or last is None:
        return ""
    return f" Latest systolic {amount(last.sbp, 'mm[Hg]')} at {when(last.at)}, target above {target}."
