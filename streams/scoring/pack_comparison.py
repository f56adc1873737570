"""Compare the rows of two guideline packs by what they are about: who alarms, how often, how much earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from rules.guideline import Guideline
from rules.wire.alerts import Alert
from rules.wire.instants import HOUR, MINUTE
from streams.scoring.decision_points import Compared

CRITERION, OPENED, PAGED = "criterion", "opened", ("opened", "worsened")
SAME = 24 * HOUR
"""Openings of one concept within this time are taken for the same event."""


class Concept(NamedTuple):
    """A concept: episodes and pages of both, and by how many minutes the second opens earlier (median)."""

    concept: str
    episodes_a: int
    episodes_b: int
    pages_a: int
    pages_b: int
    earlier_min: float | None

    @property
    def where(self) -> str:
        """`only A`, `only B` or `both`."""
        if not self.episodes_b:
            return "only A"
        return "both" if self.episodes_a else "only B"


def concepts(found: Compared) -> list[Concept]:
    """Return the concepts of which one of the two has an episode, the most frequent first."""
    a, b = (_by_concept(side.alerts, side.guideline.deciding) for side in (found.a, found.b))
    made = [_concept(name, a[name], b[name]) for name in {**a, **b}]
    return sorted(made, key=lambda one: (-(one.episodes_a + one.episodes_b), one.concept))


def _by_concept(alerts: Iterable[Alert], guideline: Guideline) -> dict[str, list[Alert]]:
    rows = {} if guideline.pack is None else {row.code: row.concept for row in guideline.pack.rows}
    found: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.kind == CRITERION and alert.transition in PAGED:
            found[rows.get(alert.subject, alert.subject)].append(alert)
    return found


def _concept(name: str, a: list[Alert], b: list[Alert]) -> Concept:
    opened_a, opened_b = ([one for one in alerts if one.transition == OPENED] for alerts in (a, b))
    leads = [lead for one in opened_b if (lead := _lead(one, opened_a)) is not None]
    earlier = round(median(leads) / MINUTE, 1) if leads else None
    return Concept(name, len(opened_a), len(opened_b), len(a), len(b), earlier)


def _lead(one: Alert, others: list[Alert]) -> int | None:
    """Return how much earlier an episode was decided than the nearest of the other side, ms."""
    near = [other.decided - one.decided for other in others if other.patient == one.patient]
    found = min(near, key=abs, default=None)
    return found if found is not None and abs(found) <= SAME else None
