"""A fact of the chart, cited: what it says and which part it played. Records whose readings have been pruned are cited by id."""

from collections.abc import Iterable

from rules import vocabulary
from rules.chart.chart import Chart
from rules.chart.facts import Baseline, Dose, Drug, Fact, Ghost, Lab, Place, Rate, Resumed, Sign, Volume, Weight
from rules.chart.oxygen import VitalsRow
from rules.chart.record import COLUMN
from rules.explain.explanation import Cited, Value

Said = tuple[Value, str | None]


def cited(fact: Fact, part: str, code: str | None = None) -> Cited:
    """A fact; of a record of many readings the one named by its wire code."""
    value, unit = said(fact, code)
    return Cited(id=fact.id, part=part, at=fact.at, known=fact.tie if fact.tie != fact.at else None, value=value, unit=unit)


def cite(chart: Chart, id: str, part: str, code: str | None = None) -> Cited:
    """The fact with this id, if it is still kept."""
    fact = kept(chart, id, code)
    if fact is not None:
        return cited(fact, part, code)
    part = f"{part} (its readings are no longer kept)"
    ghost = chart.seen.get(id)
    return Cited(id=id, part=part) if ghost is None else cited(ghost, part)


def cite_all(chart: Chart, ids: Iterable[str], part: str, code: str | None = None) -> list[Cited]:
    return [cite(chart, id, part, code) for id in dict.fromkeys(ids)]


def kept(chart: Chart, id: str, code: str | None) -> Fact | None:
    """The fact itself: a record of several results or readings is looked up under the code asked for."""
    if code is not None and code in vocabulary.LABS:
        return next((lab for lab in chart.labs.get(code, ()) if lab.id == id), None)
    if code == "weight":
        return next((weight for weight in chart.raw_weights if weight.id == id), None)
    fact = chart.seen.get(id)
    if code in COLUMN and not isinstance(fact, VitalsRow):
        return remembered(chart, id)
    return None if isinstance(fact, Ghost) else fact


def remembered(chart: Chart, id: str) -> Fact | None:
    """The latest readings outlive the records that carried them."""
    signals = chart.tail.now
    rows = (*((series.last, series.heard) for series in (signals.hr, signals.sbp, signals.spo2)), (signals.temp.last, None))
    return next((row for pair in rows for row in pair if row is not None and row.id == id), None)


def said(fact: Fact, code: str | None) -> Said:
    """What a fact says: its value and unit."""
    if isinstance(fact, VitalsRow):
        return (None, None) if code not in COLUMN else (getattr(fact, COLUMN[code]), vocabulary.VITALS[code])
    if isinstance(fact, Lab):
        return fact.value, fact.unit
    if isinstance(fact, Weight):
        return fact.value, "kg"
    if isinstance(fact, Volume):
        return fact.volume, "mL"
    if isinstance(fact, Dose):
        return fact.amount, fact.unit
    if isinstance(fact, Rate):
        return fact.rate, "ug/kg/min" if fact.per_kg else "per min"
    return _word(fact), None


def _word(fact: Fact) -> str | None:
    if isinstance(fact, Sign):
        return fact.value
    if isinstance(fact, Place):
        return fact.event
    if isinstance(fact, Drug):
        return fact.agent
    if isinstance(fact, Resumed):
        return f"resume {fact.rule}"
    return "baseline" if isinstance(fact, Baseline) else None
