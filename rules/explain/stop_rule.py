"""Stop rules explained: whether one stands, since when and by what, and what a resume would do (criteria.md section 4)."""

from rules.evaluate.result import Result
from rules.evaluate.stop import Holding, Stand, holding
from rules.explain.amounts import span, when
from rules.explain.asked import Asked
from rules.explain.cite import cited
from rules.explain.criterion import behind, in_short
from rules.explain.explanation import Answer, Cited, Rule
from rules.explain.names import STOP_RULE
from rules.guideline.table4 import StopRule
from rules.state import Patient

STANDS = "standing"
RESUME = (
    "A resume, by name and with a reason, lifts it even while it holds: its absolute criteria go on counting, and it stands again "
    "when one of them becomes absolute that was not so at the resume, or has ceased to be so since."
)


def rule_named(patient: Patient, name: str) -> StopRule:
    return next(rule for rule in patient.guideline.stop_rules if rule.rule == name)


def stand_of(patient: Patient, rule: StopRule) -> Stand:
    return patient.rules.get(rule.rule, Stand())


def asked_rule(patient: Patient, name: str) -> tuple[Asked, int | None]:
    """The question, and since when the rule stands (ms)."""
    stand = stand_of(patient, rule_named(patient, name.removeprefix(STOP_RULE)))
    by = ", ".join(_element(patient, element) for element in stand.by)
    result = Result(STANDS if stand.stands else "clear", value=by or None)
    return Asked(patient, name, result), min(stand.by.values(), default=None) if stand.stands else None


def stop_rule(asked: Asked) -> Answer:
    patient = asked.patient
    rule = rule_named(patient, asked.name.removeprefix(STOP_RULE))
    stand, found = stand_of(patient, rule), holding(rule, patient.chart, patient.memory, patient.now)
    together = "all at the same time" if rule.together else "any of them"
    return Answer(
        rule=Rule(
            words=rule.words,
            source=rule.source,
            section="criteria.md section 4, stop rules",
            absolute=f"{', '.join(rule.criteria)} absolute{_narrowed(rule)}, {together}" if rule.criteria else _delay_words(asked),
            window="once it has held it stands until the next cycle-start; before the first it stops only while it holds",
        ),
        facts=[*_facts(asked, rule), *_resumes(asked, rule)],
        look=asked.look(),
        why=[*standing(patient, rule, stand, found), *(in_short(patient, code) for code in rule.criteria), *_delay(asked, rule)],
        clears=["It ends with the next cycle-start, or if corrected facts show that it never held.", RESUME] if stand.stands else [],
    )


def _narrowed(rule: StopRule) -> str:
    by = f" (by {' or '.join(rule.by)})" if rule.by else ""
    return by + (f" ({', '.join(rule.with_low_spo2)}: only while the latest fresh SpO2 is low)" if rule.with_low_spo2 else "")


def standing(patient: Patient, rule: StopRule, stand: Stand, found: Holding) -> list[str]:
    """Whether it stands, by what and since when, whether it still holds, and what the last resume excused."""
    by = "; ".join(f"{_element(patient, element)} at {when(first)}" for element, first in stand.by.items())
    told = [f"{STOP_RULE}{rule.rule} stands{f', by {by}' if by else ''}." if stand.stands else f"{STOP_RULE}{rule.rule} does not stand."]
    if stand.stands:
        told.append("It still holds now." if found.holds else "It does not hold now, but stands: getting better does not lift it.")
    if stand.excused:
        told.append(f"The last resume excused {', '.join(_element(patient, element) for element in stand.excused)}, which is absolute still.")
    return told


def _element(patient: Patient, element: str) -> str:
    """A criterion by its code; `dose@ms` as the dose that is waited on."""
    name, _, moment = element.partition("@")
    return f"the delay after the dose of {when(int(moment))}" if moment else name


def _facts(asked: Asked, rule: StopRule) -> list[Cited]:
    if rule.criteria:
        return behind(asked.patient, [code for code in rule.criteria if asked.patient.memory(code).state == "absolute"])
    return [cited(dose, "the last dose given") for dose in asked.chart.cycle_doses[-1:]]


def _resumes(asked: Asked, rule: StopRule) -> list[Cited]:
    return [cited(resumed, "lifted the rule") for resumed in asked.chart.resumes if resumed.rule == rule.rule]


def _delay_words(asked: Asked) -> str:
    return f"the next dose, due {span(asked.guideline.table4.dose_interval)} after the last, is late by {span(asked.guideline.table4.longest_delay)}"


def _delay(asked: Asked, rule: StopRule) -> list[str]:
    doses, table = asked.chart.cycle_doses, asked.guideline.table4
    if rule.criteria:
        return []
    if not doses:
        return ["No dose of this cycle was given: it never holds before dose 1."]
    late = doses[-1].at + table.dose_interval + table.longest_delay
    gap = f"{span(late - asked.t)} from now" if late > asked.t else f"{span(asked.t - late)} ago"
    return [f"The next dose was due at {when(doses[-1].at + table.dose_interval)}; {span(table.longest_delay)} later is {when(late)}, {gap}."]
