"""Apply acceptances at one decision: what a clinician accepts counts in nothing (criteria.md section 3.5)."""

import msgspec

from rules.chart import dirty_flags
from rules.decide.replay import Replay
from rules.decide.state import Patient
from rules.decide.subjects import Plan
from rules.evaluate.accepted_criteria import OfPack, accepted, is_above, lasting
from rules.evaluate.result import Result


def of_pack(patient: Patient) -> OfPack:
    """Return whose criteria acceptances are of: the deciding pack's, or those that name the one beside."""
    return OfPack(patient.guideline, named=patient.beside)


def apply_acceptances(patient: Patient, plan: Plan) -> None:
    """Put in force the acceptances of this instant, and let their criteria be decided again.

    `released`: criteria whose acceptance ends now other than by a level above it.
    """
    patient.released = frozenset()
    if not (patient.chart.accepts or patient.accepted):
        return
    if patient.dirty_replaced and patient.chart.accepts:
        patient.outgrown = _outgrown_again(patient, plan)
    codes = accepted(patient.chart, patient.now, patient.outgrown, of_pack(patient))
    patient.released = patient.accepted - codes
    if codes != patient.accepted:
        patient.dirty |= dirty_flags.ACCEPT
    patient.accepted = codes


def _outgrown_again(patient: Patient, plan: Plan) -> frozenset[str]:
    """Return the ids of the acceptances outgrown, with the facts as corrected.

    Vital signs that are no longer kept record by record cannot be replayed: an acceptance that they ended
    stays ended.
    """
    ended = patient.outgrown
    for code, one in lasting(patient.chart, patient.now, of_pack(patient)).items():
        touches = plan.subjects[plan.index[code]].touches
        if not patient.dirty_replaced & (touches | dirty_flags.ACCEPT):
            continue
        if touches & dirty_flags.VITALS and patient.chart.tail.horizon is not None:
            continue
        if code not in patient.guideline.row:
            continue
        replay = Replay((code,), patient.chart, of=of_pack(patient))
        replay.run(patient.now)
        ended = (ended - {one.id}) | (replay.ended & {one.id})
    return ended


def is_accepted(patient: Patient, code: str, state: str) -> bool:
    """Return whether a criterion is accepted in this state.

    A level above the accepted one ends the acceptance at once and for good.
    """
    if code not in patient.accepted:
        return False
    one = lasting(patient.chart, patient.now, of_pack(patient))[code]
    if not is_above(state, one.level):
        return True
    patient.outgrown |= {one.id}
    patient.accepted -= {code}
    return False


def opened_by_release(patient: Patient, code: str, result: Result) -> Result:
    """Return a result as true from now where its acceptance has just ended: the state held opens then."""
    return msgspec.structs.replace(result, at=patient.now) if code in patient.released else result
