"""Tell what runs at a moment, and when that turns: the cycle, phenylephrine, any span of an infusion."""

from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.infusions import segment_at
from rules.evaluate.result import soonest
from rules.wire.instants import Instant, reached


def dosing(chart: Chart, t: int) -> bool:
    """Whether a cycle is on at `t`: started, and its therapy not ended."""
    cycle = chart.cycle
    return cycle.start is not None and (cycle.end is None or t < cycle.end)


def current_rate(chart: Chart, t: int) -> float | None:
    """ug/kg/min in force at `t`; 0 when none was ever charted, None when it cannot be told."""
    segment = segment_at(chart.phenylephrine, t)
    return 0.0 if segment is None else segment.rate


def runs(spans: list[tuple[int, int]], t: int) -> bool:
    return any(start <= t < end for start, end in spans)


def span_turn(spans: list[tuple[int, int]], now: Instant) -> Instant | None:
    """The next instant at which one of the spans starts or ends."""
    return soonest(now, *(reached(edge) for span in spans for edge in span if edge < FOREVER))
