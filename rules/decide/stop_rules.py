"""Update stop rules and the recommendation at one decision (criteria.md sections 4 and 9).

Where a rule's facts are corrected, its course is replayed. A value counts as known since its id first was: so
the facts are put into an empty chart in the order they became known, and the rule's criteria are decided
after each of those instants and at their own deadlines.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import next_cycle_began
from rules.chart.facts import Fact, insert
from rules.chart.oxygen import VitalsRow
from rules.decide.alert_texts import Words
from rules.decide.episodes import PendingAlert, Step, update_episode
from rules.decide.recommendation import Recommendation, reason_evidence, recommend
from rules.decide.state import Patient
from rules.decide.subjects import LAST, RECOMMENDATION, Plan
from rules.evaluate.result import Memory, Result
from rules.evaluate.row_type_lookup import descriptor_of
from rules.evaluate.stop_rule import StopRuleState, before_cycle, holding, step
from rules.guideline.dose_decisions import StopRule
from rules.wire.alerts import RECOMMENDATION_LEVEL, RECOMMENDATIONS
from rules.wire.instants import AFTER_ALL, BEFORE_ALL, Instant

Known = tuple[int, int, Callable[[Chart], int]]
"""(first known in ms, arrival, the function that enters the fact into a chart and returns its flags)."""


def replayed_state(rule: StopRule, chart: Chart, rule_state: StopRuleState, now: Instant) -> StopRuleState:
    """Return the state of a rule after its whole course so far, replayed over the corrected facts."""
    replay = _Replay(rule, chart)
    for first, group in groupby(sorted(_facts(chart), key=itemgetter(0, 1)), key=itemgetter(0)):
        if first > now:
            break
        replay.pass_to(first)
        dirty = 0
        for _, _, enter in group:
            dirty |= enter(replay.chart)
        replay.chart.refresh(dirty)
        replay.decide(
            any(resumed.rule == rule.rule and resumed.first == first for resumed in replay.chart.resumes)
        )
    replay.pass_to(now + 1)
    return _with_sealed(rule, chart, rule_state, replay.state)


def _with_sealed(rule: StopRule, chart: Chart, before: StopRuleState, again: StopRuleState) -> StopRuleState:
    """Return the replayed state, or the one before it where the replay lacks the readings it rested on.

    Saturations that are no longer kept record by record cannot be replayed: a correction does not undo what
    rested on them.
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


class _Replay:
    """A replay of one rule: its course entered into an empty chart, and the state of the rule over it."""

    def __init__(self, rule: StopRule, chart: Chart) -> None:
        self.rule = rule
        self.chart = Chart(chart.guideline)
        self.chart.tail.set(chart.tail.setting)
        self.chart.tail.marks = [(0, chart.tail.marks[0][1].copy())]
        self.chart.tail.recompute(-1)
        self.memories = {code: Memory() for code in rule.criteria}
        self.due: Instant | None = None
        self.now = BEFORE_ALL
        self.state = StopRuleState()
        self.cycle = self.chart.cycle

    def pass_to(self, instant: Instant) -> None:
        """Move the clock to an instant and decide at each deadline before it."""
        while self.due is not None and self.due < instant:
            self.now = self.due
            self.decide(False)
        self.now = max(self.now, instant)

    def decide(self, resumed: bool) -> None:
        """Decide the rule's criteria and the rule at the clock.

        `resumed`: a resume of the rule takes effect now.
        """
        before, self.cycle = self.cycle, self.chart.cycle
        if next_cycle_began(before.number, before.start, self.cycle):
            self.state = StopRuleState()
        elif before.start is None and self.cycle.start is not None:
            self.state = before_cycle(self.state)
        ahead = []
        for code in self.rule.criteria:
            row = self.chart.guideline.row[code]
            result = descriptor_of(row).evaluate(row, self.chart, self.now, self.memories[code])
            self.memories[code] = Memory(
                result.state, flags=result.flags, correctable=result.correctable, missing=result.missing
            )
            ahead.append(result.next)
        held = holding(self.rule, self.chart, self.memories.__getitem__, self.now)
        started = self.chart.cycle.start is not None
        self.state = step(self.state, held, started, resumed, self.now)
        moments = [instant for instant in (*ahead, held.next) if instant is not None and instant > self.now]
        self.due = min(moments, default=None)


def _facts(chart: Chart) -> Iterator[Known]:
    """Yield every fact kept, with the function that enters it into another chart."""
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
    """Update every stop rule at one decision.

    The history of a rule is replayed when a correction touches what it rests on.
    """
    started = patient.chart.cycle.start is not None
    ahead = AFTER_ALL
    for rule in patient.guideline.stop_rules:
        rule_state = patient.rules.get(rule.rule, NEVER)
        held = holding(rule, patient.chart, patient.memory, patient.now)
        if patient.dirty_replaced and patient.dirty_replaced & _behind(rule, plan):
            patient.rules[rule.rule] = replayed_state(rule, patient.chart, rule_state, patient.now)
        elif held.elements or patient.resumed or rule_state is not NEVER:
            patient.rules[rule.rule] = step(
                rule_state, held, started, rule.rule in patient.resumed, patient.now
            )
        if held.next is not None and held.next < ahead:
            ahead = held.next
    patient.rules_due = ahead


def _behind(rule: StopRule, plan: Plan) -> int:
    """Return the dirty flags of everything a rule rests on."""
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
    """Update the episode of the recommendation, and add its alert, if there is one.

    A correction improves or resolves that episode; it is never amended.
    """
    recommendation = recommend(patient)
    word = recommendation.word
    if not patient.alerting:
        patient.memory(RECOMMENDATION).state = word
        return
    quiet = patient.quiet and word == "cannot-tell"
    left = patient.quiet and not quiet
    patient.quiet = quiet
    patient.memory(RECOMMENDATION).state = word
    if quiet or (left and word == "proceed"):
        return
    rank = RECOMMENDATIONS.index(word)
    episode = patient.episodes.get(RECOMMENDATION)
    if (episode is None and rank == 0) or (episode is not None and episode.rank == rank):
        return
    result = Result(word, value=word, evidence=reason_evidence(patient, recommendation))
    this_step, level = Step(LAST, RECOMMENDATION, RECOMMENDATION, None, False), RECOMMENDATION_LEVEL[word]
    alerts.extend(
        update_episode(
            patient, this_step, result, level, rank, lambda _: recommendation_words(recommendation)
        )
    )


def recommendation_words(recommendation: Recommendation) -> Words:
    """Return the texts of an alert about the recommendation."""
    texts = {
        "proceed": "Proceed when the dose is due",
        "cannot-tell": "Cannot tell: chart what is missing before dosing",
        "correct": "Correct the criteria named; delay if need be",
        "delay": "Correct and delay the dose; stop IL-2 if not easily reversible",
        "stop": "Stop IL-2",
    }
    because = f": {', '.join(recommendation.reasons)}" if recommendation.reasons else ""
    measures = ({"text": texts[recommendation.word], "source": "Table 4"},)
    return Words(f"Recommendation {recommendation.word}{because}", (recommendation.word,), measures)
