"""Combine criteria, pressure, watches and stop rules into a recommendation (Table 4; criteria.md 4)."""

import msgspec

from rules.decide.state import Patient
from rules.decide.subjects import DOSE_ERROR, HYPOTENSION, plan_for
from rules.evaluate.regimen import REST, reached, resting
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, TRIPPED
from rules.guideline.packs.declarations import CYCLE, PERMANENT, ROWS_DECIDE
from rules.wire.alerts import RANK, RECOMMENDATION_LEVEL
from rules.wire.assessments import STOP_RULE
from rules.wire.events import Reference

BLIND_PRESSURE = "blood-pressure"
REGIMEN = "regimen:"
"""What a reason begins with that is a maximum or a rest of the regimen; its item follows."""
UNREAD = ".not-open"
"""How the name of a row ends that nobody has read."""


class Count(msgspec.Struct):
    """The criteria that trip and count, in table order, and how many groups that makes.

    A group counts as its worst row.
    """

    absolute: tuple[str, ...] = ()
    relative: tuple[str, ...] = ()
    absolute_groups: int = 0
    relative_groups: int = 0


class Recommendation(msgspec.Struct):
    """A recommendation: proceed, cannot-tell, correct, delay or stop, with its reasons."""

    word: str
    reasons: tuple[str, ...]
    count: Count


def count(patient: Patient) -> Count:
    """Count the criteria that trip, and their groups.

    A row without a group is its own group; a kept, stale state counts; an accepted one does not.
    """
    found = Count()
    worst: dict[str, str] = {}
    grouped = patient.guideline.table4.group_counts_once
    memories, left_out = patient.memories, uncounted(patient)
    tripped = [
        (row, state)
        for row in patient.guideline.rows
        if row.code in memories and (state := memories[row.code].state) in TRIPPED
    ]
    for row, state in tripped:
        code = row.code
        if code in left_out:
            continue
        if state == ABSOLUTE:
            found.absolute = (*found.absolute, code)
        else:
            found.relative = (*found.relative, code)
        group = (row.group if grouped else None) or code
        worst[group] = ABSOLUTE if ABSOLUTE in (state, worst.get(group)) else RELATIVE
    found.absolute_groups = sum(state == ABSOLUTE for state in worst.values())
    found.relative_groups = len(worst) - found.absolute_groups
    return found


def uncounted(patient: Patient) -> frozenset[str]:
    """Return the criteria that do not count, tripped or not.

    Those accepted, and the rate beside an arrhythmia that counts: that rhythm is not sinus.
    """
    accepted = patient.accepted
    for row in patient.guideline.rate_rows:
        if any(code not in accepted and patient.memory(code).state == ABSOLUTE for code in row.not_sinus):
            return accepted | {row.code}
    return accepted


def rules_in_force(patient: Patient) -> tuple[str, ...]:
    """Return the stop rules in force, in the guideline's order."""
    return tuple(
        rule.rule
        for rule in patient.guideline.stop_rules
        if rule.rule in patient.rules and patient.rules[rule.rule].in_force
    )


def blind_rows(patient: Patient) -> tuple[str, ...]:
    """Return the criteria of the dosing minimum that cannot be told, in table order; accepted ones too."""
    codes = patient.guideline.minimum_codes
    return tuple([code for code in codes if patient.memory(code).state == INDETERMINATE])


def blind(patient: Patient) -> tuple[str, ...]:
    """Return what is not known of the dosing minimum, in table order, blood pressure last."""
    pressure = patient.memory(HYPOTENSION)
    unseen = pressure.stale or pressure.state == INDETERMINATE
    return (*blind_rows(patient), BLIND_PRESSURE) if unseen else blind_rows(patient)


def watched(patient: Patient) -> tuple[str, ...]:
    """Return the watches at level relative, in the guideline's order."""
    memories = patient.memories
    return tuple(
        code
        for code in patient.guideline.table4.watches
        if code in memories and memories[code].state == RELATIVE
    )


def dose_in_error(patient: Patient) -> bool:
    """Return whether a dose is in error and nobody has acknowledged it."""
    episode = patient.episodes.get(DOSE_ERROR)
    return episode is not None and episode.acked is None


def recommend(patient: Patient, floor: bool = True, unread: bool = True) -> Recommendation:
    """Return the recommendation: the first line of Table 4 that holds, or as the rows of the pack decide.

    `floor`: with what no pack can switch off; `unread`: with the rows that nobody has read (editions.md 1).
    """
    if patient.guideline.combination == ROWS_DECIDE:
        return _rows_decide(patient, floor, unread)
    return _by_count(patient, floor)


def with_unread(patient: Patient, found: Recommendation) -> Recommendation:
    """Return a recommendation made without the rows that nobody has read as it is with them."""
    unread = unread_rows(patient)
    if found.word not in ("proceed", "cannot-tell") or not unread or unread[0] in found.reasons:
        return found
    return Recommendation("cannot-tell", (*found.reasons, *unread), found.count)


def _rows_decide(patient: Patient, floor: bool, unread: bool) -> Recommendation:
    """Return what the rows decide, each by its effect (editions.md 3, Rows-decide)."""
    found, guideline = count(patient), patient.guideline
    tripped = (*found.absolute, *found.relative)
    stops = tuple(code for code in tripped if guideline.effect(code) in (PERMANENT, CYCLE))
    stops = (*stops, *(REGIMEN + item for item in _reached(patient)))
    decided = tuple(code for code in found.relative if code in guideline.decided_on)
    holds = tuple(
        code for code in tripped if guideline.effect(code) not in (PERMANENT, CYCLE) and code not in decided
    )
    holds = (*holds, *((REGIMEN + REST,) if _rests(patient) else ()))
    pressure = patient.memory(HYPOTENSION).state if floor else CLEAR
    low = (HYPOTENSION,) if pressure in TRIPPED else ()
    error = (DOSE_ERROR,) if floor and dose_in_error(patient) else ()
    reasons = (*stops, *holds, *decided, *low, *error)
    if stops:
        return Recommendation("stop", reasons, found)
    if holds or error or pressure == ABSOLUTE:
        return Recommendation("delay", reasons, found)
    if low or decided:
        return Recommendation("correct", reasons, found)
    unseen = blind(patient) if floor else blind_rows(patient)
    unseen = (*unseen, *(unread_rows(patient) if unread else ()))
    return Recommendation("cannot-tell", unseen, found) if unseen else Recommendation("proceed", (), found)


def unread_rows(patient: Patient) -> tuple[str, ...]:
    """Return the rows of the pack that nobody has read: a row not read is not a row passed."""
    pack = patient.guideline.pack
    return () if pack is None else tuple(row + UNREAD for row in pack.unread)


def _reached(patient: Patient) -> tuple[str, ...]:
    pack = patient.guideline.pack
    return () if pack is None else reached(patient.chart, pack.regimen, patient.now)


def _rests(patient: Patient) -> bool:
    pack = patient.guideline.pack
    return pack is not None and resting(patient.chart, pack.regimen, patient.now) is not None


def level_of_reasons(patient: Patient, recommendation: Recommendation) -> str:
    """Return the level of the recommendation's alert: of its worst reason where the rows decide."""
    level = RECOMMENDATION_LEVEL[recommendation.word]
    if patient.guideline.combination != ROWS_DECIDE or recommendation.word not in ("stop", "delay"):
        return level
    levels = [_level_of_reason(patient, reason) for reason in recommendation.reasons]
    return max(levels, key=RANK.__getitem__, default=level)


def _level_of_reason(patient: Patient, reason: str) -> str:
    if reason.startswith(REGIMEN):
        return "advisory"
    state = patient.memory(reason).state
    return state if state in RANK else ABSOLUTE


def _by_count(patient: Patient, floor: bool) -> Recommendation:
    found, pressure, in_error = count(patient), patient.memory(HYPOTENSION).state, dose_in_error(patient)
    if not floor:
        pressure, in_error = CLEAR, False
    rules = tuple(STOP_RULE + rule for rule in rules_in_force(patient))
    watches = watched(patient)
    low = (HYPOTENSION,) if pressure in (RELATIVE, ABSOLUTE) else ()
    error = (DOSE_ERROR,) if in_error else ()
    reasons = (*rules, *found.absolute, *found.relative, *low, *error, *watches)
    many = found.relative_groups >= patient.guideline.table4.relative_to_delay
    if rules:
        return Recommendation("stop", reasons, found)
    if found.absolute_groups or many or pressure == ABSOLUTE or in_error:
        return Recommendation("delay", reasons, found)
    if reasons:
        return Recommendation("correct", reasons, found)
    unseen = (*(blind(patient) if floor else blind_rows(patient)), *unread_rows(patient))
    return Recommendation("cannot-tell", unseen, found) if unseen else Recommendation("proceed", (), found)


def reason_evidence(patient: Patient, recommendation: Recommendation) -> tuple[Reference, ...]:
    """Return the evidence of the criteria that are the reasons, each fact once."""
    plan = plan_for(patient.guideline)
    out: dict[Reference, None] = {}
    for reason in recommendation.reasons:
        if reason in plan.index:
            result = plan.subjects[plan.index[reason]].judge(patient, patient.now, patient.memory(reason))
            out.update(dict.fromkeys(result.evidence))
    return tuple(out)
