"""The recommendation explained: which line of Table 4 holds, what counts once, which stop rules stand, what is blind."""

from rules.evaluate.result import Result
from rules.evaluate.stop import holding
from rules.explain.amounts import when
from rules.explain.asked import Asked
from rules.explain.criterion import behind, in_short
from rules.explain.explanation import Answer, Rule
from rules.explain.names import STOP_RULE
from rules.explain.stop_rule import RESUME, rule_named, stand_of
from rules.explain.stop_rule import standing as rule_standing
from rules.recommend import Recommendation, blind, recommend, standing
from rules.state import Patient
from rules.subjects import HYPOTENSION, RECOMMENDATION

BLIND_PRESSURE = "blood-pressure"


def asked_recommendation(patient: Patient) -> tuple[Asked, int | None]:
    """The question. Since when the present word holds is not remembered, only since when it has not been `proceed`."""
    return Asked(patient, RECOMMENDATION, Result(recommend(patient).word)), None


def lines_of_table4(many: int) -> dict[str, str]:
    return {
        "stop": "a stop rule stands",
        "delay": f"any absolute, or at least {many} relative: correct, delay, stop if not easily reversible",
        "correct": f"1 to {many - 1} relative: correct, delay if need be",
        "cannot-tell": "nothing trips, but one of the dosing minimum cannot be seen",
        "proceed": "nothing trips and the dosing minimum is seen",
    }


def recommendation(asked: Asked) -> Answer:
    patient, table = asked.patient, asked.guideline.table4
    said = recommend(patient)
    lines = lines_of_table4(table.relative_to_delay)
    criteria = [*said.count.absolute, *said.count.relative]
    return Answer(
        rule=Rule(
            words=f"the first line of Table 4 that holds: {'; '.join(f'{word}: {line}' for word, line in lines.items())}",
            source="Table 4",
            section="criteria.md section 4",
            window=f"dosing minimum: {', '.join((*table.dosing_minimum, BLIND_PRESSURE))}",
        ),
        facts=behind(patient, criteria),
        look=asked.look(),
        why=[
            f"{said.word.capitalize()}: {lines[said.word]}.",
            *_open(patient),
            *counted(patient, said),
            *_rules(patient),
            *(in_short(patient, code) for code in criteria),
            *_blind(patient),
        ],
        clears=_clears(said),
    )


def _open(patient: Patient) -> list[str]:
    episode = patient.episodes.get(RECOMMENDATION)
    return [] if episode is None else [f"It has not been proceed since {when(episode.opened)}."]


def counted(patient: Patient, said: Recommendation) -> list[str]:
    """Groups counted once: a group is as bad as its worst row."""
    count = said.count
    told = [f"Counted: {count.absolute_groups} absolute, {count.relative_groups} relative (a group of rows counts once)."]
    tripped = {*count.absolute, *count.relative}
    groups: dict[str, list[str]] = {}
    for row in patient.guideline.rows:
        if row.group is not None and row.code in tripped:
            groups.setdefault(row.group, []).append(row.code)
    return [*told, *(f"Group {group} counts once for {' and '.join(codes)}." for group, codes in groups.items() if len(codes) > 1)]


def _rules(patient: Patient) -> list[str]:
    told = []
    for name in standing(patient):
        rule = rule_named(patient, name)
        stand, found = stand_of(patient, rule), holding(rule, patient.chart, patient.memory, patient.now)
        told.extend([f"{rule.words} ({rule.source}).", *rule_standing(patient, rule, stand, found)])
    return [*told, RESUME] if told else []


def _blind(patient: Patient) -> list[str]:
    return [f"Blind: {in_short(patient, HYPOTENSION if code == BLIND_PRESSURE else code)}" for code in blind(patient)]


def _clears(said: Recommendation) -> list[str]:
    if said.word == "proceed":
        return []
    if said.word == "cannot-tell":
        return [f"Proceed once these are seen and trip nothing: {', '.join(said.reasons)}."]
    rules = [reason for reason in said.reasons if reason.startswith(STOP_RULE)]
    others = [reason for reason in said.reasons if not reason.startswith(STOP_RULE)]
    told = [f"Standing until the next cycle-start or a resume: {', '.join(rules)}."] if rules else []
    return [*told, f"To be corrected: {', '.join(others)}."] if others else told
