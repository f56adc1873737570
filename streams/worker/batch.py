"""Define the batch that crosses from the consumer to the agent; decode its records and encode its output."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, Protocol

from rules.ingest.decode import decode
from rules.wire import deadletters, events
from rules.wire.alerts import MOST_EVIDENCE, Alert, encode
from rules.wire.events import Event
from rules.wire.instants import MINUTE
from rules.wire.refusals import FROM_THE_FUTURE, MALFORMED, WHEN_FOLDED, WRONG_PARTITION, Problem
from rules.wire.topics import ALERTS, ASSESSMENTS, DEADLETTERS, INPUTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.kafka.partition_check import partition
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import NO_TERM, PendingAlert, header, key
from streams.kafka.topics import LARGEST_DEAD_LETTER

log = logging.getLogger("il2watch.worker")


class InputRecord(Protocol):
    """A record as the Kafka client returns it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Batch(NamedTuple):
    """The next records of one partition number, in order of time.

    `records`: each with the number of its topic among the inputs; `positions`: by topic, the offset after the
    last record handed on.

    `edge`: the log holds nothing more; `now`: the worker's clock (ms) if time passes by it, which it does at
    the edge alone. `committed`: where this assignment began to read; `ends`: where the topics ended when the
    batch was made. `clock`: the worker's clock (ms), edge or not: no timestamp counts as later; None: time
    comes from the log. `cut`: how many records retention deleted before they were read, by topic/partition.
    """

    partition: int
    records: Sequence[tuple[int, InputRecord]]
    positions: tuple[int, ...]
    committed: tuple[int, ...]
    ends: tuple[int, ...]
    edge: bool
    now: int | None = None
    clock: int | None = None
    cut: Mapping[str, int] = MappingProxyType({})

    def split(self) -> tuple[Batch, ...]:
        """Return the batch in two: its records and the time that passes, else half its records each.

        One that cannot be split is returned alone.
        """
        timeless = self._replace(edge=False, now=None)
        if self.now is not None and self.records:
            return timeless, self._replace(records=())
        if len(self.records) < 2:
            return (self,)
        middle = len(self.records) // 2
        return timeless._upto(middle), self._replace(records=self.records[middle:])

    def _upto(self, number: int) -> Batch:
        """Return the batch of its first records; its positions are where the others begin."""
        positions = list(self.positions)
        for topic, record in reversed(self.records[number:]):
            positions[topic] = record.offset
        return self._replace(records=self.records[:number], positions=tuple(positions))


SHIFT = 4
"""The engine carries one integer with a fact: the offset, and in its low bits the number of the topic."""

_NAMES: dict[type, str] = {
    kind: kind.__name__.lower()
    for kind in (events.Vitals, events.Labs, events.IO, events.Dose, events.Infusion, events.Medication)
}
_NAMES |= {
    kind: kind.__name__.lower()
    for kind in (events.Finding, events.Encounter, events.Ack, events.Silence, events.Resume, events.Accept)
}
_NAMES |= {events.Tick: "tick", events.OtherInfusion: "infusion"}


def decode_record(
    topic: int, record: InputRecord, ahead: int, clock: int | None = None, partitions: int = 1
) -> tuple[Event | None, tuple[Problem, ...]]:
    """Decode a record.

    Without a `known` of its own, `known` is the record's timestamp; a timestamp ahead of the worker's clock
    (ms) counts as that clock, or the record is refused (criteria.md, section 1).
    """
    known = record.timestamp if record.timestamp >= 0 else None
    misplaced = _misplaced(record, partitions)
    if misplaced is not None:
        return None, (misplaced,)
    if clock is not None and known is not None and known > clock:
        if known - clock > ahead:
            return None, (Problem(FROM_THE_FUTURE, _AHEAD.format((known - clock) // MINUTE)),)
        known = clock
    return decode(
        record.value or b"",
        key=key_of(record),
        known=known,
        offset=record.offset << SHIFT | topic,
        ahead=ahead,
    )


_AHEAD = "the record's timestamp lies {} min ahead of this worker's clock; set the producer's clock"
_MISPLACED = (
    "the record lies in partition {} and its key belongs to partition {} of {}; set the producer to Kafka's "
    "own partitioner (murmur2: librdkafka `partitioner=murmur2_random`)"
)


def _misplaced(record: InputRecord, partitions: int) -> Problem | None:
    """Return the problem of a record in another partition than its key's: its patient would be split."""
    if not record.key or record.key == EVERY_PATIENT.encode():
        return None
    wanted = partition(record.key, partitions)
    if partitions == 1 or wanted == record.partition:
        return None
    return Problem(WRONG_PARTITION, _MISPLACED.format(record.partition, wanted, partitions))


def key_of(record: InputRecord) -> str:
    """Return the record's key as text; bytes that are not UTF-8 are replaced, so they match no patient."""
    return "" if record.key is None else record.key.decode("utf-8", "replace")


def place(partition: int, code: int) -> str:
    """Return a fact's `topic/partition/offset`, as the header `evidence` has it (wire.md, Alert)."""
    return f"{INPUTS[code & (1 << SHIFT) - 1]}/{partition}/{code >> SHIFT}"


def type_of(event: Event) -> str:
    """Return the event's `type` on the wire."""
    if isinstance(event, events.Withdrawal | events.Unreadable):
        return event.type
    return _NAMES[type(event)]


UNREAD = "unread"


@lru_cache(maxsize=1024)
def tell_unknown_unit(name: str) -> None:
    """Tell once that a patient lies in a unit that the configuration does not name (wire.md)."""
    log.warning(
        "unknown-unit: %r counts as ward; name it in [units] of the configuration, as icu or ward", name
    )


class Refusal(NamedTuple):
    """A record that goes to the dead letters, whole or because one of its readings was not used."""

    record: InputRecord
    reason: str
    message: str


@dataclass
class Output:
    """The output of a batch.

    `alerts`: by patient, in order of decision; `changed`: the patients whose state records are to be written,
    in order. `ticked`: a tick for all patients was among the records. `lateness`: of each fact, ms from `at`
    to `known`. `stuck`: the last lines of the tracebacks of what could not be decided or assessed.
    """

    alerts: dict[str, list[Alert]] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    lateness: list[int] = field(default_factory=list)
    ticked: bool = False
    stuck: list[str] = field(default_factory=list)

    def add(self, other: Output) -> None:
        """Add the output of what was processed next."""
        for patient, alerts in other.alerts.items():
            self.add_alerts(patient, alerts)
        self.changed |= other.changed
        self.refusals += other.refusals
        self.outcomes += other.outcomes
        self.lateness += other.lateness
        self.ticked |= other.ticked
        self.stuck += other.stuck

    def add_alerts(self, patient: str, alerts: list[Alert]) -> None:
        """Append a patient's alerts."""
        if alerts:
            self.alerts.setdefault(patient, []).extend(alerts)

    def refuse(self, record: InputRecord, problems: Sequence[Problem]) -> None:
        """Count a record of which nothing is used, and keep it for the dead letters."""
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
        """Count a record that was folded into a chart, and keep what of it was refused."""
        bad = [problem for problem in problems if problem.refuses]
        if refused is not None:
            bad.append(Problem(refused, WHEN_FOLDED[refused]))
        if bad:
            self.refusals.append(Refusal(record, bad[0].reason, joined(bad)))
        self.outcomes[type_of(event), "refused" if refused else "partly-refused" if bad else outcome] += 1
        self.lateness.append(event.known - event.at)


MOST_MESSAGES = 20
FRAME = 1 << 16
"""What a record's headers and frame may take, bytes."""


def joined(problems: Iterable[Problem]) -> str:
    """Join the messages of the problems that refuse something: the first of them, and how many more."""
    messages = [problem.message for problem in problems if problem.refuses]
    more = len(messages) - MOST_MESSAGES
    return "; ".join(messages[:MOST_MESSAGES] + ([f"and {more} more"] if more > 0 else []))


def pending_alerts(alerts: Iterable[Alert], partition: int) -> list[PendingAlert]:
    """Encode alerts as they are published."""
    return [PendingAlert(encode(alert), evidence(alert, partition), alert.decided) for alert in alerts]


def evidence(alert: Alert, partition: int) -> str:
    """Return the places of an alert's evidence, comma separated; facts without an offset are left out."""
    return ",".join(place(partition, code) for _, code in alert.evidence[-MOST_EVIDENCE:] if code >= 0)


def alert_record(patient: str, alert: PendingAlert, term: int = NO_TERM) -> OutgoingRecord:
    """Return an alert as a record: keyed by patient, timestamp the instant decided, evidence in a header."""
    headers = [("evidence", alert.evidence.encode()), *header(term)]
    return OutgoingRecord(ALERTS, key(patient), alert.value, headers, max(0, alert.time))


def assessment_record(patient: str, value: bytes | None, term: int = NO_TERM) -> OutgoingRecord:
    """Return an assessment as a record keyed by patient; value None is a tombstone."""
    return OutgoingRecord(ASSESSMENTS, key(patient), value, header(term))


_TOO_LARGE = "its {} bytes are too large for a dead letter, and are left where they are; {}"


def dead_letter_record(refusal: Refusal) -> OutgoingRecord:
    """Return a refused record as a dead letter.

    Key, bytes and timestamp are unchanged; the reason is in the headers. What was compressed on its way may
    be larger than any dead letter: of that the headers alone are kept.
    """
    record, message = refusal.record, refusal.message
    size = len(record.key or b"") + len(record.value or b"")
    whole = size <= LARGEST_DEAD_LETTER - FRAME
    if not whole:
        message = _TOO_LARGE.format(size, message)
    headers = deadletters.encode(
        deadletters.Refused(record.topic, record.partition, record.offset, refusal.reason, message)
    )
    return OutgoingRecord(
        DEADLETTERS,
        record.key if whole else None,
        record.value if whole else None,
        headers,
        record.timestamp if record.timestamp >= 0 else None,
    )


def alert_records(
    pending: Iterable[tuple[str, list[PendingAlert]]], term: int = NO_TERM
) -> list[OutgoingRecord]:
    """Return the alerts of all patients as records, in order."""
    return [alert_record(patient, one, term) for patient, many in pending for one in many]
