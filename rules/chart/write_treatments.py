"""Write treatments to the chart: doses, infusions, medicines; and infusions whose rate cannot be read."""

from typing import Any

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import DoseFact, Drug, NotUnderstood, Rate, SetAside, insert, listed
from rules.chart.infusions import by_weight, key_of, line_key, per_kg
from rules.chart.record_outcome import Heading, Recorded, artefact, plausible, set_aside
from rules.chart.weighing import Weighing, units_per_kg
from rules.guideline.agents import OTHER
from rules.wire import events
from rules.wire.refusals import IMPLAUSIBLE, NEEDS_WEIGHT


def dose(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a dose given; one of nothing is set aside. Return the dirty flags."""
    if not event.given:
        return 0
    if event.amount <= 0:
        # A cancelled or reversed administration is charted as a dose of nothing.
        outcome.implausible = (*outcome.implausible, "dose")
        return set_aside(chart, heading, [artefact("dose", event.amount, event.unit)])
    kg = Weighing(chart.weights, chart.baselines).kg(event.at)
    if units_per_kg(event.amount, event.unit, kg) is None:
        # Refused, but it was given: the amount is unknown, the dose counts.
        outcome.refused = NEEDS_WEIGHT
    dose = DoseFact(*heading, event.amount, event.unit)
    insert(chart.doses, dose)
    chart.seen[event.id] = dose
    return dirty_flags.DOSES


def infusion(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a vasopressor's rate. Return the dirty flags."""
    rate = Rate(*heading, event.rate, event.per_kg)
    weighed = by_weight(rate, event.agent, chart.guideline.pressors)
    value = per_kg(rate, Weighing(chart.weights, chart.baselines)) if weighed else event.rate
    insert(listed(chart.lines, line_key(event)), rate)
    chart.seen[event.id] = rate
    if value is None:
        outcome.refused = NEEDS_WEIGHT
        insert(chart.set_aside, SetAside(*heading, event.agent, event.rate, _unit(event), NEEDS_WEIGHT))
    elif event.rate < 0 or not plausible(chart, event.agent, value, outcome):
        outcome.implausible = outcome.implausible or (event.agent,)
        # One that needs a weight is read, and told implausible, by the weights as they are known later.
        rate.unread = not weighed
        insert(chart.set_aside, SetAside(*heading, event.agent, event.rate, _unit(event), IMPLAUSIBLE))
    return dirty_flags.INFUSIONS


def _unit(event: events.Infusion) -> str:
    if event.agent == "vasopressin":
        return "U/min"
    return "ug/kg/min" if event.per_kg else "ug/min"


def unreadable(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a urine collection or a rate that cannot be read. Return the dirty flags."""
    fact = SetAside(*heading, event.code, event.value, event.unit, event.reason)
    insert(chart.set_aside, fact)
    chart.seen[event.id] = fact
    if event.code == "urine":
        return dirty_flags.URINE
    _runs_unread(chart, event, heading)
    return dirty_flags.INFUSIONS


def _runs_unread(chart: Chart, event: events.Unreadable, heading: Heading) -> None:
    """Record that an infusion runs in its line, nobody knows how fast."""
    rate = Rate(*heading, 0.0, True, True)
    insert(listed(chart.lines, key_of(event.code, event.line)), rate)


def other_infusion(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Record an infusion that is no vasopressor: a medicine that the advice knows, or what nobody knows."""
    agents = chart.guideline.agents
    drugs = _drugs(chart, event.agent, heading) if event.rate != 0 else []
    for drug in drugs:
        insert(chart.drugs, drug)
        chart.seen[event.id] = drug
    if drugs or agents.understood(event.agent):
        return dirty_flags.MEDICATION if drugs else 0
    outcome.unknown = (event.agent,)
    fact = NotUnderstood(*heading, event.agent, event.rate)
    insert(listed(chart.not_understood, event.agent), fact)
    chart.seen[event.id] = fact
    return dirty_flags.NOT_UNDERSTOOD


def medication(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Record a medicine by its classes; one of no class still says that medicines are charted here."""
    for drug in _drugs(chart, event.agent, heading) or [Drug(*heading, OTHER, "")]:
        insert(chart.drugs, drug)
        chart.seen[event.id] = drug
    return dirty_flags.MEDICATION


def _drugs(chart: Chart, agent: str, heading: Heading) -> list[Drug]:
    kinds = chart.guideline.agents.kinds_of(agent)
    return [Drug(*heading, kind, _shown(agent, ingredient)) for kind, ingredient in kinds]


def _shown(agent: str, ingredient: str) -> str:
    """Return a medicine's name as it was charted, with the ingredient where the name is another."""
    return agent if ingredient in agent else f"{agent} ({ingredient})"
