"""Replay the course of some criteria over the facts as corrected, in the order in which they became known.

A value counts as known since its id first was: so the facts are put into an empty chart in that order, and
the criteria are decided after each of those instants and at their own deadlines (criteria.md section 4).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from rules.chart import dirty_flags
from rules.chart.chart import VOLUME_INPUT, Chart, flag_of
from rules.chart.facts import Fact, insert, listed
from rules.chart.oxygen import VitalsRow
from rules.evaluate import judgement
from rules.evaluate.accepted_criteria import OfPack, accepted, next_end, outgrown
from rules.evaluate.result import Memory
from rules.evaluate.row_type_lookup import descriptor_of
from rules.guideline.declarations import AnyRow
from rules.wire.instants import BEFORE_ALL, Instant


class Known(NamedTuple):
    """A fact, from when it is entered (ms), its arrival, and the function that enters it."""

    first: int
    n: int
    fact: Fact
    enter: Callable[[Chart], int]


Early = Callable[[Fact], bool]
"""Whether a fact that was charted late counts as known since its `at`."""


def never_early(fact: Fact) -> bool:
    """Return False: every fact counts from when it became known."""
    return False


class Replay:
    """A replay of criteria: their course entered into an empty chart, and which acceptances they outgrew."""

    def __init__(
        self, codes: Sequence[str], chart: Chart, early: Early = never_early, of: OfPack | None = None
    ) -> None:
        self.source, self.early = chart, early
        self.of = OfPack(chart.guideline) if of is None else of
        self.rows = [self.of.guideline.row[code] for code in codes]
        self.evaluate = {row.code: _as_judged(row, self.of) for row in self.rows}
        self.memories = {code: Memory() for code in codes}
        self.ended: frozenset[str] = frozenset()
        self.accepted: frozenset[str] = frozenset()
        self.due: Instant | None = None
        self.now: Instant = BEFORE_ALL
        self.chart = _empty(chart)

    def run(self, now: Instant) -> None:
        """Replay everything up to an instant, that instant included."""
        known = sorted(facts_behind(self.source, self._inputs(), self.early), key=lambda one: one[:2])
        for first, group in groupby(known, key=attrgetter("first")):
            if first > now:
                break
            self._pass_to(first)
            self._enter(list(group))
        self._pass_to(now + 1)

    def _inputs(self) -> int:
        pack = self.of.guideline.pack
        found = ALWAYS if pack is None else ALWAYS | judgement.inputs_of(pack)
        for row in self.rows:
            found |= descriptor_of(row).inputs(row)
        return found | (dirty_flags.INFUSIONS if found & dirty_flags.MODE else 0)

    def _pass_to(self, instant: Instant) -> None:
        """Move the clock to an instant and decide at each deadline before it."""
        while self.due is not None and self.due < instant:
            self.now = self.due
            self._decide([])
        self.now = max(self.now, instant)

    def _enter(self, new: list[Known]) -> None:
        dirty = 0
        for one in new:
            dirty |= one.enter(self.chart)
            self.chart.n = max(self.chart.n, one.n)
        self.chart.refresh(dirty)
        self._decide([one.fact for one in new])

    def _decide(self, new: list[Fact]) -> None:
        ahead = [self._criterion(row) for row in self.rows]
        self.ended |= outgrown(self.chart, self.now, self._state, self.of)
        self.accepted = accepted(self.chart, self.now, self.ended, self.of)
        switch = self.chart.mode.next_switch(self.now)
        moments = (*ahead, switch, next_end(self.chart, self.now, self.of), self.judged(new))
        self.due = min((m for m in moments if m is not None and m > self.now), default=None)

    def _state(self, code: str) -> str | None:
        return self.memories[code].state if code in self.memories else None

    def _criterion(self, row: AnyRow) -> Instant | None:
        result = self.evaluate[row.code](row, self.chart, self.now, self.memories[row.code])
        self.memories[row.code] = Memory(
            result.state,
            stale=result.stale,
            flags=result.flags,
            correctable=result.correctable,
            missing=result.missing,
            mark=result.mark,
            held=result.held,
            seen=result.seen,
            seen_since=result.seen_since,
        )
        return result.next

    def judged(self, new: list[Fact]) -> Instant | None:
        """Judge what the replay is for after one decision; return when that may change by time alone."""
        return None


def _as_judged(row: AnyRow, of: OfPack) -> judgement.Evaluate:
    """Return the evaluator of a row as the pack whose it is judges it."""
    descriptor, pack = descriptor_of(row), of.guideline.pack
    evaluate: judgement.Evaluate = descriptor.evaluate
    if pack is not None and descriptor.of_pack is not None:
        evaluate = partial(descriptor.of_pack, of=of)  # type: ignore[call-arg]
    return judgement.judged(evaluate, pack, row.code)


def _empty(chart: Chart) -> Chart:
    """Return an empty chart whose vital signs begin with what is no longer kept record by record."""
    empty = Chart(chart.guideline)
    empty.tail.set(chart.tail.setting)
    empty.tail.restore(chart.tail.marks[0].signals.copy(), chart.tail.before(), [])
    return empty


ALWAYS = dirty_flags.DOSES | dirty_flags.ENCOUNTER | dirty_flags.RESUME | dirty_flags.ACCEPT
"""What every replay needs: the cycle, its doses and the commands."""

PLAIN = {
    "doses": dirty_flags.DOSES,
    "places": dirty_flags.ENCOUNTER,
    "baselines": dirty_flags.BASELINE | dirty_flags.VITALS,
    "raw_weights": dirty_flags.WEIGHT,
    "resumes": dirty_flags.RESUME,
    "accepts": dirty_flags.ACCEPT,
}
"""The lists of a chart, with the inputs that they are behind."""


def facts_behind(chart: Chart, inputs: int, early: Early = never_early) -> Iterator[Known]:
    """Yield every fact kept that is behind these inputs, with the function that enters it into a chart."""
    for fact, enter in _facts(chart, inputs):
        yield Known(min(fact.at, fact.first) if early(fact) else fact.first, fact.n, fact, enter)


def _facts(chart: Chart, inputs: int) -> Iterator[tuple[Fact, Callable[[Chart], int]]]:
    if inputs & dirty_flags.VITALS:
        yield from ((row, partial(_enter_vitals, row)) for row in chart.tail.rows)
    for name, labs in chart.labs.items():
        if inputs & dirty_flags.BIT[name]:
            yield from _listed(labs, attrgetter("labs"), name, dirty_flags.BIT[name])
    for name, signs in chart.findings.items():
        if inputs & dirty_flags.BIT[name]:
            yield from _listed(signs, attrgetter("findings"), name, dirty_flags.BIT[name])
    for kind, volumes in chart.volumes.items():
        if inputs & dirty_flags.BIT[VOLUME_INPUT[kind]]:
            yield from _listed(volumes, attrgetter("volumes"), kind, dirty_flags.BIT[VOLUME_INPUT[kind]])
    if inputs & dirty_flags.INFUSIONS:
        for key, rates in chart.lines.items():
            yield from _listed(rates, attrgetter("lines"), key, dirty_flags.INFUSIONS)
    for name, bits in PLAIN.items():
        if inputs & bits:
            yield from _listed(getattr(chart, name), attrgetter(name), None, bits & -bits)
    for fact in chart.set_aside:
        if inputs & (bit := dirty_flags.BIT[flag_of(fact.code)]):
            yield from _listed([fact], attrgetter("set_aside"), None, bit)


def _listed(
    facts: Sequence[Fact], where: Callable[[Chart], Any], key: str | None, bit: int
) -> Iterator[tuple[Fact, Callable[[Chart], int]]]:
    for fact in facts:
        yield fact, partial(_enter, fact, where, key, bit)


def _enter(fact: Fact, where: Callable[[Chart], Any], key: str | None, bit: int, chart: Chart) -> int:
    facts = where(chart)
    insert(facts if key is None else listed(facts, key), fact)
    return bit


def _enter_vitals(row: VitalsRow, chart: Chart) -> int:
    return chart.tail.add(row)
