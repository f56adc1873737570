"""What crosses from the consumer to the agent: the next records of one partition number in order, how each
is read, and what comes of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from rules.ingest.decode import decode
from rules.wire import deadletters, events
from rules.wire.alerts import Alert, encode
from rules.wire.events import Event
from rules.wire.refusals import MALFORMED, NEEDS_WEIGHT, Problem
from rules.wire.topics import ALERTS, ASSESSMENTS, DEADLETTERS, INPUTS
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import PendingAlert, key


class InputRecord(Protocol):
    """A record as the client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Batch(NamedTuple):
    """`records` with the number of their topic among the inputs; `positions`: by topic, the offset after the
    last one that was handed on.

    `edge`: the log holds nothing more; `now`: wall time (ms) if time is to pass by the wall, which it does at
    the edge alone. `committed`: where this assignment began to read; `ends`: where the topics ended when this
    was put together.
    """

    partition: int
    records: Sequence[tuple[int, InputRecord]]
    positions: tuple[int, ...]
    committed: tuple[int, ...]
    ends: tuple[int, ...]
    edge: bool
    now: int | None = None


SHIFT = 4
"""The engine carries one integer with a fact: the offset, and in its low bits the number of the topic."""

_NAMES: dict[type, str] = {
    kind: kind.__name__.lower()
    for kind in (events.Vitals, events.Labs, events.IO, events.Dose, events.Infusion, events.Medication)
}
_NAMES |= {
    kind: kind.__name__.lower()
    for kind in (events.Finding, events.Encounter, events.Ack, events.Silence, events.Resume, events.Tick)
}


def decode_record(topic: int, record: InputRecord, ahead: int) -> tuple[Event | None, tuple[Problem, ...]]:
    """What a record says. No `known` of its own means: the record's timestamp (criteria.md, section 1)."""
    known = record.timestamp if record.timestamp >= 0 else None
    return decode(
        record.value or b"",
        key=key_of(record),
        known=known,
        offset=record.offset << SHIFT | topic,
        ahead=ahead,
    )


def key_of(record: InputRecord) -> str:
    """The record's key as text; one that is not UTF-8 is nobody's."""
    return "" if record.key is None else record.key.decode("utf-8", "replace")


def place(partition: int, code: int) -> str:
    """`topic/partition/offset` of a fact, as the header `evidence` has it (wire.md, Alert)."""
    return f"{INPUTS[code & (1 << SHIFT) - 1]}/{partition}/{code >> SHIFT}"


def type_of(event: Event) -> str:
    """The event's `type` on the wire."""
    if isinstance(event, events.Withdrawal | events.Unused):
        return event.type
    return _NAMES[type(event)]


NO_WEIGHT = (
    "this rate needs the patient's weight, and none is known; chart a weight or a baseline, or the "
    "rate per kg"
)
UNREAD = "unread"


class Refusal(NamedTuple):
    """A record that goes to the dead letters, whole or because a reading of it was not used."""

    record: InputRecord
    reason: str
    message: str


@dataclass
class Output:
    """`alerts` by patient, in order of decision; `changed`: whose rows are to be written, in order.

    `ticked`: a tick for all was among the records. `lateness`: of each fact, ms from `at` to `known`.
    """

    alerts: dict[str, list[Alert]] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    lateness: list[int] = field(default_factory=list)
    ticked: bool = False

    def add_alerts(self, patient: str, alerts: list[Alert]) -> None:
        if alerts:
            self.alerts.setdefault(patient, []).extend(alerts)

    def refuse(self, record: InputRecord, problems: Sequence[Problem]) -> None:
        """A record of which nothing is used."""
        self.outcomes[UNREAD, "refused"] += 1
        first = next((problem for problem in problems if problem.refuses), Problem(MALFORMED, "refused"))
        self.refusals.append(Refusal(record, first.reason, joined(problems)))

    def count(
        self,
        record: InputRecord,
        event: Event,
        outcome: str,
        refused: str | None,
        problems: Sequence[Problem],
    ) -> None:
        """A record that was taken to the chart, and what of it was not used."""
        bad = [problem for problem in problems if problem.refuses]
        if refused == NEEDS_WEIGHT:
            bad.append(Problem(NEEDS_WEIGHT, NO_WEIGHT))
        if bad:
            self.refusals.append(Refusal(record, bad[0].reason, joined(bad)))
        self.outcomes[type_of(event), "refused" if refused else "partly-refused" if bad else outcome] += 1
        self.lateness.append(event.known - event.at)


def joined(problems: Iterable[Problem]) -> str:
    return "; ".join(problem.message for problem in problems if problem.refuses)


def pending_alerts(alerts: Iterable[Alert], partition: int) -> list[PendingAlert]:
    """The alerts as they are published."""
    return [PendingAlert(encode(alert), evidence(alert, partition), alert.decided) for alert in alerts]


def evidence(alert: Alert, partition: int) -> str:
    return ",".join(place(partition, code) for _, code in alert.evidence if code >= 0)


def alert_record(patient: str, alert: PendingAlert) -> OutgoingRecord:
    """An alert: keyed by patient, its record time the instant decided, its evidence in a header."""
    return OutgoingRecord(
        ALERTS, key(patient), alert.value, [("evidence", alert.evidence.encode())], max(0, alert.time)
    )


def assessment_record(patient: str, value: bytes | None) -> OutgoingRecord:
    return OutgoingRecord(ASSESSMENTS, key(patient), value)


def dead_letter_record(refusal: Refusal) -> OutgoingRecord:
    """A refused record: key, bytes and time untouched."""
    record = refusal.record
    headers = deadletters.encode(
        deadletters.Refused(record.topic, record.partition, record.offset, refusal.reason, refusal.message)
    )
    return OutgoingRecord(
        DEADLETTERS, record.key, record.value, headers, record.timestamp if record.timestamp >= 0 else None
    )


def alert_records(pending: Iterable[tuple[str, list[PendingAlert]]]) -> list[OutgoingRecord]:
    return [alert_record(patient, one) for patient, many in pending for one in many]
