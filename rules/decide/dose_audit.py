"""Look back at a dose: what its readiness was at its own time, over what is known now of the time before it.

Source: criteria.md section 7.2, dose-against-advice. The dose itself and what came after it are left out.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from rules.advice.dose_checks import unaudited
from rules.chart.fact_lists import until
from rules.chart.facts import DoseFact, Fact, latest_known
from rules.decide.dose_clock import dose_clock
from rules.decide.recommendation import recommend
from rules.decide.state import Episode, Patient
from rules.decide.stop_rules import NEVER, found_late, replayed_state
from rules.decide.subjects import AGAINST_ADVICE, DOSE_ERROR, Plan, Subject
from rules.evaluate.accepted_criteria import OfPack, accepted
from rules.evaluate.result import ABSOLUTE, Memory
from rules.evaluate.stop_rule import Moment, StopRuleState, holding, step
from rules.guideline.dose_decisions import StopRule
from rules.wire.alerts import RANK
from rules.wire.instants import Instant


def audit(patient: Patient, plan: Plan) -> None:
    """Judge the doses that are decided for the first time: their readiness, before the rules are updated."""
    patient.verdicts = {}
    if AGAINST_ADVICE not in plan.index:
        return
    within = patient.guideline.advises[AGAINST_ADVICE].within
    for dose in unaudited(patient.chart, patient.memory(AGAINST_ADVICE).held):
        # What is known for longer was judged then, be it under another guideline.
        if patient.now < dose.first + within:
            patient.verdicts[dose.id] = readiness_before(patient, plan, dose)


def readiness_before(patient: Patient, plan: Plan, dose: DoseFact) -> str:
    """Return the readiness at a dose's `at`, without the dose, over what is known of the time up to it."""
    chart, at = until(patient.chart, dose.at, dose.id), dose.at
    then = Patient(patient.id, patient.guideline, chart, now=at, memories=dict(patient.memories), episodes={})
    then.accepted, then.outgrown = (
        accepted(chart, at, patient.outgrown, OfPack(patient.guideline)),
        patient.outgrown,
    )
    present = at == patient.now and chart.tail is patient.chart.tail and chart.cycle == patient.chart.cycle
    # What is decided at the dose's own instant is the same without the dose, unless it reads the doses.
    for subject in plan.blinds_again if present else plan.blinds:
        _judge(then, subject)
    then.rules = _rules(patient, then)
    if DOSE_ERROR in plan.index:
        _judge(then, plan.subjects[plan.index[DOSE_ERROR]])
    if then.memory(DOSE_ERROR).state == ABSOLUTE:
        then.episodes[DOSE_ERROR] = _error_then(patient, at)
    return dose_clock(then, recommend(then)).readiness


def _judge(then: Patient, subject: Subject) -> None:
    result = subject.glance(then, then.now, then.memory(subject.name))
    then.memories[subject.name] = Memory(
        result.state,
        stale=result.stale,
        flags=result.flags,
        correctable=result.correctable,
        missing=result.missing,
        mark=result.mark,
    )


def _rules(patient: Patient, then: Patient) -> dict[str, StopRuleState]:
    """Return the state of each stop rule at the dose.

    Where a resume came after the dose, the rule's course is replayed without it.
    """
    resumes = OfPack(patient.guideline).lifts(patient.chart.resumes)
    lifted = {one.rule for one in resumes if one.first > then.now}
    after = _before_new(patient, then.now)
    return {
        rule.rule: replayed_state(rule, then.chart, NEVER, then.now)
        if rule.rule in lifted
        else _rule(patient, then, rule, after)
        for rule in patient.guideline.stop_rules
    }


def _rule(patient: Patient, then: Patient, rule: StopRule, after: int) -> StopRuleState:
    """Return the state of a stop rule at the dose: what stood, what holds, what became known since.

    `after`: the arrival behind which all that became known since lies.
    """
    chart, at, before = then.chart, then.now, patient.rules.get(rule.rule, NEVER)
    stood = {element: since for element, since in before.by.items() if since <= at}
    state = StopRuleState(bool(stood), before.excused, stood, before.elements)
    held = holding(rule, chart, then.memory, at)
    late = found_late(rule, chart, held, then.accepted, lambda fact: _is_new(patient, fact, at), after)
    return step(rule, state, held, Moment(at, chart.cycle.start is not None, False, then.accepted, late))


def _before_new(patient: Patient, at: Instant) -> int:
    """Return the arrival behind which all lies that became known after moment `at`, or at this decision."""
    chart = patient.chart
    lists: Iterator[Sequence[Fact]] = chain(chart.labs.values(), chart.findings.values())
    known = max(map(latest_known, lists), default=at)
    return patient.rules_n if known <= at else 0


def _is_new(patient: Patient, fact: Fact, at: Instant) -> bool:
    """Return whether a fact became known after moment `at`, or at this decision."""
    return fact.first > at or fact.n > patient.rules_n


def _error_then(patient: Patient, at: Instant) -> Episode:
    """Return the episode of a dose in error as it was: acknowledged if that was before moment `at`."""
    episode = patient.episodes.get(DOSE_ERROR)
    found = Episode("", ABSOLUTE, RANK[ABSOLUTE], at, at, at, at)
    if episode is not None and episode.acked_at is not None and episode.acked_at <= at:
        found.acked = episode.acked
    return found
