"""Fold events into decisions: `advance` for one event, `fold` for a whole log, offline.

An event is recorded after all deadlines before it are decided. An instant is decided once the clock has
passed it; all facts that share a `known`, and every deadline that falls on it, are decided together
(criteria.md section 1).
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from rules.chart.record import Recorded, needs_weight, record
from rules.decide import codec
from rules.decide.assessment import assess
from rules.decide.decision import decide
from rules.decide.state import Patient, admitted
from rules.guideline.edition import Guideline
from rules.wire import events
from rules.wire.alerts import Alert
from rules.wire.assessments import Assessment
from rules.wire.instants import BEFORE_ALL, Instant

NO_FACT = (events.Tick, events.Ack, events.Silence, events.Resume)
NOTHING = Recorded(changed=False)


def advance(
    patient: Patient | None, event: events.Event, guideline: Guideline
) -> tuple[Patient | None, list[Alert], Recorded]:
    """Fold one event into a patient's state.

    Returns the state (None while there is no stay), the alerts of the instants that the clock has passed, and
    how the event was recorded. The state passed in is changed: use the one returned.
    """
    instant = event.known
    refused = (
        patient is not None and isinstance(event, events.Infusion) and needs_weight(patient.chart, event)
    )
    alerts = (
        pass_to(patient, instant) if patient is not None and instant > patient.now and not refused else []
    )
    if patient is None or patient.discharged is not None:
        patient = _stay_started_by(event, patient, guideline)
        if patient is None or patient.discharged is not None:
            return patient, alerts, NOTHING
        refused = isinstance(event, events.Infusion) and needs_weight(patient.chart, event)
        patient.now = BEFORE_ALL if refused else instant
    return patient, alerts, _record_unusable(patient, event) if refused else _record_event(patient, event)


def _stay_started_by(event: events.Event, patient: Patient | None, guideline: Guideline) -> Patient | None:
    """Return the patient, or a new stay if the event is a fact that starts one.

    Ticks and commands start none, nor do withdrawals after a discharge.
    """
    if isinstance(event, NO_FACT):
        return patient
    if patient is None:
        return admitted(event.patient, guideline)
    assert patient.discharged is not None
    late = event.known <= patient.discharged
    return patient if late or isinstance(event, events.Withdrawal) else admitted(event.patient, guideline)


def _record_unusable(patient: Patient, event: events.Event) -> Recorded:
    """Record a rate that needs an unknown weight.

    It does not move the clock, but counts from the next decision on.
    """
    outcome = record(patient.chart, event)
    patient.dirty |= outcome.dirty
    instant = event.at
    if instant > patient.now and (patient.due is None or instant < patient.due):
        patient.due = instant
    return outcome


def _record_event(patient: Patient, event: events.Event) -> Recorded:
    if isinstance(event, events.Tick):
        return NOTHING
    outcome = record(patient.chart, event)
    if not outcome.changed:
        return outcome
    dirty = outcome.dirty
    if isinstance(event, events.Vitals) and not outcome.dirty_amended:
        dirty |= patient.dirty_on_vitals
    elif isinstance(event, events.Ack):
        patient.acks = (*patient.acks, (event.alert, event.id))
        patient.pending = True
    elif isinstance(event, events.Resume):
        patient.resumed = (*patient.resumed, event.rule)
    elif isinstance(event, events.Withdrawal) and event.type == "ack":
        _unacknowledge(patient, event.id)
    patient.dirty_replaced |= outcome.dirty_replaced
    if outcome.dirty_amended:
        patient.dirty_amended |= outcome.dirty_amended
        patient.amendments = (*patient.amendments, event.id)
    patient.dirty |= dirty
    if dirty or outcome.dirty_amended or not patient.memories:
        patient.pending = True
    return outcome


def _unacknowledge(patient: Patient, command: str) -> None:
    for episode in patient.episodes.values():
        if episode.acked == command:
            episode.acked = None


def pass_to(patient: Patient, instant: Instant) -> list[Alert]:
    """Move the clock to an instant and decide everything before it, each deadline at its own instant."""
    alerts: list[Alert] = []
    while patient.discharged is None:
        if patient.pending or (patient.due is not None and patient.due <= patient.now):
            alerts.extend(decide(patient))
        elif patient.due is not None and patient.due < instant:
            patient.now = patient.due
        else:
            break
    patient.now = max(patient.now, instant)
    return alerts


def settle(patient: Patient, t: int) -> list[Alert]:
    """Move the clock to moment `t` (ms) and decide that instant too.

    For the end of a file, or a worker that has caught up.
    """
    alerts = pass_to(patient, t)
    if patient.discharged is None and (
        patient.pending or (patient.due is not None and patient.due <= patient.now)
    ):
        alerts.extend(decide(patient))
    return alerts


EVERY_PATIENT = "*"


class Outcome(msgspec.Struct):
    """The outcome of folding a log.

    `alerts`: in order of decision, then patient; `patients`: the states at the end; `counts`: of values not
    used; `refused`: the events refused, with their reasons.
    """

    alerts: list[Alert]
    patients: dict[str, Patient]
    counts: Counter[str]
    refused: list[tuple[events.Event, str]]


def fold(log: Iterable[events.Event], guideline: Guideline, until: int | None = None) -> Outcome:
    """Fold a log up to moment `until` (ms; default: the log's last instant, for every patient)."""
    ordered = sorted(
        (event for event in log if until is None or event.known <= until), key=lambda event: event.known
    )
    outcome = Outcome([], {}, Counter(), [])
    keyed: list[tuple[int, str, Alert]] = []
    last = until
    for event in ordered:
        names = [event.patient] if event.patient != EVERY_PATIENT else list(outcome.patients)
        clock_moved = event.patient == EVERY_PATIENT
        for name in names:
            clock_moved = _advance_one(outcome, keyed, name, event, guideline) or clock_moved
        if clock_moved and until is None:
            last = event.known if last is None else max(last, event.known)
    for name, patient in outcome.patients.items():
        if last is not None:
            keyed.extend((alert.decided, name, alert) for alert in settle(patient, last))
    outcome.alerts = [alert for _, _, alert in sorted(keyed, key=lambda key: key[:2])]
    return outcome


def _advance_one(
    outcome: Outcome,
    keyed: list[tuple[int, str, Alert]],
    name: str,
    event: events.Event,
    guideline: Guideline,
) -> bool:
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


def assessments(outcome: Outcome) -> list[Assessment]:
    """Return one assessment a patient, by patient id; none for patients who are discharged."""
    return [assess(patient) for _, patient in sorted(outcome.patients.items()) if patient.discharged is None]


def settled(patient: Patient) -> Patient:
    """Return the patient with the present instant decided.

    The clock follows the log, so the instant is decided only when the log has passed it: here it is decided
    on a copy.
    """
    if patient.memories and not patient.pending:
        return patient
    copy = codec.decode(codec.encode(patient), patient.guideline)
    settle(copy, copy.now)
    return copy
