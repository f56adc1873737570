"""Evaluate one stop rule (criteria.md section 4).

One that has held stays in force until the next cycle-start, unless a clinician resumes or the facts are
corrected.
"""

from collections.abc import Callable

import msgspec

from rules.chart.chart import Chart
from rules.evaluate.result import ABSOLUTE, Memory, soonest
from rules.evaluate.rows.oxygen import low_saturation, spo2_limit
from rules.guideline.declarations import OxygenRow, UpperLimitRow
from rules.guideline.dose_decisions import StopRule
from rules.wire.instants import Instant

Recall = Callable[[str], Memory]


class StopRuleState(msgspec.Struct, array_like=True):
    """The state of a stop rule.

    `in_force`: whether it is in force; `excused`: the elements excused by the last resume; `by`: the elements
    that put it in force -> ms first seen.
    """

    in_force: bool = False
    excused: tuple[str, ...] = ()
    by: dict[str, int] = {}


class Holding(msgspec.Struct):
    """Whether a rule holds at an instant.

    `elements`: those of its criteria that are absolute now; `next`: when it may change by time alone.
    """

    elements: tuple[str, ...]
    holds: bool
    next: Instant | None = None


def holding(rule: StopRule, chart: Chart, recall: Recall, now: Instant) -> Holding:
    """Return whether a rule holds at an instant, by the states its criteria had at their last decision."""
    if not rule.criteria:
        return _delay(rule, chart, now)
    elements = tuple(code for code in rule.criteria if _element(rule, code, chart, recall, now))
    holds = len(elements) == len(rule.criteria) if rule.together else bool(elements)
    limit = spo2_limit(chart, now) if rule.with_low_spo2 else None
    return Holding(elements, holds, None if limit is None else soonest(now, limit))


def _element(rule: StopRule, code: str, chart: Chart, recall: Recall, now: Instant) -> bool:
    memory = recall(code)
    if memory.state != ABSOLUTE:
        return False
    row = chart.guideline.row[code]
    if rule.by and isinstance(row, UpperLimitRow):
        return any(memory.flags & 1 << i for i, lab in enumerate(row.labs) if lab in rule.by)
    if code in rule.with_low_spo2:
        oxygen = chart.guideline.row["oxygen-requirement"]
        assert isinstance(oxygen, OxygenRow)
        return low_saturation(chart, now, oxygen)
    return True


def _delay(rule: StopRule, chart: Chart, now: Instant) -> Holding:
    """Return whether the delay of the next dose has reached 24 h, before therapy-end and never before dose 1.

    Its element is the dose that the next one is delayed after.
    """
    table, doses, end = chart.guideline.table4, chart.cycle_doses, chart.cycle.end
    if not doses or (end is not None and now >= end):
        return Holding((), False)
    late = doses[-1].at + table.dose_interval + table.longest_delay
    ahead = soonest(now, late, None if end is None else end)
    return Holding((f"dose@{doses[-1].at}",), True, ahead) if now >= late else Holding((), False, ahead)


def before_cycle(rule_state: StopRuleState) -> StopRuleState:
    """Return the state of a rule at the first cycle-start: what held before is not in force in the cycle."""
    return StopRuleState(excused=rule_state.excused)


def step(rule_state: StopRuleState, found: Holding, started: bool, resumed: bool, t: int) -> StopRuleState:
    """Return the state of a rule after one decision.

    Before the first cycle-start a rule is in force only while it holds.
    """
    excused = (
        found.elements
        if resumed
        else tuple(element for element in rule_state.excused if element in found.elements)
    )
    triggered = found.holds and any(element not in excused for element in found.elements)
    in_force = triggered or (rule_state.in_force and started and not resumed)
    by = rule_state.by
    if triggered and started:
        by = {**dict.fromkeys(found.elements, t), **rule_state.by}
    return StopRuleState(in_force, excused, {} if resumed else by)
