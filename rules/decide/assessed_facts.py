"""List what an assessment says of facts as they stand: pressors, acceptances, what was set aside."""

from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.chart.facts import SetAside, Weight, place
from rules.chart.pressor_loads import load_at
from rules.decide.acceptances import of_pack
from rules.decide.state import Patient
from rules.evaluate.accepted_criteria import lasting
from rules.wire import instants
from rules.wire.assessments import AcceptedItem, IgnoredItem, PressorRate, Pressors
from rules.wire.instants import DAY

LOAD_UNIT = "ug/kg/min"


def time(moment: int | None) -> str | None:
    """Write a moment (ms) as RFC 3339; None stays None."""
    return None if moment is None else instants.text(moment)


def pressors(patient: Patient) -> Pressors:
    """Return the pressor load now, of what can be read, and the agents that run."""
    now, in_units = load_at(patient.chart.loads, patient.now), patient.guideline.pressors.in_units
    if now is None:
        return Pressors(load=0.0, unit=LOAD_UNIT, agents=())
    agents = tuple(
        PressorRate(agent=agent, rate=rate, unit="U/min" if agent in in_units else LOAD_UNIT)
        for agent, rate in now.rates
    )
    return Pressors(load=now.load, unit=LOAD_UNIT, agents=agents)


def accepted_items(patient: Patient) -> Iterator[AcceptedItem]:
    """Yield the acceptances in force, in the order of the table."""
    if not patient.accepted:
        return
    found = lasting(patient.chart, patient.now, of_pack(patient))
    for row in patient.guideline.rows:
        if row.code in patient.accepted:
            one = found[row.code]
            yield AcceptedItem(
                criterion=one.criterion, level=one.level, until=time(one.until), by=one.by, reason=one.reason
            )


def ignored_items(patient: Patient) -> Iterator[IgnoredItem]:
    """Yield what was charted for the last 24 h and set aside, in order of `at`; doubted weights too."""
    since = patient.now - DAY
    facts: list[SetAside | Weight] = [*patient.chart.set_aside, *doubted(patient.chart)]
    for fact in sorted(facts, key=place):
        if fact.at > since:
            yield _ignored(fact) if isinstance(fact, SetAside) else _doubted(fact, patient)


def doubted(chart: Chart) -> list[Weight]:
    """Return the weights that do not count: each too far from the one before, and from the one after."""
    counted = {id(weight) for weight in chart.weights}
    return [weight for weight in chart.raw_weights if id(weight) not in counted]


def _doubted(weight: Weight, patient: Patient) -> IgnoredItem:
    jump = patient.guideline.choices.weight_jump
    return IgnoredItem(
        code="weight",
        value=weight.value,
        unit="kg",
        at=instants.text(weight.at),
        reason=f"more than {jump * 100:g} % from the latest",
    )


def _ignored(fact: SetAside) -> IgnoredItem:
    return IgnoredItem(
        code=fact.code, value=fact.value, unit=fact.unit, at=instants.text(fact.at), reason=fact.reason
    )
