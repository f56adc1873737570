"""What of a line can be sent: whatever names a patient, a type and a time.

All else is said, with its reason.
"""

from __future__ import annotations

import json

import pytest

from rules.wire.instants import parse
from streams.replay.record import LARGEST, Unsendable, record

AT, KNOWN = "2026-03-02T10:00:00Z", "2026-03-02T11:30:00+01:00"


def line(**fields: object) -> bytes:
    return json.dumps({"type": "vitals", "id": "v1", "patient": "p1", "at": AT} | fields).encode()


def test_the_bytes_stay_as_they_are() -> None:
    odd = b'{ "patient":"p1",  "at":"2026-03-02T10:00:00Z", "type":"vitals","note":"\\u00e9", "x":1.50 }'
    assert record(odd).value is odd


@pytest.mark.parametrize(
    ("type", "topic"),
    [("vitals", "il2.vitals"), ("io", "il2.io"), ("labs", "il2.labs"), ("dose", "il2.treatments"), ("finding", "il2.findings"),
     ("encounter", "il2.encounters"), ("ack", "il2.commands"), ("tick", "il2.commands")],
)  # fmt: skip
def test_the_type_says_the_topic(type: str, topic: str) -> None:
    assert record(line(type=type)).topic == topic


@pytest.mark.parametrize(
    ("fields", "known"),
    [({}, AT), ({"known": KNOWN}, KNOWN), ({"known": None}, AT), ({"at": "noon", "known": KNOWN}, KNOWN)],
)
def test_a_record_is_known_at_known_else_at(fields: dict[str, object], known: str) -> None:
    assert record(line(**fields)).known == parse(known)


def test_a_record_the_worker_will_refuse_is_sent_to_be_refused_there() -> None:
    assert record(line(readings="none")).patient == "p1"


@pytest.mark.parametrize(
    ("type", "patient", "everywhere"), [("tick", "*", True), ("tick", "p1", False), ("vitals", "*", False)]
)
def test_only_a_tick_for_all_goes_everywhere(type: str, patient: str, everywhere: bool) -> None:
    assert record(line(type=type, patient=patient)).everywhere is everywhere


@pytest.mark.parametrize(
    ("data", "reason", "message"),
    [
        (b"not json", "malformed", "not a JSON object"),
        (b"[1]", "malformed", "not a JSON object"),
        (b"[" * 100_000, "malformed", "not a JSON object"),
        (line(type="vital"), "malformed", "'vital' belongs to no topic"),
        (line(type=None), "malformed", "belongs to no topic"),
        (line(type=["vitals"]), "malformed", "belongs to no topic"),
        (line(patient=""), "malformed", "keyed by it"),
        (line(patient=7), "malformed", "keyed by it"),
        (line(at=None), "bad-time", "`at` None"),
        (line(at="2026-03-02T10:00:00"), "bad-time", "no offset"),
        (line(known=5), "bad-time", "`known` 5"),
        (line(known="soon"), "bad-time", "`known` 'soon'"),
        (line(at="1969-12-31T23:59:59Z"), "bad-time", "before 1970"),
        (line(note="x" * LARGEST), "malformed", "longer than 1 MB"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_sent_says_why(data: bytes, reason: str, message: str) -> None:
    with pytest.raises(Unsendable) as fault:
        record(data)
    assert fault.value.reason == reason
    assert message in fault.value.message
