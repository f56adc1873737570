"""List what an assessment says of facts as they stand: pressors, acceptances, what was set aside."""

from collections.abc import Iterator

from rules.chart.facts import SetAside
from rules.chart.infusions import load_at
from rules.decide.state import Patient
from rules.evaluate.acceptance import lasting
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
    found = lasting(patient.chart, patient.now)
    for row in patient.guideline.rows:
        if row.code in patient.accepted:
            one = found[row.code]
            yield AcceptedItem(
                criterion=one.criterion, level=one.level, until=time(one.until), by=one.by, reason=one.reason
            )


def ignored_items(patient: Patient) -> Iterator[IgnoredItem]:
    """Yield what was charted for the last 24 h and set aside, in order of `at`."""
    since = patient.now - DAY
    for fact in patient.chart.set_aside:
        if fact.at > since:
            yield _ignored(fact)


def _ignored(fact: SetAside) -> IgnoredItem:
    return IgnoredItem(
        code=fact.code, value=fact.value, unit=fact.unit, at=instants.text(fact.at), reason=fact.reason
    )
