"""Records as they go out: alerts, assessments, dead letters, rows (wire.md, Topics)."""

from __future__ import annotations

from collections.abc import Iterable

from streams.broker.topics import ALERTS, ASSESSMENTS, DEADLETTERS
from streams.deadletters.headers import dead_letter_headers
from streams.worker.outlet import Out
from streams.worker.output import Refusal
from streams.worker.row import Owed


def alert(patient: str, owed: Owed) -> Out:
    """An alert: keyed by patient, its record time the instant decided, its evidence in a header."""
    return Out(ALERTS, key(patient), owed.value, [("evidence", owed.evidence.encode())], max(0, owed.time))


def assessment(patient: str, value: bytes | None) -> Out:
    return Out(ASSESSMENTS, key(patient), value)


def dead_letter(refusal: Refusal) -> Out:
    """A refused record: key, bytes and time untouched."""
    record = refusal.record
    headers = dead_letter_headers(record.topic, record.partition, record.offset, refusal.reason, refusal.message)
    return Out(DEADLETTERS, record.key, record.value, headers, record.timestamp if record.timestamp >= 0 else None)


def alerts(owed: Iterable[tuple[str, list[Owed]]]) -> list[Out]:
    return [alert(patient, one) for patient, many in owed for one in many]


def key(patient: str) -> bytes:
    return patient.encode("utf-8", "surrogatepass")
