"""Evaluate the advice that names what stands against dose 1 (criteria.md section 7.4)."""

from rules.evaluate.eligibility import MET, NOT_MET, UNKNOWN, eligibility
from rules.evaluate.result import ADVISORY, Case, Memory, Result
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import Instant


def eligibility_advice(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open from cycle-start until dose 1, while a condition of therapy is not met or unknown."""
    cycle, doses = case.chart.cycle, case.chart.cycle_doses
    if cycle.start is None or now < cycle.start:
        return Result(next=cycle.start)
    if doses:
        return Result(words="Conditions of therapy: dose 1 was given")
    found = eligibility(case.chart, case.deciding.eligibility)
    open_items = [(item, state) for item, state in found if state != MET]
    if not open_items:
        return Result(words=advice.ended)
    result = Result(ADVISORY, value=", ".join(item for item, _ in open_items))
    result.words = f"{_described(case, open_items)}: {advice.text}"
    return result


def _described(case: Case, items: list[tuple[str, str]]) -> str:
    """Return the conditions in words, those that are not met first."""
    name = case.deciding.eligibility.item_name
    groups = {NOT_MET: "Conditions not met", UNKNOWN: "Not recorded"}
    listed = {group: [name(item) for item, state in items if state == group] for group in groups}
    return "; ".join(f"{groups[group]}: {', '.join(found)}" for group, found in listed.items() if found)
