"""Cite what a decision rests on: facts of the chart, inputs that are missing, and sustained runs.

Records whose readings have been pruned are cited by id.
"""

from collections.abc import Iterable
from typing import NamedTuple

from rules.chart.chart import Chart
from rules.chart.corrected_codes import COLUMN
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
from rules.chart.readings import History, Reading, run_so_far
from rules.evaluate.monitoring import last_seen
from rules.explain.explanation import Cited, Value, Window, amount, met, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import Limit
from rules.wire import vocabulary

Wording = tuple[Value, str | None]


def cited(fact: Fact | Reading, part: str, code: str | None = None) -> Cited:
    """Cite a fact; of a record of many readings the one named by its wire code."""
    value, unit = wording(fact, code)
    known = fact.first if isinstance(fact, Reading) else fact.tie
    return Cited(
        id=fact.id,
        part=part,
        at=fact.at,
        known=known if known != fact.at else None,
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


def kept(chart: Chart, id: str, code: str | None) -> Fact | Reading | None:
    """Return the fact itself, if it is kept; of a record of several readings the one of the code."""
    if code is not None and code in vocabulary.LABS:
        return next((lab for lab in chart.labs.get(code, ()) if lab.id == id), None)
    if code == "weight":
        return next((weight for weight in chart.raw_weights if weight.id == id), None)
    fact = chart.seen.get(id)
    if code in READINGS and not isinstance(fact, VitalsRow):
        return remembered(chart, id, code)
    return None if isinstance(fact, Ghost) else fact


READINGS = {
    "heart-rate": "hr",
    "systolic-bp": "sbp",
    "mean-bp": "sbp",
    "spo2": "spo2",
    "temperature": "temp",
    "respiratory-rate": "breathing",
}


def remembered(chart: Chart, id: str, code: str) -> Reading | None:
    """Return the reading of a record that is no longer kept itself: readings are kept longer."""
    history: History = getattr(chart.tail.readings, READINGS[code])
    return next((reading for reading in reversed(history) if reading.id == id), None)


def compared(lab: Lab) -> str:
    """Write a result with its comparator, and as it was charted in another unit: `4 mg/dL (354 µmol/L)`."""
    charted = f" ({lab.charted})" if lab.charted else ""
    return f"{lab.comparator or ''}{amount(lab.value, lab.unit)}{charted}"


def wording(fact: Fact | Reading, code: str | None) -> Wording:
    """Return the value and unit of a fact."""
    if isinstance(fact, Reading):
        return fact.charted, None if code is None else vocabulary.VITALS[code]
    if isinstance(fact, VitalsRow):
        return _reading_of(fact, code)
    if isinstance(fact, Lab):
        exact = fact.comparator is None and fact.charted is None
        return (fact.value, fact.unit) if exact else (compared(fact), None)
    if isinstance(fact, Weight):
        return fact.value, "kg"
    if isinstance(fact, Volume):
        return fact.volume, "mL"
    if isinstance(fact, DoseFact):
        return fact.amount, fact.unit
    if isinstance(fact, Rate):
        return fact.rate, "ug/kg/min" if fact.per_kg else "per min"
    return _word(fact), None


def _reading_of(row: VitalsRow, code: str | None) -> Wording:
    if code == "systolic-bp" and row.sbp is None:
        code = "mean-bp"
    return (None, None) if code not in COLUMN else (getattr(row, COLUMN[code]), vocabulary.VITALS[code])


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
    "not-open": "nobody here has read the row in its source; read it there and sign it",
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


class Run(NamedTuple):
    """A run of readings towards a goal: the limit they meet, its unit, and how long the run must last."""

    goal: str
    limit: Limit
    unit: str | None
    needed: int

    @property
    def condition(self) -> str:
        """What its readings are, in words."""
        return met(self.limit, self.unit)


def under_way(asked: Asked, history: History, run: Run) -> str:
    """Write how long a run of readings towards its goal has lasted and how much is lacking."""
    found = run_so_far(history, run.limit, asked.guideline.vital_signs.share)
    if not found:
        return f"No run towards {run.goal}: the latest reading that counts is not {run.condition}."
    lasted = found[-1].at - found[0].at
    many = f"{len(found)} reading{'s' if len(found) > 1 else ''}"
    so_far = (
        f"A run towards {run.goal}: {many} {run.condition} since {when(found[0].at)}, {span(lasted)} so far"
    )
    if lasted >= run.needed:
        return f"{so_far}."
    lacking = f"{span(run.needed - lasted)} are lacking of {span(run.needed)}"
    return f"{so_far}; {lacking}, the next reading by {when(found[-1].joins)}."


def facts(
    asked: Asked, history: History, last: Reading | None, runs: Iterable[Run], code: str
) -> list[Cited]:
    """Cite the evidence, then the runs in progress, then the latest reading; each record once."""
    found = dict.fromkeys(
        asked.ids, "in the run that decided" if asked.tripped else "the reading it rests on"
    )
    for run in runs:
        for reading in run_so_far(history, run.limit, asked.guideline.vital_signs.share):
            found.setdefault(reading.id, f"in the run towards {run.goal}")
    if history:
        found.setdefault(history[-1].id, "the latest reading that counts")
    if last is not None:
        found.setdefault(
            last.id, "the latest reading; it was already stale when it became known and does not count"
        )
    return [one for id, part in found.items() for one in cite_all(asked.chart, [id], part, code)]


def window(lines: list[Cited], words: str) -> Window | None:
    """Return the window from the first to the last of the readings cited."""
    moments = [one.at for one in lines if one.at is not None]
    return Window(min(moments), max(moments), words) if moments else None
