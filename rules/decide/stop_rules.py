"""Update the stop rules at one decision (criteria.md section 4).

Where a rule's facts are corrected, or a late fact lifts it, its course is replayed.
"""

from collections.abc import Callable

from rules.chart.chart import Chart
from rules.chart.course import next_cycle_began
from rules.chart.facts import DoseFact, Fact, Resumed, Sign, arrived
from rules.decide.replay import Early, Replay
from rules.decide.state import Patient
from rules.decide.subjects import Plan
from rules.evaluate.accepted_criteria import OfPack, next_end
from rules.evaluate.stop_elements import finding_of, reverses, trippers
from rules.evaluate.stop_rule import Holding, Moment, StopRuleState, before_cycle, holding, step
from rules.guideline.dose_decisions import StopRule
from rules.guideline.roles import OXYGEN_STOPS
from rules.wire.instants import AFTER_ALL, Instant


def replayed_state(rule: StopRule, chart: Chart, rule_state: StopRuleState, now: Instant) -> StopRuleState:
    """Return the state of a rule after its whole course so far, replayed over the facts as corrected."""
    replay = _RuleReplay(rule, chart)
    replay.run(now)
    return _with_sealed(rule, chart, rule_state, replay)


def _with_sealed(rule: StopRule, chart: Chart, before: StopRuleState, replay: "_RuleReplay") -> StopRuleState:
    """Return the replayed state, or the one before it where the replay lacks the readings it rested on.

    Saturations that are no longer kept record by record cannot be replayed: a correction does not undo what
    rested on them.
    """
    horizon, again = chart.tail.horizon, replay.state
    sealed = {
        e: t
        for e, t in before.by.items()
        if e in OXYGEN_STOPS and horizon is not None and t < horizon and e not in replay.accepted
    }
    if again.in_force or not before.in_force or not sealed:
        return again
    return StopRuleState(True, again.excused, sealed, again.elements)


class _RuleReplay(Replay):
    """A replay of one rule's criteria, and the state of the rule over it."""

    def __init__(self, rule: StopRule, chart: Chart) -> None:
        super().__init__(rule.criteria, chart, _lifts_late(rule, chart))
        self.rule = rule
        self.state = StopRuleState()
        self.cycle = self.chart.cycle

    def judged(self, new: list[Fact]) -> Instant | None:
        before, self.cycle = self.cycle, self.chart.cycle
        if next_cycle_began(before.number, before.since, self.cycle):
            self.state = StopRuleState()
        elif before.start is None and self.cycle.start is not None:
            self.state = before_cycle(self.state)
        held = holding(self.rule, self.chart, self.memories.__getitem__, self.now)
        before_new = min((fact.n for fact in new), default=self.chart.n + 1) - 1
        moment = Moment(
            self.now,
            self.cycle.start is not None,
            any(self._lifted_by(fact) for fact in new),
            self.accepted,
            found_late(self.rule, self.chart, held, self.accepted, lambda fact: fact in new, before_new),
        )
        self.state = step(self.rule, self.state, held, moment)
        return held.next

    def _lifted_by(self, fact: Fact) -> bool:
        meant = OfPack(self.chart.guideline).is_meant
        return isinstance(fact, Resumed) and fact.rule == self.rule.rule and meant(fact.pack)


def _lifts_late(rule: StopRule, chart: Chart) -> Early:
    """Return which facts, charted late, lift this rule: they count as known since their `at`.

    A dose lifts the delay, a record that shows mental status or cognition reversed within 2 h lifts what must
    be confirmed. Whatever else is charted late lifts nothing.
    """
    if not rule.criteria:
        return lambda fact: isinstance(fact, DoseFact)
    needed = {
        sign.id
        for finding in chart.guideline.table4.confirmed
        for sign in chart.findings.get(finding, ())
        if reverses(chart, finding, sign)
    }
    return lambda fact: isinstance(fact, Sign) and fact.id in needed


def found_late(
    rule: StopRule,
    chart: Chart,
    held: Holding,
    accepted: frozenset[str],
    is_new: Callable[[Fact], bool],
    after: int = 0,
) -> tuple[str, ...]:
    """Return the criteria of which a new record says what is over already: it happened, the rule stands.

    `after`: new are only those that arrived after another.
    """
    since = chart.cycle.since
    if since is None:
        return ()
    return tuple(
        code
        for code in rule.found_late
        if code not in held.elements and code not in accepted
        if any(is_new(fact) and fact.at >= since for fact in trippers(rule, code, chart, after))
    )


NEVER = StopRuleState()


def update_rules(patient: Patient, plan: Plan) -> None:
    """Update every stop rule at one decision.

    The history of a rule is replayed when a correction touches what it rests on, or a late fact lifts it.
    """
    chart, ahead = patient.chart, AFTER_ALL
    for rule in patient.guideline.stop_rules:
        rule_state = patient.rules.get(rule.rule, NEVER)
        held = holding(rule, chart, patient.memory, patient.now)
        if patient.dirty_replaced & plan.behind_rule[rule.rule] or _lifted_late(patient, rule, rule_state):
            patient.rules[rule.rule] = replayed_state(rule, chart, rule_state, patient.now)
        else:
            news = patient.dirty & plan.behind_rule[rule.rule]
            _step(patient, rule, rule_state, held, bool(news))
        if held.next is not None and held.next < ahead:
            ahead = held.next
    ends = next_end(chart, patient.now, OfPack(patient.guideline, named=patient.beside))
    patient.rules_due = ahead if ends is None else min(ahead, ends)
    patient.rules_n = chart.n


def _step(patient: Patient, rule: StopRule, rule_state: StopRuleState, held: Holding, news: bool) -> None:
    """Step a rule by one decision; `news`: whether facts that it rests on became known."""
    chart = patient.chart
    late: tuple[str, ...] = ()
    if news:
        late = found_late(rule, chart, held, patient.accepted, lambda _: True, patient.rules_n)
    if not (held.elements or late or rule_state is not NEVER):
        return
    started, resumed = chart.cycle.start is not None, rule.rule in patient.resumed
    moment = Moment(patient.now, started, resumed, patient.accepted, late)
    patient.rules[rule.rule] = step(rule, rule_state, held, moment)


def _lifted_late(patient: Patient, rule: StopRule, rule_state: StopRuleState) -> bool:
    """Return whether a fact that became known since the last decision can lift a rule in force."""
    chart, last = patient.chart, patient.rules_n
    if not rule_state.in_force:
        return False
    if not rule.criteria:
        return any(True for _ in arrived(chart.doses, last))
    return any(
        reverses(chart, finding, sign)
        for code in rule.criteria
        if (finding := finding_of(chart.guideline.row[code])) in chart.guideline.table4.confirmed
        for sign in arrived(chart.findings.get(finding, ()), last)
    )
