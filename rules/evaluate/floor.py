"""Tell what of the floor holds a dose: it lies under every pack that decides (editions.md 1)."""

from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.evaluate.dosing import pressor_holds
from rules.evaluate.rows.excused_rate import present
from rules.guideline.packs.declarations import Pack
from rules.guideline.packs.floor import FLOOR, FloorRule
from rules.wire.instants import Instant


def floor_holds(pack: Pack | None, chart: Chart, now: Instant) -> Iterator[str]:
    """Yield the holding blockers of the floor that no row of the deciding pack stands in for."""
    concepts = set() if pack is None else {row.concept for row in pack.rows}
    for rule in FLOOR:
        if concepts.isdisjoint(rule.concepts) and _holds(rule, chart, now):
            yield rule.blocker


def _holds(rule: FloorRule, chart: Chart, now: Instant) -> bool:
    if rule.finding is not None:
        return present(chart, rule.finding)
    return pressor_holds(chart, now) if rule.pressor else chart.tail.now.spo2.severe.on
