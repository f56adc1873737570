"""Declare the fields and types of a record on the wire, before its content is checked (wire.md, Events).

Fields that are not named here, `source` among them, are ignored.
"""

from typing import Annotated

import msgspec

from rules.wire import instants
from rules.wire.refusals import BAD_TIME, quoted, refuse
from rules.wire.vocabulary import (
    AcceptedLevel,
    Direction,
    EncounterEvent,
    EventType,
    Level,
    Specimen,
    Status,
)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class Reading(msgspec.Struct, gc=False):
    """A vital sign as sent; one that is withdrawn needs no value."""

    code: str
    value: float | str | None = None
    unit: str | None = None
    status: Status | None = None


class Result(Reading, gc=False):
    """A lab result as sent, with its reference limits and its comparator."""

    low: float | None = None
    high: float | None = None
    comparator: str | None = None


class _Timed(msgspec.Struct, kw_only=True, gc=False):
    patient: Name
    at: str
    known: str | None = None
    status: Status | None = None


class _Record(_Timed, kw_only=True, gc=False):
    id: Name


class VitalsRecord(_Record, tag="vitals", kw_only=True, gc=False):
    """A record of type `vitals`."""

    readings: list[Reading]


class LabsRecord(_Record, tag="labs", kw_only=True, gc=False):
    """A record of type `labs`."""

    readings: list[Result]


class IORecord(_Record, tag="io", kw_only=True, gc=False):
    """A record of type `io`."""

    direction: Direction
    kind: str
    volume: float | str | None = None
    unit: str | None = None
    start: str | None = None
    count: float | None = None


class DoseRecord(_Record, tag="dose", kw_only=True, gc=False):
    """A record of type `dose`."""

    agent: str
    given: bool
    amount: float | None = None
    unit: str | None = None
    reason: str | None = None


class InfusionRecord(_Record, tag="infusion", kw_only=True, gc=False):
    """A record of type `infusion`."""

    agent: str
    rate: float | str
    unit: str | None = None
    line: str | None = None


class MedicationRecord(_Record, tag="medication", kw_only=True, gc=False):
    """A record of type `medication`."""

    agent: str
    amount: float | None = None
    unit: str | None = None
    route: str | None = None


class FindingRecord(_Record, tag="finding", kw_only=True, gc=False):
    """A record of type `finding`."""

    code: str
    present: bool | None = None
    value: str | None = None
    specimen: Specimen | None = None


class EncounterRecord(_Record, tag="encounter", kw_only=True, gc=False):
    """A record of type `encounter`."""

    event: EncounterEvent
    location: str | None = None
    age: float | None = None
    dose_1_planned: str | None = msgspec.field(default=None, name="dose-1-planned")
    readings: list[Result] | None = None
    findings: dict[str, bool | None] | None = None
    targets: list[Reading] | None = None
    pack: str | None = None


class AckRecord(_Record, tag="ack", kw_only=True, gc=False):
    """A record of type `ack`."""

    alert: str
    by: str
    reason: str


class SilenceRecord(_Record, tag="silence", kw_only=True, gc=False):
    """A record of type `silence`."""

    subject: str
    level: Level
    until: str
    by: str
    reason: str


class ResumeRecord(_Record, tag="resume", kw_only=True, gc=False):
    """A record of type `resume`."""

    rule: str
    by: str
    reason: str
    pack: str | None = None


class AcceptRecord(_Record, tag="accept", kw_only=True, gc=False):
    """A record of type `accept`."""

    criterion: str
    level: AcceptedLevel
    by: str
    reason: str
    until: str | None = None
    pack: str | None = None


class TickRecord(_Timed, tag="tick", kw_only=True, gc=False):
    """A record of type `tick`: the only one that may have no id."""

    id: Annotated[str, msgspec.Meta(max_length=128)] | None = None


Record = (
    VitalsRecord
    | LabsRecord
    | IORecord
    | DoseRecord
    | InfusionRecord
    | MedicationRecord
    | FindingRecord
    | EncounterRecord
    | AckRecord
    | SilenceRecord
    | ResumeRecord
    | AcceptRecord
    | TickRecord
)


class WithdrawalRecord(_Record, kw_only=True, gc=False):
    """The fields that are checked of a withdrawn record, of whatever type."""

    type: EventType


def kind(record: Record | WithdrawalRecord) -> str:
    """Return the `type` a record was sent with."""
    return record.type if isinstance(record, WithdrawalRecord) else str(record.__struct_config__.tag)


def place(record: Record | WithdrawalRecord) -> str:
    """Return how a message names the record: its type and id, never its patient."""
    return f"{kind(record)} {record.id}" if record.id else f"{kind(record)} without id"


def moment(record: Record | WithdrawalRecord, field: str, text: str) -> int:
    """Return the moment that a time field names, ms. Raises `Refused` (bad-time).

    Only the end of a silence or an acceptance may be any moment: nothing is counted from it.
    """
    try:
        found = instants.parse(text)
        if field != "until" and not instants.EARLIEST <= found <= instants.LATEST:
            raise instants.BadTime("lies too near the year 1 or 9999")
    except instants.BadTime as fault:
        refuse(
            BAD_TIME, f"{place(record)}: `{field}` {quoted(text)} {fault}; write it as 2026-03-02T10:00:00Z"
        )
    return found
