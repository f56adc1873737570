"""Define the alert: one transition of one episode, with its level, priority, evidence and measures.

Encodes and decodes it as published in `il2.alerts` (wire.md, Alert; criteria.md section 9).
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from rules.wire import instants
from rules.wire.events import Reference
from rules.wire.vocabulary import EVERY_PATIENT

CLEAR, INDETERMINATE = "clear", "indeterminate"
SYSTEM = "system"
"""The kind of an alert about the system itself; it is under patient `*`."""
RANK = {"clear": 0, "advisory": 1, "technical": 2, "relative": 3, "absolute": 4}
PRIORITY = {
    "absolute": "high",
    "relative": "medium",
    "technical": "medium",
    "advisory": "low",
    "clear": "low",
}

RECORDS_LOST, PARTITIONS_ADDED, STATE_LOST = "records-lost", "partitions-added", "state-lost"
CHANGELOG_CUT, OUTBOX_LOST = "changelog-cut", "outbox-lost"
URGENT = (
    "cannot-be-worked-off",
    RECORDS_LOST,
    PARTITIONS_ADDED,
    STATE_LOST,
    CHANGELOG_CUT,
    OUTBOX_LOST,
)
"""Alarms of the system that are of high priority: something of a patient is not seen."""

RECOMMENDATIONS = ("proceed", "cannot-tell", "correct", "delay", "stop")
RECOMMENDATION_LEVEL = {
    "proceed": "clear",
    "cannot-tell": "advisory",
    "correct": "relative",
    "delay": "absolute",
    "stop": "absolute",
}

MOST_EVIDENCE = 200
"""The most facts that are named of an episode: the latest. A day's urine each second would be 86,400."""

Measure = dict[str, str]
"""`text`: what to do; `source`: the table that says so."""


class Context(msgspec.Struct, frozen=True):
    """Where in the course an alert became true: the phase of the dose interval, the number of doses.

    `reason`: why an episode ended other than by data; `recommendation`: the word, on an alert that caused it
    to change; `carried`: on a recommendation that its cause tells; `acknowledged`: the value that an
    acknowledged episode had, on a step; `unacknowledged`: the subjects, on a reminder; `verdicts`: of the
    deciding pack and of the one beside it. What is UNSET is not written.
    """

    phase: str | None
    dose: int
    reason: str | UnsetType = UNSET
    recommendation: str | UnsetType = UNSET
    carried: bool | UnsetType = UNSET
    acknowledged: float | UnsetType = UNSET
    unacknowledged: tuple[str, ...] | UnsetType = UNSET
    verdicts: dict[str, str] | UnsetType = UNSET


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One transition, as it is raised. `at`, `decided`: ms.

    `measures`: what to do, in words, with its source. No field has a default: a new one is a type error
    wherever alerts are raised. `measures`, `context` and
    `guideline` are None in alerts that the guideline did not decide: technical alarms and grouped pages.
    """

    id: str
    seq: int
    patient: str
    subject: str
    kind: str
    system: str | None
    level: str
    transition: str
    at: int
    decided: int
    value: float | str | None
    unit: str | None
    limit: str | None
    evidence: tuple[Reference, ...]
    message: str
    action: tuple[str, ...]
    measures: tuple[Measure, ...] | None
    context: Context | None
    guideline: dict[str, str] | None

    @property
    def carried(self) -> bool:
        """Whether it is a recommendation that its cause tells: it is paged with that (criteria.md 9)."""
        return self.context is not None and self.context.carried is True


def undecided_alert(
    *,
    id: str,
    seq: int,
    patient: str,
    kind: str,
    subject: str,
    level: str,
    at: int,
    message: str,
    value: float | None,
    unit: str | None,
    limit: str | None,
) -> Alert:
    """Return an alert that no guideline decides: a technical alarm, or several pages grouped as one.

    `at`: ms, when it was raised too; at level `clear` it is resolved, else opened.
    """
    return Alert(
        id=id,
        seq=seq,
        patient=patient,
        subject=subject,
        kind=kind,
        system=None,
        level=level,
        transition="resolved" if level == CLEAR else "opened",
        at=at,
        decided=at,
        value=value,
        unit=unit,
        limit=limit,
        evidence=(),
        message=message,
        action=(),
        measures=None,
        context=None,
        guideline=None,
    )


def system_alert(
    subject: str,
    level: str,
    message: str,
    at: int,
    *,
    seq: int,
    source: str = "",
    value: float | None = None,
    unit: str | None = None,
    limit: str | None = None,
) -> Alert:
    """Return an alert about the system itself, under patient `*`; without `source` its id is always the same.

    `at`: ms; `source`: what else tells the episode from others of the subject, as `worker|opened`.
    """
    named = f"{EVERY_PATIENT}|{SYSTEM}|{subject}"
    return undecided_alert(
        id=hashed(f"{named}|{source}" if source else named),
        seq=seq,
        patient=EVERY_PATIENT,
        kind=SYSTEM,
        subject=subject,
        level=level,
        at=at,
        message=message,
        value=value,
        unit=unit,
        limit=limit,
    )


class AlertRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An alert as published in `il2.alerts`, its fields in the order they are written.

    `at`, `decided`: RFC 3339. A field that is UNSET is not written. Unknown fields are ignored.
    """

    id: str
    seq: int
    patient: str
    subject: str
    kind: str
    system: str | None = None
    level: str
    priority: str
    transition: str
    at: str
    decided: str
    value: float | str | None = None
    unit: str | None = None
    limit: str | None = None
    evidence: tuple[str, ...] = ()
    message: str
    action: tuple[str, ...] = ()
    measures: tuple[Measure, ...] | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    guideline: dict[str, str] | UnsetType = UNSET


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an alert that paging decides by.

    It is decoded apart from the rest: an alert whose value or measures cannot be decoded is paged all the
    same.
    """

    id: str
    seq: int
    patient: str
    subject: str
    kind: str
    system: str | None = None
    level: str
    priority: str
    transition: str
    at: str
    decided: str
    message: str
    context: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def carried(self) -> bool:
        """Whether it is a recommendation that its cause tells: it is paged with that (criteria.md 9)."""
        try:
            return _carried.decode(self.context).carried is True
        except ValueError:
            return False


class _Carried(msgspec.Struct):
    carried: bool | None = None


class NotAnAlert(ValueError):
    """An error: the bytes are not an alert."""


def episode_id(patient: str, kind: str, subject: str, opened: int, decided: int | None = None) -> str:
    """Return the first 16 hex digits of SHA-256 over `patient|kind|subject|opened`.

    `decided` is added when that id was given to the patient before. The same log gives the same ids.
    """
    named = f"{patient}|{kind}|{subject}|{instants.text(opened)}"
    return hashed(named if decided is None else f"{named}|{instants.text(decided)}")


def hashed(text: str) -> str:
    """Return the id made of a text: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def priority(alert: Alert) -> str:
    """Return an alert's priority: that of its level, and high for what the system does not see."""
    urgent = alert.kind == SYSTEM and alert.subject in URGENT and alert.level != CLEAR
    return "high" if urgent else PRIORITY[alert.level]


def record(alert: Alert) -> AlertRecord:
    """Return the alert as it is published."""
    return AlertRecord(
        id=alert.id,
        seq=alert.seq,
        patient=alert.patient,
        subject=alert.subject,
        kind=alert.kind,
        system=alert.system,
        level=alert.level,
        priority=priority(alert),
        transition=alert.transition,
        at=instants.text(alert.at),
        decided=instants.text(alert.decided),
        value=alert.value,
        unit=alert.unit,
        limit=alert.limit,
        evidence=tuple(id for id, _ in alert.evidence[-MOST_EVIDENCE:]),
        message=alert.message,
        action=alert.action,
        measures=UNSET if alert.measures is None else alert.measures,
        context=UNSET if alert.context is None else alert.context,
        guideline=UNSET if alert.guideline is None else alert.guideline,
    )


Read = TypeVar("Read", AlertRecord, Transition)
_encoder = msgspec.json.Encoder()
_records: msgspec.json.Decoder[AlertRecord] = msgspec.json.Decoder(AlertRecord)
_transitions: msgspec.json.Decoder[Transition] = msgspec.json.Decoder(Transition)
_carried: msgspec.json.Decoder[_Carried] = msgspec.json.Decoder(_Carried)


def encode(alert: Alert) -> bytes:
    """Return the value of the alert's Kafka record."""
    return _encoder.encode(record(alert))


def decode(value: bytes | None) -> AlertRecord:
    """Decode the value of an alert's Kafka record. Raises NotAnAlert."""
    return _checked(_records, value)


def decode_transition(value: bytes | None) -> Transition:
    """Decode the fields that paging decides by. Raises NotAnAlert."""
    return _checked(_transitions, value)


def _checked(decoder: msgspec.json.Decoder[Read], value: bytes | None) -> Read:
    try:
        found = decoder.decode(value or b"")
        instants.parse(found.decided)
        instants.parse(found.at)
    except ValueError as error:  # of msgspec, of UTF-8 and of instants
        raise NotAnAlert(f"not an alert: {error}") from None
    if found.level not in RANK:
        raise NotAnAlert(f"not an alert: level {found.level!r}")
    return found
