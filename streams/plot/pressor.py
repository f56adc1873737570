"""The phenylephrine rate in force over time: lines added up, rates without "per kg" converted once (criteria.md, `phenylephrine-minimum`)."""

from __future__ import annotations

from collections.abc import Iterable

from rules.wire.events import Event, Infusion

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
    """The rate per kg, by the latest weight not after it, else the baseline; None when it needs a weight and there is none."""
    if fact.per_kg or fact.rate == 0:
        return fact.rate
    weight = next((value for at, value in reversed(weights) if at <= fact.at), baseline)
    return None if weight is None else fact.rate / weight
