"""Explain what asks for something to be charted: a reading again, a finding again, an input, a name."""

from rules.decide.monitoring_texts import monitoring_message
from rules.evaluate.recharting import PREFIX as FINDING
from rules.evaluate.recheck import PREFIX as RECHECK
from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Rule, when
from rules.explain.question import Asked

RULES = {
    RECHECK: (
        "A reading past a limit that one reading alone does not trip, or an extreme one, is repeated",
        "criteria.md section 3.1",
        "Ends with the next reading of the signal that does not ask to be repeated.",
    ),
    FINDING: (
        "A finding that counts is charted again after 16 h; one that must be confirmed, after 2 h",
        "criteria.md section 3.5",
        "Ends when it is charted again, or accepted.",
    ),
    "not-understood/": (
        "What was charted and nobody knows is told: it is in no decision",
        "criteria.md section 2",
        "Ends when it is withdrawn, when the infusion's rate is 0, or 8 h after its latest record.",
    ),
    "monitoring/reference-limit": (
        "A cardiac enzyme is compared with its upper reference limit",
        "criteria.md section 3.2",
        "Ends when the latest result has a limit, printed with it or configured.",
    ),
    "monitoring/weight-for-rate": (
        "A pressor's rate without \"per kg\" needs the patient's weight",
        "criteria.md section 3.3",
        "Ends with a rate that can be used, or a rate of 0.",
    ),
    "monitoring/cycle-start": (
        "A dose without a cycle-start before it begins the cycle",
        "criteria.md section 1",
        "Ends when the start of the cycle is charted, at most 8 h after the dose.",
    ),
    "monitoring/pack": (
        "A cycle may name the guideline pack that decides, if the site has configured it",
        "editions.md section 1",
        "Ends when the start of the cycle is corrected, or the pack configured.",
    ),
    "monitoring/pre-dose-assessment": (
        "Before a dose the systolic pressure and the urine are looked at, at most 2.5 h before it is due",
        "editions.md section 3, pre-dose-assessment",
        "Ends when both are charted, a dose is given, or therapy ends.",
    ),
    "monitoring/after-discharge": (
        "Charting that goes on after a discharge may be of a patient whom nobody watches",
        "criteria.md section 1",
        "Ends with an admit, with the withdrawal of the discharge, or after 8 h.",
    ),
}
"""The prefix, or the whole name, of a subject -> its rule, where it is said, and what ends it."""


def asked_for(asked: Asked) -> Answer:
    """Explain a subject of kind `monitoring` that is no line of Table 1."""
    words, section, ends = next(found for name, found in RULES.items() if asked.name.startswith(name))
    message = monitoring_message(asked.name, asked.result, not asked.tripped, asked.guideline)
    ahead = asked.result.next
    later = [] if asked.tripped or ahead is None else [f"It may open at {when(ahead)}."]
    return Answer(
        rule=Rule(words=words, source="operational choice", section=section),
        facts=cite_all(asked.chart, asked.ids, "asks for it"),
        look=asked.look(),
        why=[f"{message}."] if asked.tripped else ["Nothing asks for it now.", *later],
        clears=[ends] if asked.tripped else [],
    )
