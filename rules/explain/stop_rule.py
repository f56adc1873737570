"""Explain a stop rule: by what it is in force and since when, and what lifts it (criteria.md section 4)."""

from rules.decide.state import Patient
from rules.evaluate.result import TRIPPED, Result
from rules.evaluate.stop_elements import due_after
from rules.evaluate.stop_rule import StopRuleState, holding
from rules.explain.citations import cited
from rules.explain.criterion import behind, in_short
from rules.explain.explanation import Answer, Cited, Rule, span, when
from rules.explain.question import Asked
from rules.guideline.dose_decisions import StopRule
from rules.wire.assessments import STOP_RULE

IN_FORCE = "standing"
RESUME = (
    "A resume, by name and with a reason, lifts it even while it holds: its absolute criteria go on "
    "counting, and it stands again "
    "when one of them becomes absolute that was not so at the resume, or has ceased to be so since."
)
ACCEPT = "Where all that it stands by is accepted, it is lifted as long as that is so."
LATE = {
    "delay-over-24h": "A dose charted late that was given by then lifts it.",
    "neuropsychiatric": (
        "A record charted late that shows mental status or cognition reversed within 2 h of its first "
        "record lifts it."
    ),
}
"""By stop rule: which late fact lifts it. Any other late fact does not."""


def rule_named(patient: Patient, name: str) -> StopRule:
    """Return the stop rule with this name."""
    return next(rule for rule in patient.guideline.stop_rules if rule.rule == name)


def state_of(patient: Patient, rule: StopRule) -> StopRuleState:
    """Return the state of a stop rule; of one never decided, not in force."""
    return patient.rules.get(rule.rule, StopRuleState())


def asked_rule(patient: Patient, name: str) -> tuple[Asked, int | None]:
    """Return the question about a stop rule, and since when the rule is in force (ms)."""
    rule_state = state_of(patient, rule_named(patient, name.removeprefix(STOP_RULE)))
    by = ", ".join(_element(element) for element in rule_state.by)
    result = Result(IN_FORCE if rule_state.in_force else "clear", value=by or None)
    return Asked(patient, name, result), min(
        rule_state.by.values(), default=None
    ) if rule_state.in_force else None


def stop_rule(asked: Asked) -> Answer:
    """Explain a stop rule."""
    patient = asked.patient
    rule = rule_named(patient, asked.name.removeprefix(STOP_RULE))
    return Answer(
        rule=Rule(
            words=rule.words,
            source=rule.source,
            section="criteria.md section 4, stop rules",
            absolute=_holds_when(rule) if rule.criteria else _delay_words(asked),
            window="once it has held it stands until the next cycle-start; before the first it stops only "
            "while it holds",
        ),
        facts=[*_facts(asked, rule), *_resumes(asked, rule)],
        look=asked.look(),
        why=[
            *why_in_force(patient, rule),
            *(in_short(patient, code) for code in rule.criteria),
            *_delay(asked, rule),
        ],
        clears=_ends(rule) if state_of(patient, rule).in_force else [],
    )


def _holds_when(rule: StopRule) -> str:
    together = "all at the same time" if rule.together else "any of them"
    return f"{', '.join(_criteria(rule))}{_narrowed(rule)}, {together}"


def _criteria(rule: StopRule) -> list[str]:
    return [f"{code} {'tripped' if code in rule.tripped else 'absolute'}" for code in rule.criteria]


def _ends(rule: StopRule) -> list[str]:
    late = LATE.get(rule.rule, "A fact charted late that shows that it never held does not lift it.")
    first = "It ends with the next cycle-start, or if corrected facts show that it never held."
    return [first, late, RESUME, ACCEPT] if rule.criteria else [first, late, RESUME]


def _narrowed(rule: StopRule) -> str:
    by = f" (by {' or '.join(rule.by)})" if rule.by else ""
    marginal = f" ({', '.join(rule.marginal)}: only with marginal saturation)" if rule.marginal else ""
    lasts = f" (a device: once in force for {span(rule.lasts)} on end)" if rule.lasts else ""
    return by + lasts + marginal


def why_in_force(patient: Patient, rule: StopRule) -> list[str]:
    """Write whether a rule is in force, by what and since when, and whether it still holds.

    Also which elements the last resume excused.
    """
    rule_state = state_of(patient, rule)
    excused = ", ".join(_element(element) for element in rule_state.excused)
    described = [f"The last resume excused {excused}, which is absolute still."] if excused else []
    if not rule_state.in_force:
        return [f"{STOP_RULE}{rule.rule} does not stand.", *described]
    by = "; ".join(f"{_element(element)} at {when(first)}" for element, first in rule_state.by.items())
    holds = holding(rule, patient.chart, patient.memory, patient.now).holds
    still = (
        "It still holds now."
        if holds
        else "It does not hold now, but stands: getting better does not lift it."
    )
    return [f"{STOP_RULE}{rule.rule} stands{f', by {by}' if by else ''}.", still, *described]


def _element(element: str) -> str:
    """Write an element of a rule: a criterion by its code, `dose@ms` as the delay after that dose."""
    name, _, moment = element.partition("@")
    return f"the delay after the dose of {when(int(moment))}" if moment else name


def _facts(asked: Asked, rule: StopRule) -> list[Cited]:
    if rule.criteria:
        return behind(
            asked.patient, [code for code in rule.criteria if asked.patient.memory(code).state in TRIPPED]
        )
    return [cited(dose, "the last dose given") for dose in asked.chart.cycle_doses[-1:]]


def _resumes(asked: Asked, rule: StopRule) -> list[Cited]:
    return [cited(resumed, "lifted the rule") for resumed in asked.chart.resumes if resumed.rule == rule.rule]


def _delay_words(asked: Asked) -> str:
    return (
        f"the next dose, due {span(asked.guideline.table4.dose_interval)} after the last, is late by "
        f"{span(asked.guideline.table4.longest_delay)}, and {span(asked.guideline.table4.charting_grace)} to "
        "chart it"
    )


def _delay(asked: Asked, rule: StopRule) -> list[str]:
    doses, table = asked.chart.cycle_doses, asked.guideline.table4
    if rule.criteria:
        return []
    if not doses:
        return ["No dose of this cycle was given: it never holds before dose 1."]
    late = doses[-1].at + due_after(table)
    gap = f"{span(late - asked.t)} from now" if late > asked.t else f"{span(asked.t - late)} ago"
    return [
        (
            f"The next dose was due at {when(doses[-1].at + table.dose_interval)}; "
            f"{span(table.longest_delay + table.charting_grace)} later is {when(late)}, {gap}."
        )
    ]
