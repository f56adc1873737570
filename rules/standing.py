"""Stop rules and the recommendation at one decision: what stands, and what is said of it (criteria.md sections 4 and 9)."""

from typing import Any

from rules.chart import inputs
from rules.chart.mode import FOREVER
from rules.episodes import Said, Step, tell
from rules.evaluate.result import Result
from rules.evaluate.stop import Stand, holding, step
from rules.guideline.table4 import StopRule
from rules.levels import RECOMMENDATION_LEVEL, RECOMMENDATIONS
from rules.recommend import Recommendation, reason_evidence, recommend
from rules.replay import would_stand
from rules.state import Patient
from rules.subjects import RECOMMENDATION, Plan

NEVER = Stand()
LAST = 1 << 20
"""Print order of the recommendation: after everything else."""


def move_rules(patient: Patient, plan: Plan) -> None:
    """Moves every stop rule on by one decision; replays its history where a correction touches what it rests on."""
    started = patient.chart.cycle.start is not None
    ahead = FOREVER
    for rule in patient.guideline.stop_rules:
        stand = patient.rules.get(rule.rule, NEVER)
        found = holding(rule, patient.chart, patient.memory, patient.now)
        if patient.replaced and patient.replaced & _behind(rule, plan):
            patient.rules[rule.rule] = would_stand(rule, patient.chart, stand, patient.now)
        elif found.elements or patient.resumed or stand is not NEVER:
            patient.rules[rule.rule] = step(stand, found, started, rule.rule in patient.resumed, patient.now >> 1)
        if found.next is not None and found.next < ahead:
            ahead = found.next
    patient.rules_due = ahead


def _behind(rule: StopRule, plan: Plan) -> int:
    """The bits of all that a rule rests on."""
    bits = inputs.DOSES | inputs.ENCOUNTER | inputs.RESUME | (inputs.SPO2 if rule.with_low_spo2 else 0)
    for code in rule.criteria:
        bits |= plan.subjects[plan.index[code]].touches
    return bits


def tell_recommendation(patient: Patient, said: list[Said]) -> None:
    """The recommendation is an episode of its own; a correction improves or resolves it, it is never amended."""
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
    said.extend(tell(patient, done, result, RECOMMENDATION_LEVEL[word.word], rank, lambda _: recommended(word)))


def recommended(word: Recommendation) -> dict[str, Any]:
    texts = {
        "proceed": "Proceed when the dose is due",
        "cannot-tell": "Cannot tell: chart what is missing before dosing",
        "correct": "Correct the criteria named; delay if need be",
        "delay": "Correct and delay the dose; stop IL-2 if not easily reversible",
        "stop": "Stop IL-2",
    }
    because = f": {', '.join(word.reasons)}" if word.reasons else ""
    return {
        "message": f"Recommendation {word.word}{because}",
        "action": (word.word,),
        "measures": ({"text": texts[word.word], "source": "Table 4"},),
    }
