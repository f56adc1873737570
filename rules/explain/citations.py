"""Cite what a decision rests on: facts of the chart, inputs that are missing, and sustained runs.

Records whose readings have been pruned are cited by id.
"""

from collections.abc import Iterable

from rules.chart.chart import Chart
from rules.chart.facts import (
    Baseline,
    DoseFact,
    Drug,
    Fact,
    Ghost,
    Lab,
    Place,
    Rate,
    Resumed,
    Sign,
    Volume,
    Weight,
)
from rules.chart.oxygen import VitalsRow
from rules.chart.record import COLUMN
from rules.chart.series import Latch, Series
from rules.evaluate.monitoring import last_seen
from rules.explain.explanation import Cited, Value, Window, span, when
from rules.explain.question import Asked
from rules.wire import vocabulary

Wording = tuple[Value, str | None]


def cited(fact: Fact, part: str, code: str | None = None) -> Cited:
    """Cite a fact; of a record of many readings the one named by its wire code."""
    value, unit = wording(fact, code)
    return Cited(
        id=fact.id,
        part=part,
        at=fact.at,
        known=fact.tie if fact.tie != fact.at else None,
        value=value,
        unit=unit,
    )


def cite(chart: Chart, id: str, part: str, code: str | None = None) -> Cited:
    """Cite the fact with this id; by id alone if it is no longer kept."""
    fact = kept(chart, id, code)
    if fact is not None:
        return cited(fact, part, code)
    part = f"{part} (its readings are no longer kept)"
    ghost = chart.seen.get(id)
    return Cited(id=id, part=part) if ghost is None else cited(ghost, part)


def cite_all(chart: Chart, ids: Iterable[str], part: str, code: str | None = None) -> list[Cited]:
    """Cite the facts with these ids, each once."""
    return [cite(chart, id, part, code) for id in dict.fromkeys(ids)]


def kept(chart: Chart, id: str, code: str | None) -> Fact | None:
    """Return the fact itself, if it is kept; of a record of several readings the one of the code."""
    if code is not None and code in vocabulary.LABS:
        return next((lab for lab in chart.labs.get(code, ()) if lab.id == id), None)
    if code == "weight":
        return next((weight for weight in chart.raw_weights if weight.id == id), None)
    fact = chart.seen.get(id)
    if code in COLUMN and not isinstance(fact, VitalsRow):
        return remembered(chart, id)
    return None if isinstance(fact, Ghost) else fact


def remembered(chart: Chart, id: str) -> Fact | None:
    """Return the latest reading with this id: the latest readings outlive the records that carried them."""
    signals = chart.tail.now
    rows = (
        *((series.last, series.latest_counted) for series in (signals.hr, signals.sbp, signals.spo2)),
        (signals.temp.last, None),
    )
    return next((row for pair in rows for row in pair if row is not None and row.id == id), None)


def wording(fact: Fact, code: str | None) -> Wording:
    """Return the value and unit of a fact."""
    if isinstance(fact, VitalsRow):
        return (None, None) if code not in COLUMN else (getattr(fact, COLUMN[code]), vocabulary.VITALS[code])
    if isinstance(fact, Lab):
        return fact.value, fact.unit
    if isinstance(fact, Weight):
        return fact.value, "kg"
    if isinstance(fact, Volume):
        return fact.volume, "mL"
    if isinstance(fact, DoseFact):
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


WITHOUT_RECORD = {
    "baseline-weight": "no baseline event gives a weight; chart one",
    "o2-flow": "a device is charted without its flow; chart the flow",
    "troponin": "the total CK is above its limit, and no CK-MB or troponin is as new; send a troponin",
    "stool-volume": "stool was charted that nobody measured; chart its volume",
}
LACKS = {
    "high": "the reading carries no upper reference limit and the site has set none",
    "range": "the latest result is a range, of which some is past the limit and some is not",
    "unreadable": "a newer one was charted that could not be read; chart it again",
    "equivalent": "it runs, and has no equivalent in phenylephrine here",
}


def charted(chart: Chart, code: str) -> int | None:
    """Return when a wire code was last charted, by `at`, whether or not it still counts."""
    signals = chart.tail.now
    if code == "spo2":
        return None if signals.spo2.last is None else signals.spo2.last.at
    if code == "temperature":
        return None if signals.temp.last is None else signals.temp.last.at
    return last_seen(chart, code)


def unseen(chart: Chart, code: str) -> str:
    """Write why an input is missing: `Missing: creatinine: never charted.`"""
    if code in WITHOUT_RECORD:
        return f"Missing: {code}: {WITHOUT_RECORD[code]}."
    lacks = code.partition(".")[2]
    if lacks in LACKS:
        return f"Missing: {code}: {LACKS[lacks]}."
    last = charted(chart, code)
    if last is None:
        return f"Missing: {code}: never charted."
    reason = "too old, or not covering what is needed" if code == "urine" else "too old to count"
    return f"Missing: {code}: last charted at {when(last)}, {reason}."


def under_way(series: Series, latch: Latch, goal: str, condition: str, needed: int) -> str:
    """Write how long the run towards `goal` (readings `condition`) has lasted and how much is lacking."""
    latest = series.latest_counted
    if latch.run is None or latest is None:
        return f"No run towards {goal}: the latest reading that counts is not {condition}."
    lasted = latest.at - latch.run
    many = f"{len(latch.seen)} reading{'s' if len(latch.seen) > 1 else ''}"
    lacking = f"{span(needed - lasted)} are lacking of {span(needed)}"
    run = f"A run towards {goal}: {many} {condition} since {when(latch.run)}, {span(lasted)} so far"
    return f"{run}; {lacking}, the next reading by {when(series.joins_until)}."


def facts(asked: Asked, series: Series, latches: tuple[tuple[Latch, str], ...], code: str) -> list[Cited]:
    """Cite the evidence, then the runs in progress, then the latest reading; each record once."""
    found = dict.fromkeys(
        asked.ids, "in the run that decided" if asked.tripped else "the reading it rests on"
    )
    for latch, goal in latches:
        for id, _ in latch.seen:
            found.setdefault(id, f"in the run towards {goal}")
    if series.latest_counted is not None:
        found.setdefault(series.latest_counted.id, "the latest reading that counts")
    if series.last is not None:
        found.setdefault(
            series.last.id, "the latest reading; it was already stale when it became known and does not count"
        )
    return [one for id, part in found.items() for one in cite_all(asked.chart, [id], part, code)]


def window(lines: list[Cited], words: str) -> Window | None:
    """Return the window from the first to the last of the readings cited."""
    moments = [one.at for one in lines if one.at is not None]
    return Window(min(moments), max(moments), words) if moments else None
