"""Advance stop rules and the recommendation at one decision, replaying a rule's course where its facts are
corrected (criteria.md sections 4 and 9).

A value counts as known since its id first was. So the facts are put into an empty chart in the order they
became known,
and the rule's criteria are decided after each of those instants and at their own deadlines.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import began_anew
from rules.chart.facts import Fact, insert
from rules.chart.oxygen import VitalsRow
from rules.decide.episodes import PendingAlert, Step, update_episode
from rules.decide.messages import Words
from rules.decide.recommendation import Recommendation, reason_evidence, recommend
from rules.decide.state import Patient
from rules.decide.subjects import LAST, RECOMMENDATION, Plan
from rules.evaluate.criteria import descriptor_of
from rules.evaluate.result import Memory, Result
from rules.evaluate.stop_rule import StopRuleState, before_cycle, holding, step
from rules.guideline.table4 import StopRule
from rules.wire.alerts import RECOMMENDATION_LEVEL, RECOMMENDATIONS
from rules.wire.instants import AFTER_ALL, BEFORE_ALL, Instant, following, ms_of, reached

# Whether a stop rule would have come to stand, with the facts as they are corrected now.
#
# A value counts as known since its id first was. So the facts are put into an empty chart in the order they
# became known,
# and the rule's criteria are decided after each of those instants and at their own deadlines.


Known = tuple[int, int, Callable[[Chart], int]]
"""(first known in ms, arrival, how the fact enters a chart: returns the bits it touches)."""


def replayed_state(rule: StopRule, chart: Chart, rule_state: StopRuleState, now: Instant) -> StopRuleState:
    """The rule's standing after the whole course so far, replayed over the corrected facts."""
    twin = _Twin(rule, chart)
    for first, group in groupby(sorted(_facts(chart), key=itemgetter(0, 1)), key=itemgetter(0)):
        if reached(first) > now:
            break
        twin.pass_to(reached(first))
        dirty = 0
        for _, _, enter in group:
            dirty |= enter(twin.chart)
        twin.chart.refresh(dirty)
        twin.decide(
            any(resumed.rule == rule.rule and resumed.first == first for resumed in twin.chart.resumes)
        )
    twin.pass_to(following(now))
    return _with_sealed(rule, chart, rule_state, twin.state)


def _with_sealed(rule: StopRule, chart: Chart, before: StopRuleState, again: StopRuleState) -> StopRuleState:
    """What rested on saturations that are no longer kept record by record cannot be undone by a
    correction.
    """
    horizon = chart.tail.horizon
    sealed = {
        e: t
        for e, t in before.by.items()
        if e in ("oxygen-requirement", "rales") and horizon is not None and t < horizon
    }
    if again.in_force or not before.in_force or not sealed:
        return again
    return StopRuleState(True, again.excused, sealed)


class _Twin:
    """A chart that learns the course anew, and the standing of one rule over it."""

    def __init__(self, rule: StopRule, chart: Chart) -> None:
        self.rule = rule
        self.chart = Chart(chart.guideline)
        self.chart.tail.set(chart.tail.setting)
        self.chart.tail.marks = [(0, chart.tail.marks[0][1].copy())]
        self.chart.tail.again(-1)
        self.memories = {code: Memory() for code in rule.criteria}
        self.due: Instant | None = None
        self.now = BEFORE_ALL
        self.state = StopRuleState()
        self.cycle = self.chart.cycle

    def pass_to(self, instant: Instant) -> None:
        while self.due is not None and self.due < instant:
            self.now = self.due
            self.decide(False)
        self.now = max(self.now, instant)

    def decide(self, resumed: bool) -> None:
        was, self.cycle = self.cycle, self.chart.cycle
        if began_anew(was.number, was.start, self.cycle):
            self.state = StopRuleState()
        elif was.start is None and self.cycle.start is not None:
            self.state = before_cycle(self.state)
        ahead = []
        for code in self.rule.criteria:
            row = self.chart.guideline.row[code]
            result = descriptor_of(row).evaluate(row, self.chart, self.now, self.memories[code])
            self.memories[code] = Memory(
                result.state, flags=result.flags, correctable=result.correctable, missing=result.missing
            )
            ahead.append(result.next)
        found = holding(self.rule, self.chart, self.memories.__getitem__, self.now)
        started = self.chart.cycle.start is not None
        self.state = step(self.state, found, started, resumed, ms_of(self.now))
        moments = [instant for instant in (*ahead, found.next) if instant is not None and instant > self.now]
        self.due = min(moments, default=None)


def _facts(chart: Chart) -> Iterator[Known]:
    """Every fact kept, with how it enters another chart."""
    for row in chart.tail.rows:
        yield row.first, row.n, partial(_enter_vitals, row)
    for code, labs in chart.labs.items():
        yield from _listed(labs, attrgetter("labs"), code, dirty_flags.BIT[code])
    for code, signs in chart.findings.items():
        yield from _listed(signs, attrgetter("findings"), code, dirty_flags.BIT[code])
    for key, rates in chart.lines.items():
        yield from _listed(rates, attrgetter("lines"), key, dirty_flags.INFUSIONS)
    for name, bit in PLAIN.items():
        yield from _listed(getattr(chart, name), attrgetter(name), None, bit)


PLAIN = {
    "doses": dirty_flags.DOSES,
    "places": dirty_flags.ENCOUNTER,
    "baselines": dirty_flags.BASELINE,
    "raw_weights": dirty_flags.WEIGHT,
    "resumes": dirty_flags.RESUME,
}


def _listed(
    facts: Sequence[Fact], where: Callable[[Chart], Any], key: str | None, bit: int
) -> Iterator[Known]:
    for fact in facts:
        yield fact.first, fact.n, partial(_enter, fact, where, key, bit)


def _enter(fact: Fact, where: Callable[[Chart], Any], key: str | None, bit: int, chart: Chart) -> int:
    facts = where(chart)
    insert(facts if key is None else facts.setdefault(key, []), fact)
    return bit


def _enter_vitals(row: VitalsRow, chart: Chart) -> int:
    return chart.tail.add(row)


NEVER = StopRuleState()


def update_rules(patient: Patient, plan: Plan) -> None:
    """Moves every stop rule on by one decision; replays its history where a correction touches what it rests
    on.
    """
    started = patient.chart.cycle.start is not None
    ahead = AFTER_ALL
    for rule in patient.guideline.stop_rules:
        rule_state = patient.rules.get(rule.rule, NEVER)
        found = holding(rule, patient.chart, patient.memory, patient.now)
        if patient.dirty_replaced and patient.dirty_replaced & _behind(rule, plan):
            patient.rules[rule.rule] = replayed_state(rule, patient.chart, rule_state, patient.now)
        elif found.elements or patient.resumed or rule_state is not NEVER:
            patient.rules[rule.rule] = step(
                rule_state, found, started, rule.rule in patient.resumed, ms_of(patient.now)
            )
        if found.next is not None and found.next < ahead:
            ahead = found.next
    patient.rules_due = ahead


def _behind(rule: StopRule, plan: Plan) -> int:
    """The bits of all that a rule rests on."""
    bits = (
        dirty_flags.DOSES
        | dirty_flags.ENCOUNTER
        | dirty_flags.RESUME
        | (dirty_flags.SPO2 if rule.with_low_spo2 else 0)
    )
    for code in rule.criteria:
        bits |= plan.subjects[plan.index[code]].touches
    return bits


def update_recommendation(patient: Patient, alerts: list[PendingAlert]) -> None:
    """The recommendation is an episode of its own; a correction improves or resolves it, it is
    never amended.
    """
    word = recommend(patient)
    if not patient.alerting:
        patient.memory(RECOMMENDATION).state = word.word
        return
    quiet = patient.quiet and word.word == "cannot-tell"
    left = patient.quiet and not quiet
    patient.quiet = quiet
    patient.memory(RECOMMENDATION).state = word.word
    if quiet or (left and word.word == "proceed"):
        return
    rank = RECOMMENDATIONS.index(word.word)
    episode = patient.episodes.get(RECOMMENDATION)
    if (episode is None and rank == 0) or (episode is not None and episode.rank == rank):
        return
    result = Result(word.word, value=word.word, evidence=reason_evidence(patient, word))
    done = Step(LAST, RECOMMENDATION, RECOMMENDATION, None, False)
    alerts.extend(
        update_episode(
            patient, done, result, RECOMMENDATION_LEVEL[word.word], rank, lambda _: recommendation_words(word)
        )
    )


def recommendation_words(word: Recommendation) -> Words:
    texts = {
        "proceed": "Proceed when the dose is due",
        "cannot-tell": "Cannot tell: chart what is missing before dosing",
        "correct": "Correct the criteria named; delay if need be",
        "delay": "Correct and delay the dose; stop IL-2 if not easily reversible",
        "stop": "Stop IL-2",
    }
    because = f": {', '.join(word.reasons)}" if word.reasons else ""
    measures = ({"text": texts[word.word], "source": "Table 4"},)
    return Words(f"Recommendation {word.word}{because}", (word.word,), measures)
