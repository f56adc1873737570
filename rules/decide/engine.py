"""Fold events into decisions: `advance` for one event, `fold` for a whole log, offline.

An event is recorded after all deadlines before it are decided. An instant is decided once the clock has
passed it; all facts that share a `known`, and every deadline that falls on it, are decided together
(criteria.md section 1).
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from rules.chart.identity import conflicts
from rules.chart.record import CONFLICT, Recorded, record
from rules.decide import codec, course_memory, discharge
from rules.decide.acknowledging import undo
from rules.decide.amendments import keep_version
from rules.decide.assessment import assess
from rules.decide.decision import decide
from rules.decide.state import Patient, admitted
from rules.evaluate.accepted_criteria import OfPack
from rules.guideline.edition import Guideline
from rules.wire import events
from rules.wire.alerts import Alert
from rules.wire.assessments import Assessment
from rules.wire.instants import AFTER_ALL, DAY, Instant
from rules.wire.refusals import FROM_THE_FUTURE, ID_CONFLICT
from rules.wire.vocabulary import CORRECTING

NO_FACT = (events.Tick, events.Ack, events.Silence, events.Resume)
COMMANDS = (events.Ack, events.Resume, events.Withdrawal)
NOTHING = Recorded(changed=False)
NO_ALERT = ""

LONGEST_GAP = 31 * DAY
"""Offline a record that comes later than this after the last one of its patient has a wrong clock."""


def advance(
    patient: Patient | None, event: events.Event, guideline: Guideline
) -> tuple[Patient | None, list[Alert], Recorded]:
    """Fold one event into a patient's state.

    Returns the state (None while there has been no fact), the alerts of the instants that the clock has
    passed, and how the event was recorded. The state passed in is changed: use the one returned.
    """
    if patient is None:
        if isinstance(event, NO_FACT):
            return None, [], NOTHING
        patient = admitted(event.patient, guideline)
        patient.now = event.known
    chart = patient.chart if patient.whole is None else patient.whole
    if event.id in chart.seen and conflicts(chart, event):
        return patient, [], CONFLICT
    alerts = pass_to(patient, event.known) if event.known > patient.now else []
    return patient, alerts, _record_event(patient, event)


def _record_event(patient: Patient, event: events.Event) -> Recorded:
    if isinstance(event, events.Tick):
        return NOTHING
    if event.status in CORRECTING:
        keep_version(patient, event)
        if patient.course.standing:
            course_memory.withdrawn(patient, event.id)
    once_discharged = patient.stay.closed is not None or patient.whole is not None
    outcome = discharge.enter(patient, event) if once_discharged else record(patient.chart, event)
    if not outcome.changed:
        return outcome
    dirty = outcome.dirty
    if isinstance(event, events.Vitals):
        dirty |= patient.dirty_on_vitals & ~outcome.dirty_amended
        if patient.watched:
            patient.fresh, patient.pending = (*patient.fresh, event.at), True
    elif isinstance(event, COMMANDS):
        _apply_command(patient, event)
    patient.dirty_replaced |= outcome.dirty_replaced
    if outcome.dirty_amended:
        patient.dirty_amended |= outcome.dirty_amended
        patient.amendments = (*patient.amendments, event.id)
    patient.dirty |= dirty
    if dirty or outcome.dirty_amended or not patient.memories:
        patient.pending = True
    return outcome


def _apply_command(patient: Patient, event: events.Event) -> None:
    """Let an acknowledgement, its withdrawal or a resume take effect at this instant's decision."""
    if isinstance(event, events.Ack):
        patient.acks = (*patient.acks, (event.alert, event.id))
        patient.pending = True
    elif isinstance(event, events.Resume):
        if OfPack(patient.guideline).is_meant(event.pack):
            patient.resumed = (*patient.resumed, event.rule)
    elif isinstance(event, events.Withdrawal) and event.type == "ack" and undo(patient, event.id):
        patient.acks = (*patient.acks, (NO_ALERT, event.id))
        patient.pending = True


def pass_to(patient: Patient, instant: Instant) -> list[Alert]:
    """Move the clock to an instant and decide everything before it, each deadline at its own instant."""
    return pass_some(patient, instant, AFTER_ALL)[0]


def pass_some(patient: Patient, instant: Instant, most: int) -> tuple[list[Alert], int]:
    """Move the clock towards an instant, and decide at most so many instants before it.

    Return the alerts, and how many instants more might have been decided: 0 when the clock may not be there
    yet. Called again, it goes on; the alerts are the same in whatever slices.
    """
    alerts: list[Alert] = []
    while most > 0:
        if patient.pending or (patient.due is not None and patient.due <= patient.now):
            alerts.extend(decide(patient))
            most -= 1
        elif patient.due is not None and patient.due < instant:
            patient.now = patient.due
        else:
            patient.now = max(patient.now, instant)
            break
    return alerts, most


def moves_to(patient: Patient, event: events.Event) -> Instant:
    """Return the instant that an event moves the clock to before it is recorded; a conflict moves nothing."""
    if event.known <= patient.now:
        return patient.now
    chart = patient.chart if patient.whole is None else patient.whole
    return patient.now if event.id in chart.seen and conflicts(chart, event) else event.known


def settle(patient: Patient, t: int) -> list[Alert]:
    """Move the clock to moment `t` (ms) and decide that instant too.

    For the end of a file, or a worker that has caught up.
    """
    alerts = pass_to(patient, t)
    if patient.pending or (patient.due is not None and patient.due <= patient.now):
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


def fold(
    log: Iterable[events.Event], guideline: Guideline, until: int | None = None, gaps: bool = False
) -> Outcome:
    """Fold a log up to moment `until` (ms; default: the log's last instant, for every patient).

    `gaps`: jumps of more than 31 days are meant; else a record after one is refused.
    """
    ordered = sorted(
        (event for event in log if until is None or event.known <= until), key=lambda event: event.known
    )
    outcome = Outcome([], {}, Counter(), [])
    keyed: list[tuple[int, str, Alert]] = []
    last = until
    accepted: dict[str, Instant] = {}
    for event in ordered:
        if not gaps and is_far(event, accepted):
            outcome.refused.append((event, FROM_THE_FUTURE))
            continue
        names = [event.patient] if event.patient != EVERY_PATIENT else list(outcome.patients)
        clock_moved = event.patient == EVERY_PATIENT
        for name in names:
            clock_moved = advance_one(outcome, keyed, name, event, guideline) or clock_moved
        if clock_moved:
            accepted[event.patient] = event.known
            last = event.known if last is None or event.known > last else last
    for name, patient in outcome.patients.items():
        if last is not None:
            keyed.extend((alert.decided, name, alert) for alert in settle(patient, last))
    outcome.alerts = [alert for _, _, alert in sorted(keyed, key=lambda key: key[:2])]
    return outcome


def is_far(event: events.Event, accepted: dict[str, Instant]) -> bool:
    """Return whether an event comes long after the last accepted one: of its patient, or a tick for all."""
    before = accepted.get(event.patient, event.known)
    if event.known - before <= LONGEST_GAP and event.patient != EVERY_PATIENT:
        return False
    if event.patient == EVERY_PATIENT:
        before = max(accepted.values(), default=before)
    elif event.known - before > LONGEST_GAP:
        before = max(before, accepted.get(EVERY_PATIENT, before))
    return event.known - before > LONGEST_GAP


def advance_one(
    outcome: Outcome,
    keyed: list[tuple[int, str, Alert]],
    name: str,
    event: events.Event,
    guideline: Guideline,
) -> bool:
    """Fold an event into one patient, and return whether it moved the clock."""
    patient, alerts, recorded = advance(outcome.patients.get(name), event, guideline)
    if alerts:
        keyed.extend((alert.decided, name, alert) for alert in alerts)
    if patient is not None:
        outcome.patients[name] = patient
    for code in recorded.implausible:
        outcome.counts["implausible"] += 1
        outcome.counts[f"implausible:{code}"] += 1
    if recorded.unknown:
        outcome.counts["unknown-code"] += len(recorded.unknown)
    if recorded.unknown_unit is not None:
        outcome.counts[f"unknown-unit:{recorded.unknown_unit}"] += 1
        outcome.counts["unknown-unit"] = sum(name.startswith("unknown-unit:") for name in outcome.counts)
    if recorded.refused is not None:
        outcome.refused.append((event, recorded.refused))
    return recorded.refused != ID_CONFLICT


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
    copy = codec.decode(codec.encode(patient), patient.chart.guideline)
    settle(copy, copy.now)
    return copy
