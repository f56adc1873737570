"""Evaluate one stop rule (criteria.md section 4).

One that has held stays in force until the next cycle-start, unless a clinician resumes, the criteria that put
it in force are accepted, or the facts are corrected.
"""

from collections.abc import Callable, Collection

import msgspec

from rules.chart.chart import Chart
from rules.evaluate.result import ABSOLUTE, TRIPPED, Memory, soonest
from rules.evaluate.stop_elements import confirmed, due_after, marginal, stopping_oxygen
from rules.guideline.declarations import OxygenRow, UpperLimitRow
from rules.guideline.dose_decisions import StopRule
from rules.wire.instants import Instant

Recall = Callable[[str], Memory]
NONE: frozenset[str] = frozenset()


class StopRuleState(msgspec.Struct, array_like=True):
    """The state of a stop rule.

    `in_force`: whether it is in force; `excused`: the elements excused by the last resume; `by`: the elements
    that put it in force -> ms first seen; `elements`: those that held at the last decision.
    """

    in_force: bool = False
    excused: tuple[str, ...] = ()
    by: dict[str, int] = {}
    elements: tuple[str, ...] = ()


class Holding(msgspec.Struct, frozen=True):
    """Whether a rule holds at an instant.

    `elements`: those of its criteria that hold it now; `next`: when that may change by time alone.
    """

    elements: tuple[str, ...]
    holds: bool
    next: Instant | None = None


NOT_HELD = Holding((), False)


def holding(rule: StopRule, chart: Chart, recall: Recall, now: Instant) -> Holding:
    """Return whether a rule holds at an instant, by the states its criteria had at their last decision."""
    if not rule.criteria:
        return _delay(chart, now)
    tripped = [code for code in rule.criteria if recall(code).state in TRIPPED]
    if not tripped:
        return NOT_HELD
    found = [_element(rule, code, chart, recall, now) for code in tripped]
    elements = tuple(code for code, (holds, _) in zip(tripped, found, strict=True) if holds)
    ahead = soonest(now, *(instant for _, instant in found))
    return Holding(elements, _suffices(rule, elements), ahead)


def _suffices(rule: StopRule, elements: Collection[str]) -> bool:
    return len(elements) == len(rule.criteria) if rule.together else bool(elements)


def _element(
    rule: StopRule, code: str, chart: Chart, recall: Recall, now: Instant
) -> tuple[bool, Instant | None]:
    """Return whether a criterion holds its rule, and when that may change by time alone."""
    memory, row = recall(code), chart.guideline.row[code]
    if memory.state not in (TRIPPED if code in rule.tripped else (ABSOLUTE,)):
        return False, None
    if isinstance(row, OxygenRow):
        return stopping_oxygen(chart, rule.lasts, now)
    if code in rule.marginal:
        return marginal(chart, now)
    if rule.by and isinstance(row, UpperLimitRow):
        return any(memory.flags & 1 << i for i, lab in enumerate(row.labs) if lab in rule.by), None
    return confirmed(chart, row), None


def _delay(chart: Chart, now: Instant) -> Holding:
    """Return whether the next dose is late by more than 24 h, before therapy-end and never before dose 1.

    Its element is the dose that the next one is delayed after.
    """
    doses, end = chart.cycle_doses, chart.cycle.end
    if not doses or (end is not None and now >= end):
        return Holding((), False)
    late = doses[-1].at + due_after(chart.guideline.table4)
    ahead = soonest(now, late, end)
    return Holding((f"dose@{doses[-1].at}",), True, ahead) if now >= late else Holding((), False, ahead)


def before_cycle(rule_state: StopRuleState) -> StopRuleState:
    """Return the state of a rule at the first cycle-start: what held before is not in force in the cycle."""
    return StopRuleState(excused=rule_state.excused, elements=rule_state.elements)


class Moment(msgspec.Struct, frozen=True):
    """What besides its criteria moves a rule at one decision.

    `started`: the cycle has begun; `resumed`: a resume takes effect; `accepted`: criteria that are accepted;
    `late`: criteria whose record became known only now that what it says is over.
    """

    at: int
    started: bool
    resumed: bool = False
    accepted: frozenset[str] = NONE
    late: tuple[str, ...] = ()


def step(rule: StopRule, before: StopRuleState, found: Holding, moment: Moment) -> StopRuleState:
    """Return the state of a rule after one decision.

    Before the first cycle-start a rule is in force only while it holds. A resume works on what the decision
    before left in force: on a rule that was not in force it lifts nothing.
    """
    lifted = moment.resumed and before.in_force
    elements = found.elements
    excused = tuple(e for e in (before.elements if lifted else before.excused) if e in elements)
    counted = tuple(element for element in elements if element not in moment.accepted)
    new = [element for element in counted if element not in excused]
    triggered = bool(new) and _suffices(rule, counted)
    if not moment.started:
        return StopRuleState(triggered, excused, {}, elements)
    by = {} if lifted else {e: t for e, t in before.by.items() if e not in moment.accepted}
    if rule.together and not _suffices(rule, by):
        by = {}
    holders = (*(counted if rule.together else new), *moment.late) if triggered else moment.late
    by = {**dict.fromkeys(holders, moment.at), **by}
    return StopRuleState(bool(by), excused, by, elements)
