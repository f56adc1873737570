"""Whether a stop rule would have come to stand, with the facts as they are corrected now.

A value counts as known since its id first was. So the facts are put into an empty chart in the order they became known,
and the rule's criteria are decided after each of those instants and at their own deadlines.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from rules.chart import inputs
from rules.chart.chart import Chart
from rules.chart.course import began_anew
from rules.chart.facts import Fact, insert
from rules.chart.oxygen import VitalsRow
from rules.evaluate import criteria
from rules.evaluate.result import Memory, reached
from rules.evaluate.stop import Stand, before_cycle, holding, step
from rules.guideline.table4 import StopRule

Known = tuple[int, int, Callable[[Chart], int]]
"""(first known in ms, arrival, how the fact enters a chart: returns the bits it touches)."""


def would_stand(rule: StopRule, chart: Chart, stand: Stand, now: int) -> Stand:
    """The rule's standing after the whole course so far, replayed over the corrected facts."""
    twin = _Twin(rule, chart)
    for first, group in groupby(sorted(_facts(chart), key=itemgetter(0, 1)), key=itemgetter(0)):
        if reached(first) > now:
            break
        twin.pass_to(reached(first))
        touched = 0
        for _, _, enter in group:
            touched |= enter(twin.chart)
        twin.chart.refresh(touched)
        twin.decide(any(resumed.rule == rule.rule and resumed.first == first for resumed in twin.chart.resumes))
    twin.pass_to(now + 1)
    return _with_sealed(rule, chart, stand, twin.stand)


def _with_sealed(rule: StopRule, chart: Chart, before: Stand, again: Stand) -> Stand:
    """What rested on saturations that are no longer kept record by record cannot be undone by a correction."""
    horizon = chart.tail.horizon
    sealed = {e: t for e, t in before.by.items() if e in ("oxygen-requirement", "rales") and horizon is not None and t < horizon}
    if again.stands or not before.stands or not sealed:
        return again
    return Stand(True, again.excused, sealed)


class _Twin:
    """A chart that learns the course anew, and the standing of one rule over it."""

    def __init__(self, rule: StopRule, chart: Chart) -> None:
        self.rule = rule
        self.chart = Chart(chart.guideline)
        self.chart.tail.set(chart.tail.setting)
        self.chart.tail.marks = [(0, chart.tail.marks[0][1].copy())]
        self.chart.tail.again(-1)
        self.memories = {code: Memory() for code in rule.criteria}
        self.due: int | None = None
        self.now = -1
        self.stand = Stand()
        self.cycle = self.chart.cycle

    def pass_to(self, instant: int) -> None:
        while self.due is not None and self.due < instant:
            self.now = self.due
            self.decide(False)
        self.now = max(self.now, instant)

    def decide(self, resumed: bool) -> None:
        was, self.cycle = self.cycle, self.chart.cycle
        if began_anew(was.number, was.start, self.cycle):
            self.stand = Stand()
        elif was.start is None and self.cycle.start is not None:
            self.stand = before_cycle(self.stand)
        ahead = []
        for code in self.rule.criteria:
            result = criteria.evaluate(self.chart.guideline.row[code], self.chart, self.now, self.memories[code])
            self.memories[code] = Memory(result.state, flags=result.flags, correctable=result.correctable, missing=result.missing)
            ahead.append(result.next)
        found = holding(self.rule, self.chart, self.memories.__getitem__, self.now)
        started = self.chart.cycle.start is not None
        self.stand = step(self.stand, found, started, resumed, self.now >> 1)
        moments = [instant for instant in (*ahead, found.next) if instant is not None and instant > self.now]
        self.due = min(moments, default=None)


def _facts(chart: Chart) -> Iterator[Known]:
    """Every fact kept, with how it enters another chart."""
    for row in chart.tail.rows:
        yield row.first, row.n, partial(_enter_vitals, row)
    for code, labs in chart.labs.items():
        yield from _listed(labs, attrgetter("labs"), code, inputs.BIT[code])
    for code, signs in chart.findings.items():
        yield from _listed(signs, attrgetter("findings"), code, inputs.BIT[code])
    for key, rates in chart.lines.items():
        yield from _listed(rates, attrgetter("lines"), key, inputs.INFUSIONS)
    for name, bit in PLAIN.items():
        yield from _listed(getattr(chart, name), attrgetter(name), None, bit)


PLAIN = {
    "doses": inputs.DOSES,
    "places": inputs.ENCOUNTER,
    "baselines": inputs.BASELINE,
    "raw_weights": inputs.WEIGHT,
    "resumes": inputs.RESUME,
}


def _listed(facts: Sequence[Fact], where: Callable[[Chart], Any], key: str | None, bit: int) -> Iterator[Known]:
    for fact in facts:
        yield fact.first, fact.n, partial(_enter, fact, where, key, bit)


def _enter(fact: Fact, where: Callable[[Chart], Any], key: str | None, bit: int, chart: Chart) -> int:
    facts = where(chart)
    insert(facts if key is None else facts.setdefault(key, []), fact)
    return bit


def _enter_vitals(row: VitalsRow, chart: Chart) -> int:
    return chart.tail.add(row)
