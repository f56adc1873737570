"""Evaluate one stop rule: one that has held stands until the next cycle-start, unless a clinician resumes or
the facts are corrected (criteria.md section 4)."""

from collections.abc import Callable

import msgspec

from rules.chart.chart import Chart
from rules.evaluate.result import ABSOLUTE, Memory, soonest
from rules.evaluate.rows.oxygen import low_saturation, spo2_limit
from rules.guideline.declare import OxygenRow, UpperLimitRow
from rules.guideline.table4 import StopRule
from rules.wire.instants import Instant, beyond, reached

Recall = Callable[[str], Memory]


class StopRuleState(msgspec.Struct, array_like=True):
    """Whether a rule stands, what was excused by the last resume, and what made it stand: element -> ms first
    seen.
    """

    in_force: bool = False
    excused: tuple[str, ...] = ()
    by: dict[str, int] = {}


class Holding(msgspec.Struct):
    """The elements of a rule that are absolute now, whether the rule holds by them, and when that may change
    by time alone.
    """

    elements: tuple[str, ...]
    holds: bool
    next: Instant | None = None


def holding(rule: StopRule, chart: Chart, recall: Recall, now: Instant) -> Holding:
    """Whether a rule holds at an instant, by the states its criteria had at their last decision."""
    if not rule.criteria:
        return _delay(rule, chart, now)
    elements = tuple(code for code in rule.criteria if _element(rule, code, chart, recall, now))
    holds = len(elements) == len(rule.criteria) if rule.together else bool(elements)
    limit = spo2_limit(chart, now) if rule.with_low_spo2 else None
    return Holding(elements, holds, None if limit is None else soonest(now, beyond(limit)))


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
    """The delay of the next dose reaches 24 h, before therapy-end and never before dose 1.

    Its element is the dose waited on.
    """
    table, doses, end = chart.guideline.table4, chart.cycle_doses, chart.cycle.end
    if not doses or (end is not None and now >= reached(end)):
        return Holding((), False)
    late = reached(doses[-1].at + table.dose_interval + table.longest_delay)
    ahead = soonest(now, late, None if end is None else reached(end))
    return Holding((f"dose@{doses[-1].at}",), True, ahead) if now >= late else Holding((), False, ahead)


def before_cycle(rule_state: StopRuleState) -> StopRuleState:
    """What is left of a rule at the first cycle-start: what held before does not stand in the cycle."""
    return StopRuleState(excused=rule_state.excused)


def step(rule_state: StopRuleState, found: Holding, started: bool, resumed: bool, t: int) -> StopRuleState:
    """One decision. Before the first cycle-start a rule stops only while it holds."""
    excused = (
        found.elements
        if resumed
        else tuple(element for element in rule_state.excused if element in found.elements)
    )
    anew = found.holds and any(element not in excused for element in found.elements)
    stands = anew or (rule_state.in_force and started and not resumed)
    by = rule_state.by
    if anew and started:
        by = {**dict.fromkeys(found.elements, t), **rule_state.by}
    return StopRuleState(stands, excused, {} if resumed else by)
