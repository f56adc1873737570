"""Explain the next dose: when it is due, whether it may be given, and each blocker (criteria.md 4)."""

from rules.chart.pressor_loads import highest, load_at
from rules.decide.dose_clock import PHENYLEPHRINE, URINE, DoseClock, dose_clock
from rules.decide.recommendation import BLIND_PRESSURE, recommend
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, plan_for
from rules.evaluate.dosing import latest_reading
from rules.evaluate.eligibility import eligibility
from rules.evaluate.monitoring import looked
from rules.evaluate.result import RELATIVE, Result
from rules.explain.citations import cited
from rules.explain.criterion import in_short
from rules.explain.explanation import Answer, Cited, Rule, Window, amount, span, when
from rules.explain.question import DOSE, Asked, ask
from rules.guideline.declarations import PressorMinimumRow
from rules.guideline.dose_decisions import Table4
from rules.guideline.roles import MENTAL_STATUS, WEANED_LOAD
from rules.wire.written import hours_of

READINESS = {
    "not-started": "no cycle-start is charted",
    "finished": "therapy has ended, or the recommendation is stop",
    "waiting": "the dose is not due yet",
    "hold": "the recommendation is delay, or something holds the dose",
    "unknown": "something must be seen, or looked at again, before the dose",
    "decide": "a clinician decides: the recommendation is correct, or something stands in the way",
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
    return Answer(
        rule=_rule(asked.guideline.table4),
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


def _rule(table: Table4) -> Rule:
    return Rule(
        words=(
            f"The next dose is due {span(table.dose_interval)} after the last (the first at "
            "cycle-start, or when it is planned); doses are given or held, not reduced"
        ),
        source="text, Interleukin-2 Dosing; Table 4",
        section="criteria.md section 4, dose readiness",
        window=f"a delay of more than {span(table.longest_delay)} ends the cycle (stop-rule:delay-over-24h)",
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
    late = f" Delayed by {hours_of(clock.delayed)} h." if clock.delayed else ""
    return [f"{last[0].upper()}{last[1:]}; the next is due at {when(clock.due)}, {ahead}.{late}"]


def blockers(asked: Asked, clock: DoseClock) -> list[str]:
    """Write each blocker with its present value."""
    return [_blocker(asked, blocker) for blocker in clock.blockers]


def _blocker(asked: Asked, blocker: str) -> str:
    patient, (group, _, name) = asked.patient, blocker.partition("/")
    if blocker == URINE:
        return _urine(asked)
    if blocker == PHENYLEPHRINE:
        return f"phenylephrine: {_running(asked)}."
    if blocker == "mental-status-watch":
        watched = ask(patient, MENTAL_STATUS).result
        return f"mental-status-watch: changed, to be judged at {when(watched.evaluates_at)}."
    if blocker == BLIND_PRESSURE:
        return in_short(patient, HYPOTENSION)
    if blocker in plan_for(patient.guideline).index:
        return in_short(patient, blocker) + _latest_pressure(asked, blocker)
    return f"{blocker}: {NAMED[group](asked, name)}." if group in NAMED else f"{blocker}."


def _urine(asked: Asked) -> str:
    rows = [row.code for row in asked.guideline.rows if row.group == URINE]
    low = (in_short(asked.patient, code) for code in rows if asked.patient.memory(code).state == RELATIVE)
    return f"urine: must be established before another dose. {' '.join(low)}"


def _running(asked: Asked) -> str:
    now, row = load_at(asked.chart.loads, asked.t), asked.chart.guideline.row[WEANED_LOAD]
    assert isinstance(row, PressorMinimumRow)
    if now is not None and now.missing:
        return f"a pressor runs that cannot be counted, missing {', '.join(now.missing)}"
    found = highest(asked.chart.loads, asked.t - row.window, asked.t)
    limit = amount(asked.guideline.table4.weaned, "ug/kg/min")
    load = amount(0.0 if found is None else found.load, "ug/kg/min")
    return f"pressor load {load} within {span(row.window)}, above {limit}"


def _latest_pressure(asked: Asked, blocker: str) -> str:
    last, target = asked.chart.tail.now.sbp.last, amount(asked.chart.tail.setting.target, "mm[Hg]")
    if blocker != HYPOTENSION or last is None:
        return ""
    return f" Latest pressure {amount(last.charted, 'mm[Hg]')} at {when(last.at)}, target above {target}."


def _recheck(asked: Asked, signal: str) -> str:
    return "its latest reading is to be repeated"


def _overdue(asked: Asked, what: str) -> str:
    found = looked(asked.chart, asked.guideline.observes[what], asked.t)
    seen = "never charted" if found.last is None else f"last seen at {when(found.last)}"
    return f"{seen}, overdue since {when(found.overdue_at)}"


def _pre_dose(asked: Asked, code: str) -> str:
    last, limit = latest_reading(asked.chart, code), asked.guideline.table4.pre_dose_age
    if last is None:
        return "never charted"
    return f"last read at {when(last)}, {span(asked.t - last)} ago: read within {span(limit)} before a dose"


def _eligibility(asked: Asked, item: str) -> str:
    state = dict(eligibility(asked.chart, asked.guideline.eligibility))[item]
    return "not recorded" if state == "unknown" else "not met"


def _not_understood(asked: Asked, name: str) -> str:
    return "an infusion that nobody knows runs"


NAMED = {
    "recheck": _recheck,
    "overdue": _overdue,
    "pre-dose": _pre_dose,
    "eligibility": _eligibility,
    "not-understood": _not_understood,
}
"""The blockers that are no subject, by what comes before the slash."""
