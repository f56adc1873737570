"""Explain the recommendation and the stop rules (criteria.md section 4).

Which line of Table 4 holds, which rules are in force since when and by what, and what is not known.
"""

from rules.decide.recommendation import (
    BLIND_PRESSURE,
    Recommendation,
    blind,
    recommend,
    rules_in_force,
    uncounted,
)
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, RECOMMENDATION, plan_for
from rules.evaluate.acceptance import lasting
from rules.evaluate.result import TRIPPED, Result
from rules.evaluate.stop_elements import due_after
from rules.evaluate.stop_rule import Holding, StopRuleState, holding
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
    by = ", ".join(_element(patient, element) for element in rule_state.by)
    result = Result(IN_FORCE if rule_state.in_force else "clear", value=by or None)
    return Asked(patient, name, result), min(
        rule_state.by.values(), default=None
    ) if rule_state.in_force else None


def stop_rule(asked: Asked) -> Answer:
    """Explain a stop rule."""
    patient = asked.patient
    rule = rule_named(patient, asked.name.removeprefix(STOP_RULE))
    rule_state, found = state_of(patient, rule), holding(rule, patient.chart, patient.memory, patient.now)
    together = "all at the same time" if rule.together else "any of them"
    return Answer(
        rule=Rule(
            words=rule.words,
            source=rule.source,
            section="criteria.md section 4, stop rules",
            absolute=f"{', '.join(_criteria(rule))}{_narrowed(rule)}, {together}"
            if rule.criteria
            else _delay_words(asked),
            window=(
                "once it has held it stands until the next cycle-start; before the first it stops only "
                "while it holds"
            ),
        ),
        facts=[*_facts(asked, rule), *_resumes(asked, rule)],
        look=asked.look(),
        why=[
            *why_in_force(patient, rule, rule_state, found),
            *(in_short(patient, code) for code in rule.criteria),
            *_delay(asked, rule),
        ],
        clears=_ends(rule) if rule_state.in_force else [],
    )


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


def why_in_force(patient: Patient, rule: StopRule, rule_state: StopRuleState, found: Holding) -> list[str]:
    """Write whether a rule is in force, by what and since when, and whether it still holds.

    Also which elements the last resume excused.
    """
    by = "; ".join(
        f"{_element(patient, element)} at {when(first)}" for element, first in rule_state.by.items()
    )
    sentences = [
        f"{STOP_RULE}{rule.rule} stands{f', by {by}' if by else ''}."
        if rule_state.in_force
        else f"{STOP_RULE}{rule.rule} does not stand."
    ]
    if rule_state.in_force:
        sentences.append(
            "It still holds now."
            if found.holds
            else "It does not hold now, but stands: getting better does not lift it."
        )
    if rule_state.excused:
        sentences.append(
            "The last resume excused "
            f"{', '.join(_element(patient, element) for element in rule_state.excused)}, which is absolute "
            "still."
        )
    return sentences


def _element(patient: Patient, element: str) -> str:
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


def asked_recommendation(patient: Patient) -> tuple[Asked, int | None]:
    """Return the question about the recommendation.

    Since when the present word holds is not remembered, only since when it has not been `proceed`.
    """
    return Asked(patient, RECOMMENDATION, Result(recommend(patient).word)), None


def lines_of_table4(many: int) -> dict[str, str]:
    """Return the lines of Table 4 in words. `many`: how many relative groups delay a dose."""
    return {
        "stop": "a stop rule stands",
        "delay": (
            f"any absolute, or at least {many} relative, or hypotension absolute, or a dose in error: "
            "correct, delay, stop if not easily reversible"
        ),
        "correct": (
            f"1 to {many - 1} relative, or hypotension or a watch relative: correct, delay if need be"
        ),
        "cannot-tell": "nothing trips, but one of the dosing minimum cannot be seen",
        "proceed": "nothing trips and the dosing minimum is seen",
    }


def recommendation(asked: Asked) -> Answer:
    """Explain the recommendation."""
    patient, table = asked.patient, asked.guideline.table4
    current = recommend(patient)
    lines = lines_of_table4(table.relative_to_delay)
    named = [reason for reason in current.reasons if reason in plan_for(asked.guideline).index]
    criteria = [] if current.word == "cannot-tell" else named
    return Answer(
        rule=Rule(
            words=(
                "the first line of Table 4 that holds: "
                f"{'; '.join(f'{word}: {line}' for word, line in lines.items())}"
            ),
            source="Table 4",
            section="criteria.md section 4",
            window=f"dosing minimum: {', '.join((*table.dosing_minimum, BLIND_PRESSURE))}",
        ),
        facts=behind(patient, [name for name in criteria if name in _explained(asked)]),
        look=asked.look(),
        why=[
            f"{current.word.capitalize()}: {lines[current.word]}.",
            *_open(patient),
            *counted(patient, current),
            *_left_out(patient),
            *_rules(patient),
            *(in_short(patient, code) for code in criteria),
            *_blind(patient),
        ],
        clears=_clears(current),
    )


def _explained(asked: Asked) -> tuple[str, ...]:
    """Return the reasons whose facts are cited: criteria and hypotension."""
    return (*asked.guideline.row, HYPOTENSION)


def _left_out(patient: Patient) -> list[str]:
    """Write the tripped criteria that do not count."""
    found = []
    for row in patient.guideline.rows:
        if row.code in patient.accepted:
            one = lasting(patient.chart, patient.now)[row.code]
            found.append(f"{row.code} is accepted at level {one.level} by {one.by}: {one.reason}.")
        elif row.code in uncounted(patient) and patient.memory(row.code).state in TRIPPED:
            found.append(f"{row.code} does not count beside an arrhythmia: the rhythm is not sinus.")
    return found


def _open(patient: Patient) -> list[str]:
    episode = patient.episodes.get(RECOMMENDATION)
    return [] if episode is None else [f"It has not been proceed since {when(episode.opened)}."]


def counted(patient: Patient, current: Recommendation) -> list[str]:
    """Write the groups that count, each once: a group counts as its worst row."""
    count = current.count
    found = [
        (
            f"Counted: {count.absolute_groups} absolute, {count.relative_groups} relative (a group of rows "
            "counts once)."
        )
    ]
    tripped = {*count.absolute, *count.relative}
    groups: dict[str, list[str]] = {}
    for row in patient.guideline.rows:
        if row.group is not None and row.code in tripped:
            groups.setdefault(row.group, []).append(row.code)
    return [
        *found,
        *(
            f"Group {group} counts once for {' and '.join(codes)}."
            for group, codes in groups.items()
            if len(codes) > 1
        ),
    ]


def _rules(patient: Patient) -> list[str]:
    sentences = []
    for name in rules_in_force(patient):
        rule = rule_named(patient, name)
        rule_state, found = state_of(patient, rule), holding(rule, patient.chart, patient.memory, patient.now)
        sentences.extend([f"{rule.words} ({rule.source}).", *why_in_force(patient, rule, rule_state, found)])
    return [*sentences, RESUME] if sentences else []


def _blind(patient: Patient) -> list[str]:
    return [
        f"Blind: {in_short(patient, HYPOTENSION if code == BLIND_PRESSURE else code)}"
        for code in blind(patient)
    ]


def _clears(current: Recommendation) -> list[str]:
    if current.word == "proceed":
        return []
    if current.word == "cannot-tell":
        return [f"Proceed once these are seen and trip nothing: {', '.join(current.reasons)}."]
    rules = [reason for reason in current.reasons if reason.startswith(STOP_RULE)]
    others = [reason for reason in current.reasons if not reason.startswith(STOP_RULE)]
    found = [f"Standing until the next cycle-start or a resume: {', '.join(rules)}."] if rules else []
    return [*found, f"To be corrected: {', '.join(others)}."] if others else found
