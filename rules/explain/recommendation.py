"""Explain the recommendation: which line of Table 4 holds, by what, and what is not known.

Source: criteria.md section 4.
"""

from rules.decide.acceptances import of_pack
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
from rules.evaluate.accepted_criteria import lasting
from rules.evaluate.result import TRIPPED, Result
from rules.explain.criterion import behind, in_short
from rules.explain.explanation import Answer, Rule, when
from rules.explain.question import Asked
from rules.explain.stop_rule import RESUME, rule_named, why_in_force
from rules.wire.assessments import STOP_RULE


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
    current, lines = recommend(patient), lines_of_table4(table.relative_to_delay)
    causes = _causes(patient, current)
    return Answer(
        rule=Rule(
            words="the first line of Table 4 that holds: "
            + "; ".join(f"{word}: {line}" for word, line in lines.items()),
            source="Table 4",
            section="criteria.md section 4",
            window=f"dosing minimum: {', '.join((*table.dosing_minimum, BLIND_PRESSURE))}",
        ),
        facts=behind(patient, [name for name in causes if name in (*asked.guideline.row, HYPOTENSION)]),
        look=asked.look(),
        why=[f"{current.word.capitalize()}: {lines[current.word]}.", *_why(patient, current, causes)],
        clears=_clears(current),
    )


def _causes(patient: Patient, current: Recommendation) -> list[str]:
    """Return the reasons that are subjects: criteria, hypotension and watches; not what is only unseen."""
    index = plan_for(patient.guideline).index
    return [] if current.word == "cannot-tell" else [one for one in current.reasons if one in index]


def _why(patient: Patient, current: Recommendation, causes: list[str]) -> list[str]:
    return [
        *_open(patient),
        *counted(patient, current),
        *_left_out(patient),
        *_rules(patient),
        *(in_short(patient, code) for code in causes),
        *_blind(patient),
    ]


def _left_out(patient: Patient) -> list[str]:
    """Write the tripped criteria that do not count."""
    found = []
    for row in patient.guideline.rows:
        if row.code in patient.accepted:
            one = lasting(patient.chart, patient.now, of_pack(patient))[row.code]
            reason = " ".join(one.reason.split())
            found.append(f"{row.code} is accepted at level {one.level} by {one.by}: {reason}.")
        elif row.code in uncounted(patient) and patient.memory(row.code).state in TRIPPED:
            found.append(f"{row.code} does not count beside an arrhythmia: the rhythm is not sinus.")
    return found


def _open(patient: Patient) -> list[str]:
    episode = patient.episodes.get(RECOMMENDATION)
    return [] if episode is None else [f"It has not been proceed since {when(episode.opened)}."]


def counted(patient: Patient, current: Recommendation) -> list[str]:
    """Write the groups that count, each once: a group counts as its worst row."""
    count, once = current.count, patient.guideline.table4.group_counts_once
    found = [
        (
            f"Counted: {count.absolute_groups} absolute, {count.relative_groups} relative ("
            f"{'a group of rows counts once' if once else 'each row counts'})."
        )
    ]
    tripped = {*count.absolute, *count.relative}
    groups: dict[str, list[str]] = {}
    for row in patient.guideline.rows:
        if row.group is not None and row.code in tripped and once:
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
        sentences.extend([f"{rule.words} ({rule.source}).", *why_in_force(patient, rule)])
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
