"""Values derived from a chart: which record of each id stands, the phenylephrine rate in force,
plausibility, the target of pressure and its windows.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.guideline import Guideline
from rules.wire.events import Event, Infusion, Withdrawal

RANK = {"preliminary": 0, "final": 1, "corrected": 2, "entered-in-error": 2}
LAST_WORD = 2


def settled(events: Iterable[Event]) -> list[Event]:
    """The records that stand at the end, in order of `at`. Takes one patient's events in order of `known`."""
    kept: dict[str, Event] = {}
    for event in events:
        if event.id not in kept or outranks(event, kept[event.id]):
            kept[event.id] = event
    standing = (event for event in kept.values() if not isinstance(event, Withdrawal))
    return sorted(standing, key=lambda event: event.at)


def outranks(new: Event, old: Event) -> bool:
    """A final replaces a preliminary, a correction or withdrawal both, and a later one an earlier one."""
    return RANK[new.status] > RANK[old.status] or RANK[new.status] == RANK[old.status] == LAST_WORD


DRAWN = "phenylephrine"
Series = list[tuple[int, float]]


def pressor(facts: Iterable[Event], weights: Series, baseline: float | None) -> Series:
    """Each instant at which the rate changes, with the new rate of all lines together in ug/kg/min."""
    lines: dict[str, float] = {}
    total: dict[int, float] = {}
    for fact in facts:
        if isinstance(fact, Infusion) and fact.agent == DRAWN:
            rate = per_kg(fact, weights, baseline)
            if rate is not None:
                lines[fact.line] = rate
                total[fact.at] = round(sum(lines.values()), 4)
    return list(total.items())


def per_kg(fact: Infusion, weights: Series, baseline: float | None) -> float | None:
    """Return the rate per kg, by the latest weight not after it, else the baseline.

    None when it needs a weight and there is none.
    """
    if fact.per_kg or fact.rate == 0:
        return fact.rate
    weight = next((value for at, value in reversed(weights) if at <= fact.at), baseline)
    return None if weight is None else fact.rate / weight


def plausible(code: str, value: float, guideline: Guideline) -> bool:
    """Whether a reading lies inside the range in which it is used at all."""
    within = guideline.plausible.get(code)
    return within is None or within.low <= value <= within.high


def target(guideline: Guideline, baseline: float | None) -> float:
    """The systolic pressure to stay above (Table 2); the strictest when there is no baseline."""
    table = guideline.pressure
    if baseline is None or baseline > table.high_baseline:
        return table.target_high
    return table.target_low if baseline < table.low_baseline else table.target_normal


def peaks(guideline: Guideline, doses: list[tuple[int, bool]]) -> list[tuple[int, int]]:
    """The windows in which each given dose presses the pressure most, 4 to 6 h after it."""
    table = guideline.pressure
    return [(at + table.peak_from, at + table.peak_to) for at, given in doses if given]
