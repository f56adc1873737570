"""Tell when the next dose is due, whether it may be given, and what stands in its way (criteria.md 4).

A blocker holds, blinds, or is for a clinician to decide on.
"""

from collections.abc import Iterator

import msgspec

from rules.decide.recommendation import (
    Recommendation,
    blind,
    blind_rows,
    dose_in_error,
    recommend,
    uncounted,
    unread_rows,
    with_unread,
)
from rules.decide.state import Patient
from rules.decide.subjects import DOSE_ERROR, HYPOTENSION
from rules.evaluate.dosing import due_at, latest_reading, pressor_holds, unknown_infusions
from rules.evaluate.eligibility import MET, eligibility
from rules.evaluate.floor import floor_holds
from rules.evaluate.monitoring import is_overdue, looked
from rules.evaluate.pre_dose import NAME as PRE_DOSE
from rules.evaluate.pre_dose import lacking
from rules.evaluate.regimen import dosing
from rules.evaluate.result import CLEAR, INDETERMINATE, RELATIVE, TRIPPED
from rules.evaluate.vital_signs import above_target
from rules.guideline.packs.declarations import AT_DOSING, COUNT
from rules.wire.assessments import STOP_RULE, STRICT
from rules.wire.instants import HOUR

URINE, PHENYLEPHRINE = "urine", "phenylephrine"
WITHOUT_DELAY = ("not-started", "waiting", "finished")


class DoseClock(msgspec.Struct):
    """The doses of the cycle and the next one. Moments in ms; `delayed` in hours."""

    last: int | None
    number: int
    due: int | None
    delayed: float
    readiness: str
    blockers: tuple[str, ...]


def dose_clock(patient: Patient, recommendation: Recommendation) -> DoseClock:
    """Return the doses of the cycle, when the next is due, and whether it may be given."""
    doses, due = patient.chart.cycle_doses, due_at(patient.chart)
    due = _not_before(patient, due)
    holding, blinding, others = list(_holding(patient)), list(_blinding(patient, due)), list(_others(patient))
    reasons = [reason for reason in recommendation.reasons if not reason.startswith(STOP_RULE)]
    blockers = tuple(dict.fromkeys((*reasons, *holding, *blinding, *others)))
    readiness = _readiness(patient, recommendation.word, due, holding, blinding, blockers)
    late = 0.0 if due is None or readiness in WITHOUT_DELAY else (patient.now - due) / HOUR
    return DoseClock(
        doses[-1].at if doses else None, len(doses), due, max(0.0, round(late, 4)), readiness, blockers
    )


def _over(patient: Patient) -> bool:
    end = patient.chart.cycle.end
    return end is not None and patient.now >= end


def _readiness(
    patient: Patient,
    word: str,
    due: int | None,
    holding: list[str],
    blinding: list[str],
    blockers: tuple[str, ...],
) -> str:
    if patient.chart.cycle.start is None or due is None:
        return "not-started"
    if _over(patient) or word == "stop":
        return "finished"
    if patient.now < due:
        return "waiting"
    if word == "delay" or holding:
        return "hold"
    if word == "cannot-tell" or blinding:
        return "unknown"
    return "decide" if word == "correct" or blockers else "ready"


def _holding(patient: Patient, floor: bool = True) -> Iterator[str]:
    """Yield what holds a dose, whatever the recommendation; without `floor` what the pack itself says."""
    if floor and (_is_low(patient) or above_target(patient.chart) is False):
        yield HYPOTENSION
    if patient.guideline.combination != COUNT:
        yield from floor_holds(patient.guideline.pack, patient.chart, patient.now) if floor else ()
    else:
        yield from _counted_holding(patient)
    if floor and dose_in_error(patient):
        yield DOSE_ERROR


def _is_low(patient: Patient) -> bool:
    return HYPOTENSION in patient.episodes or patient.memory(HYPOTENSION).state in TRIPPED


def _counted_holding(patient: Patient) -> Iterator[str]:
    """Yield what holds a dose by criteria.md 4; the pressure and a dose in error apart."""
    if any(_state(patient, code) == RELATIVE for code in patient.guideline.group_codes(URINE)):
        yield URINE
    if pressor_holds(patient.chart, patient.now):
        yield PHENYLEPHRINE


def _state(patient: Patient, code: str) -> str:
    """Return the state of a criterion as it counts: an accepted one does not."""
    return CLEAR if code in uncounted(patient) else patient.memory(code).state


def _blinding(patient: Patient, due: int | None, unread: bool = True) -> Iterator[str]:
    """Yield what cannot be seen, or must be looked at again, before a dose."""
    table, chart, now = patient.guideline.table4, patient.chart, patient.now
    yield from blind(patient)
    yield from unread_rows(patient) if unread else ()
    for signal in table.rechecked:
        if _rechecked(patient, f"recheck/{signal}"):
            yield f"recheck/{signal}"
    for what in table.overdue:
        if is_overdue(looked(chart, patient.guideline.observes[what], now), now):
            yield f"overdue/{what}"
    if due is None or now < due or _over(patient):
        return
    yield from _unassessed(patient, due)
    for code in table.pre_dose:
        last = latest_reading(chart, code)
        if last is None or now >= last + table.pre_dose_age:
            yield f"pre-dose/{code}"


def _unassessed(patient: Patient, due: int) -> Iterator[str]:
    """Yield the assessment that the pack wants before a dose, if it was not made."""
    wanted = None if patient.guideline.pack is None else patient.guideline.pack.pre_dose
    if wanted is not None and lacking(wanted, patient.chart, due):
        yield PRE_DOSE


def _rechecked(patient: Patient, subject: str) -> bool:
    """Return whether a reading must be repeated: asked for now, or to be asked for after its delay."""
    memory = patient.memories.get(subject)
    return memory is not None and (memory.state not in (CLEAR, INDETERMINATE) or bool(memory.flags))


def _others(patient: Patient) -> Iterator[str]:
    """Yield what a clinician decides on: open advice, infusions nobody knows, conditions of therapy."""
    memories = patient.memories
    for code in patient.guideline.table4.open_advice:
        if code in memories and memories[code].state not in (CLEAR, INDETERMINATE):
            yield code
    yield from (f"not-understood/{name}" for name in unknown_infusions(patient.chart, patient.now))
    if not patient.chart.cycle_doses and patient.guideline.combination == COUNT:
        found = eligibility(patient.chart, patient.guideline.eligibility)
        yield from (f"eligibility/{item}" for item, state in found if state != MET)


def _not_before(patient: Patient, due: int | None) -> int | None:
    """Return when the next dose is due: not before the rest of the regimen is over."""
    pack = patient.guideline.pack
    if pack is None or due is None:
        return due
    until = dosing(patient.chart, pack.regimen, patient.now).not_before
    return due if until is None else max(due, until)


class Verdict(msgspec.Struct, frozen=True):
    """What a pack says of the next dose as if it were due now, by which reasons (editions.md 4)."""

    word: str
    recommendation: str
    reasons: tuple[str, ...]


def verdict(patient: Patient, floor: bool = True) -> Verdict:
    """Return the verdict on the next dose; rows that nobody has read are left out of it."""
    seen = _as_seen(patient)
    recommendation = recommend(seen, floor, unread=False)
    whole = with_unread(seen, recommendation)
    word = recommendation.word
    if not _runs(patient):
        return Verdict("none", whole.word, whole.reasons)
    holding = list(_holding(seen, floor))
    unseen = [*blind_rows(seen), *_unassessed(seen, seen.now)]
    blinding = list(_blinding(seen, seen.now, unread=False)) if floor else unseen
    others = [*recommendation.reasons, *_others(seen)]
    found = _verdict(word, bool(holding), bool(blinding), bool(others))
    if found == "give" and unread_rows(patient):
        found = "no-objection"
    own = recommendation.reasons if found in SAYS.get(word, ()) else ()
    behind = {"stop": (), "withhold": holding, "blind": blinding}.get(found, others)
    reasons = dict.fromkeys((*own, *behind))
    return Verdict(found, whole.word, tuple(reasons) or whole.reasons)


def strictness(patient: Patient, floor: bool = True) -> int:
    """Return how strict the verdict on the next dose is: 2 stop, 1 withhold, 0 anything else."""
    if not _runs(patient):
        return 0
    seen = _as_seen(patient)
    word = recommend(seen, floor, unread=False).word
    if word == "stop":
        return STRICT["stop"]
    return STRICT["withhold"] if word == "delay" or any(_holding(seen, floor)) else 0


def _runs(patient: Patient) -> bool:
    """Return whether there is a next dose: a cycle has started, and its therapy is not over."""
    started = due_at(patient.chart) is not None and patient.chart.cycle.start is not None
    return started and not _over(patient)


SAYS = {"stop": ("stop",), "delay": ("withhold",), "cannot-tell": ("blind",)}
"""The verdict that a recommendation makes by itself."""


def _verdict(word: str, holds: bool, blinds: bool, other: bool) -> str:
    if word == "stop":
        return "stop"
    if word == "delay" or holds:
        return "withhold"
    if word == "cannot-tell" or blinds:
        return "blind"
    return "decide" if word == "correct" or other else "give"


def _as_seen(patient: Patient) -> Patient:
    """Return the patient with the rows as they are seen, as if a dose were due now."""
    if patient.guideline.pack is None or patient.guideline.pack.judgement != AT_DOSING:
        return patient
    seen = {
        name: msgspec.structs.replace(memory, state=memory.seen)
        for name, memory in patient.memories.items()
        if memory.seen is not None and memory.seen != memory.state
    }
    return msgspec.structs.replace(patient, memories=patient.memories | seen) if seen else patient
