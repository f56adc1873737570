"""Combine criteria and stop rules into a recommendation, and decide whether a dose may be given.

Source: Table 4; criteria.md section 4.
"""

import msgspec

from rules.chart.infusions import rate_at
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, plan_for
from rules.evaluate.pressure import above_target
from rules.evaluate.result import ABSOLUTE, INDETERMINATE, RELATIVE, TRIPPED
from rules.wire.assessments import STOP_RULE
from rules.wire.events import Reference
from rules.wire.instants import HOUR


class Count(msgspec.Struct):
    """The criteria that trip, in table order, and how many groups that makes.

    A group counts as its worst row.
    """

    absolute: tuple[str, ...] = ()
    relative: tuple[str, ...] = ()
    absolute_groups: int = 0
    relative_groups: int = 0


class Recommendation(msgspec.Struct):
    """A recommendation: proceed, cannot-tell, correct, delay or stop, with its reasons."""

    word: str
    reasons: tuple[str, ...]
    count: Count


def count(patient: Patient) -> Count:
    """Count the criteria that trip, and their groups.

    A row without a group is its own group; a kept, stale state counts.
    """
    found = Count()
    worst: dict[str, str] = {}
    memories = patient.memories
    for row in patient.guideline.rows:
        memory = memories.get(row.code)
        state = INDETERMINATE if memory is None else memory.state
        if state == ABSOLUTE:
            found.absolute = (*found.absolute, row.code)
        elif state == RELATIVE:
            found.relative = (*found.relative, row.code)
        else:
            continue
        group = row.group or row.code
        worst[group] = ABSOLUTE if ABSOLUTE in (state, worst.get(group)) else RELATIVE
    found.absolute_groups = sum(state == ABSOLUTE for state in worst.values())
    found.relative_groups = len(worst) - found.absolute_groups
    return found


def rules_in_force(patient: Patient) -> tuple[str, ...]:
    """Return the stop rules in force, in the guideline's order."""
    return tuple(
        rule.rule
        for rule in patient.guideline.stop_rules
        if rule.rule in patient.rules and patient.rules[rule.rule].in_force
    )


def blind(patient: Patient) -> tuple[str, ...]:
    """Return what is not known of the dosing minimum, in table order, blood pressure last."""
    minimum = patient.guideline.table4.dosing_minimum
    codes = [
        row.code
        for row in patient.guideline.rows
        if row.code in minimum and patient.memory(row.code).state == INDETERMINATE
    ]
    pressure = patient.memory(HYPOTENSION)
    unseen = pressure.stale or pressure.state == INDETERMINATE
    return (*codes, "blood-pressure") if unseen else tuple(codes)


def recommend(patient: Patient) -> Recommendation:
    """Return the recommendation: the first line of Table 4 that holds."""
    found = count(patient)
    rules = tuple(STOP_RULE + rule for rule in rules_in_force(patient))
    reasons = (*rules, *found.absolute, *found.relative)
    if rules:
        return Recommendation("stop", reasons, found)
    if found.absolute_groups or found.relative_groups >= patient.guideline.table4.relative_to_delay:
        return Recommendation("delay", reasons, found)
    if found.relative_groups:
        return Recommendation("correct", reasons, found)
    unseen = blind(patient)
    return Recommendation("cannot-tell", unseen, found) if unseen else Recommendation("proceed", (), found)


class DoseClock(msgspec.Struct):
    """The doses of the cycle and the next one. Moments in ms; `delayed` in hours."""

    last: int | None
    number: int
    due: int | None
    delayed: float
    readiness: str
    blockers: tuple[str, ...]


def dose_clock(patient: Patient, recommendation: Recommendation) -> DoseClock:
    """Return the doses of the cycle, when the next is due, and whether it may be given."""
    cycle, doses, table = patient.chart.cycle, patient.chart.cycle_doses, patient.guideline.table4
    last = doses[-1].at if doses else None
    due = cycle.start if last is None else last + table.dose_interval
    blockers = _blockers(patient, recommendation)
    readiness = _readiness(patient, recommendation, due, blockers)
    late = (
        0.0
        if due is None or readiness in ("not-started", "waiting", "finished")
        else (patient.now - due) / HOUR
    )
    return DoseClock(last, len(doses), due, max(0.0, round(late, 4)), readiness, blockers)


def _over(patient: Patient) -> bool:
    end = patient.chart.cycle.end
    return end is not None and patient.now >= end


def _blockers(patient: Patient, recommendation: Recommendation) -> tuple[str, ...]:
    out = [reason for reason in recommendation.reasons if not reason.startswith(STOP_RULE)]
    if (
        HYPOTENSION in patient.episodes
        or patient.memory(HYPOTENSION).state in TRIPPED
        or above_target(patient.chart) is False
    ):
        out.append("hypotension")
    rate = rate_at(patient.chart.phenylephrine, patient.now)
    if rate is None or rate > patient.guideline.table4.weaned:
        out.append("phenylephrine")
    if patient.memory("mental-status-watch").state == "advisory":
        out.append("mental-status-watch")
    return tuple(out)


def _readiness(
    patient: Patient, recommendation: Recommendation, due: int | None, blockers: tuple[str, ...]
) -> str:
    if patient.chart.cycle.start is None or due is None:
        return "not-started"
    if _over(patient) or recommendation.word == "stop":
        return "finished"
    if patient.now < due:
        return "waiting"
    if recommendation.word in ("delay", "correct", "cannot-tell"):
        return {"delay": "hold", "correct": "decide", "cannot-tell": "unknown"}[recommendation.word]
    return "decide" if blockers else "ready"


def reason_evidence(patient: Patient, recommendation: Recommendation) -> tuple[Reference, ...]:
    """Return the evidence of the criteria that are the reasons, each fact once."""
    plan = plan_for(patient.guideline)
    out: dict[Reference, None] = {}
    for reason in recommendation.reasons:
        if reason in plan.index:
            result = plan.subjects[plan.index[reason]].judge(patient, patient.now, patient.memory(reason))
            out.update(dict.fromkeys(result.evidence))
    return tuple(out)
