"""Fold events into decisions: an event, after all deadlines before it, and the alerts of the instants
passed; or a whole log, offline.

A decision for an instant is made once the clock has passed it; all facts that share a `known`, and every
deadline falling
on it, are taken together (criteria.md section 1).
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
from rules.wire.instants import BEFORE_ALL, Instant, ms_of, reached

# The one fold: an event, after all deadlines before it, and what is to be said. Everything else calls this.
#
# A decision for an instant is made once the clock has passed it; all facts that share a `known`, and every
# deadline falling
# on it, are taken together (criteria.md section 1).


NO_FACT = (events.Tick, events.Ack, events.Silence, events.Resume)
NOTHING = Recorded(changed=False)


def advance(
    patient: Patient | None, event: events.Event, guideline: Guideline
) -> tuple[Patient | None, list[Alert], Recorded]:
    """Folds one event.

    Returns the state (None while there is no stay), the alerts of the instants the clock has passed, and what
    became of the event. The state passed in is used up.
    """
    instant = reached(event.known)
    refused = (
        patient is not None and isinstance(event, events.Infusion) and needs_weight(patient.chart, event)
    )
    alerts = (
        pass_to(patient, instant) if patient is not None and instant > patient.now and not refused else []
    )
    if patient is None or patient.discharged is not None:
        patient = _stay_begun_by(event, patient, guideline)
        if patient is None or patient.discharged is not None:
            return patient, alerts, NOTHING
        refused = isinstance(event, events.Infusion) and needs_weight(patient.chart, event)
        patient.now = BEFORE_ALL if refused else instant
    return patient, alerts, _unusable(patient, event) if refused else _record_event(patient, event)


def _stay_begun_by(event: events.Event, patient: Patient | None, guideline: Guideline) -> Patient | None:
    """A fact starts a stay; ticks and commands do not, nor do withdrawals after a discharge."""
    if isinstance(event, NO_FACT):
        return patient
    if patient is None:
        return admitted(event.patient, guideline)
    assert patient.discharged is not None
    late = reached(event.known) <= patient.discharged
    return patient if late or isinstance(event, events.Withdrawal) else admitted(event.patient, guideline)


def _unusable(patient: Patient, event: events.Event) -> Recorded:
    """A rate that needs a weight nobody knows moves no clock, but counts from the next decision on."""
    outcome = record(patient.chart, event)
    patient.dirty |= outcome.dirty
    instant = reached(event.at)
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
    """Moves the clock to an instant and decides everything before it, each deadline at its own instant."""
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
    """Moves the clock to moment `t` (ms) and decides that instant too: the end of a file, or a worker that
    has caught up.
    """
    alerts = pass_to(patient, reached(t))
    if patient.discharged is None and (
        patient.pending or (patient.due is not None and patient.due <= patient.now)
    ):
        alerts.extend(decide(patient))
    return alerts


EVERY_PATIENT = "*"


class Outcome(msgspec.Struct):
    """Alerts in order of decision, then patient; states at the end; counts of what was not used; refusals by
    position in the input.
    """

    alerts: list[Alert]
    patients: dict[str, Patient]
    counts: Counter[str]
    refused: list[tuple[events.Event, str]]


def fold(log: Iterable[events.Event], guideline: Guideline, until: int | None = None) -> Outcome:
    """Folds a log up to moment `until` (ms; default: the log's last instant, for every patient)."""
    ordered = sorted(
        (event for event in log if until is None or event.known <= until), key=lambda event: event.known
    )
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


def _one(
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
    """One assessment a patient, by patient id; none for who is discharged."""
    return [assess(patient) for _, patient in sorted(outcome.patients.items()) if patient.discharged is None]


def settled(patient: Patient) -> Patient:
    """Return the patient with the present instant decided.

    With a clock that goes by the log it is decided only when the log has passed it, so on a copy.
    """
    if patient.memories and not patient.pending:
        return patient
    copy = codec.decode(codec.encode(patient), patient.guideline)
    settle(copy, ms_of(copy.now))
    return copy
