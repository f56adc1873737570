"""Say what to do about an alert: the codes of advice that is open, and the measures in words.

It is said over the whole instant: what would harm is known only when everything is decided (criteria.md 7.3).
"""

import msgspec

from rules.advice.correctives import corrective
from rules.decide.episodes import PendingAlert
from rules.decide.state import Patient
from rules.decide.subjects import CRITERION, PRESSURE, AdviceCase, plan_for
from rules.evaluate.result import ADVISORY
from rules.guideline.roles import URINE
from rules.wire.alerts import CLEAR, Alert, Measure

LOW = ("fluid-bolus", "add-pressor", "titrate-pressor", "fluid-futile")
DRY = ("fluid-bolus", "add-dopamine", "fluid-futile")


def with_measures(patient: Patient, alerts: list[PendingAlert]) -> list[PendingAlert]:
    """Return the alerts of an instant with what to do about criteria and pressure as it stands now."""
    return [
        PendingAlert(one.order, _with_measures(patient, one.alert))
        if one.alert.kind in (CRITERION, PRESSURE)
        else one
        for one in alerts
    ]


def _with_measures(patient: Patient, alert: Alert) -> Alert:
    if alert.level == CLEAR:
        return msgspec.structs.replace(alert, action=(), measures=())
    action, measures = todo(patient, alert.subject)
    return msgspec.structs.replace(alert, action=action, measures=measures)


def todo(patient: Patient, subject: str) -> tuple[tuple[str, ...], tuple[Measure, ...]]:
    """Return what to do about a criterion or hypotension: codes, and words with their sources."""
    if subject not in patient.guideline.row:
        found = _open(patient, LOW)
        return found, tuple(_measure(patient, code) for code in found)
    measures = corrective(AdviceCase.of(patient), subject, patient.now).measures
    steps = _open(patient, DRY) if subject in URINE else ()
    return steps or ("corrective",), measures


def _open(patient: Patient, codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in codes if patient.memory(code).state == ADVISORY)


def _measure(patient: Patient, code: str) -> Measure:
    plan, advice = plan_for(patient.guideline), patient.guideline.advises[code]
    result = plan.subjects[plan.index[code]].judge(patient, patient.now, patient.memory(code))
    return {"text": result.words or advice.text, "source": advice.source}
