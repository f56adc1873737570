"""Tell that a finding or an infusion is charted that nobody knows (criteria.md section 2)."""

from rules.chart.chart import Chart
from rules.evaluate.result import CLEAR, TECHNICAL, Memory, Result
from rules.wire.instants import Instant

PREFIX = "not-understood/"


def not_understood(name: str, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether a name nobody knows is charted: until it is withdrawn, its rate is 0, or for 8 h."""
    records = chart.not_understood.get(name)
    if not records:
        return Result(CLEAR)
    last = records[-1]
    ends = last.at + chart.guideline.choices.not_understood_lasts
    if last.rate == 0 or now >= ends:
        return Result(CLEAR, latest=last.at)
    return Result(TECHNICAL, latest=last.at, evidence=(last.reference,), next=ends)


def unnamed_start(chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether a dose began the cycle, and no start of it has been charted (criteria.md section 1)."""
    cycle = chart.cycle
    if not cycle.by_dose or cycle.start is None:
        return Result(CLEAR)
    return Result(TECHNICAL, evidence=() if cycle.reference is None else (cycle.reference,))


def unknown_pack(chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether the cycle names a guideline pack that the site has not configured (editions.md 1)."""
    reference = chart.cycle.reference
    named = next((place for place in reversed(chart.places) if place.reference == reference), None)
    if named is None or chart.guideline.chosen(named.pack) is not None:
        return Result(CLEAR)
    return Result(TECHNICAL, evidence=(named.reference,))
