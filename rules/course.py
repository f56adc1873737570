"""A whole log, offline: every patient's events in order of `known`, folded to the last instant."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from rules import events
from rules.alerts import Alert
from rules.assess import assess
from rules.engine import advance, settle
from rules.guideline.edition import Guideline
from rules.state import Patient

EVERY_PATIENT = "*"


class Outcome(msgspec.Struct):
    """Alerts in order of decision, then patient; states at the end; counts of what was not used; refusals by position in the input."""

    alerts: list[Alert]
    patients: dict[str, Patient]
    counts: Counter[str]
    refused: list[tuple[events.Event, str]]


def fold(log: Iterable[events.Event], guideline: Guideline, until: int | None = None) -> Outcome:
    """Folds a log up to moment `until` (ms; default: the log's last instant, for every patient)."""
    ordered = sorted((event for event in log if until is None or event.known <= until), key=lambda event: event.known)
    outcome = Outcome([], {}, Counter(), [])
    keyed: list[tuple[int, str, Alert]] = []
    last = until
    for event in ordered:
        named = [event.patient] if event.patient != EVERY_PATIENT else list(outcome.patients)
        moved = event.patient == EVERY_PATIENT
        for name in named:
            moved = _one(outcome, keyed, name, event, guideline) or moved
        if moved and until is None:
            last = event.known if last is None else max(last, event.known)
    for name, patient in outcome.patients.items():
        if last is not None:
            keyed.extend((alert.decided, name, alert) for alert in settle(patient, last))
    outcome.alerts = [alert for _, _, alert in sorted(keyed, key=lambda key: key[:2])]
    return outcome


def _one(outcome: Outcome, keyed: list[tuple[int, str, Alert]], name: str, event: events.Event, guideline: Guideline) -> bool:
    patient, alerts, recorded = advance(outcome.patients.get(name), event, guideline)
    keyed.extend((alert.decided, name, alert) for alert in alerts)
    if patient is not None:
        outcome.patients[name] = patient
    for code in recorded.implausible:
        outcome.counts["implausible"] += 1
        outcome.counts[f"implausible:{code}"] += 1
    if recorded.refused is not None:
        outcome.refused.append((event, recorded.refused))
    return recorded.refused is None


def assessments(outcome: Outcome) -> list[dict[str, Any]]:
    """One assessment a patient, by patient id; none for who is discharged."""
    return [assess(patient) for _, patient in sorted(outcome.patients.items()) if patient.discharged is None]
