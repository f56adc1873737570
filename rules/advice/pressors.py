"""Say which vasopressors run, and which hold up the pressure (criteria.md sections 3.3, 7.1)."""

from rules.chart.chart import Chart
from rules.chart.course import FOREVER, Span, runs
from rules.chart.pressor_loads import load_at
from rules.evaluate.result import soonest
from rules.wire.instants import Instant
from rules.wire.vocabulary import VASOPRESSORS

DOPAMINE = "dopamine"


def pressors_running(chart: Chart, now: Instant) -> tuple[str, ...]:
    """Return the agents that hold up the pressure: dopamine only as much as is read above its renal dose."""
    load = load_at(chart.loads, now)
    if load is None:
        return ()
    rates, raised = dict(load.rates), load.dopamine > chart.guideline.pressors.renal_dopamine
    return tuple(agent for agent in VASOPRESSORS if agent in rates and (agent != DOPAMINE or raised))


def load_read(chart: Chart, now: Instant) -> float:
    """Return the pressor load in force, as far as it can be read, ug/kg/min."""
    load = load_at(chart.loads, now)
    return 0.0 if load is None else load.load


def dopamine_runs(chart: Chart, now: Instant) -> bool:
    """Return whether dopamine runs, at whatever rate."""
    return runs(chart.dopamine, now)


def next_rate(chart: Chart, now: Instant) -> Instant | None:
    """Return when a rate that was charted ahead comes into force."""
    return soonest(now, *(load.at for load in chart.loads[-4:]))


def off_vasopressors(spans: list[Span], t: int, within: int) -> bool:
    """Return whether no vasopressor ran in (t - within, t]."""
    return not any(start <= t and end > t - within for start, end in spans)


def next_off(spans: list[Span], now: Instant, within: int) -> Instant | None:
    """Return when the vasopressors may have been off for `within`, or one starts or stops."""
    edges = (edge for start, end in spans for edge in (start, end, end + within) if edge < FOREVER)
    return soonest(now, *edges)
