"""An alert on the wire: what is written, in which order, what is left out, and what is read back."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from rules.wire.alerts import (
    Alert,
    AlertRecord,
    Context,
    NotAnAlert,
    decode,
    decode_transition,
    encode,
    record,
)

DECIDED = 1_772_445_600_500
GUIDELINE = {"id": "g", "version": "1", "sha256": "0"}
FIELDS: dict[str, Any] = {
    "id": "e1",
    "seq": 12,
    "patient": "p1",
    "subject": "urine-hour",
    "kind": "criterion",
    "system": "renal",
    "level": "absolute",
    "transition": "opened",
    "at": DECIDED - 500,
    "decided": DECIDED,
    "value": 8.0,
    "unit": "mL/h",
    "limit": "<10",
    "evidence": (("o7", 3), ("o8", -1)),
    "message": "Urine 8 mL/h, below 10",
    "action": ("fluid-bolus",),
    "measures": ({"text": "Give fluid", "source": "Table 5"},),
    "context": Context("peak", 3),
    "guideline": GUIDELINE,
}
UNSAID = {"measures": None, "context": None, "guideline": None}
SENT = {
    "id": "e1",
    "seq": 12,
    "patient": "p1",
    "subject": "urine-hour",
    "kind": "criterion",
    "system": "renal",
    "level": "absolute",
    "priority": "high",
    "transition": "opened",
    "at": "2026-03-02T10:00:00Z",
    "decided": "2026-03-02T10:00:00.500Z",
    "value": 8.0,
    "unit": "mL/h",
    "limit": "<10",
    "evidence": ["o7", "o8"],
    "message": "Urine 8 mL/h, below 10",
    "action": ["fluid-bolus"],
    "measures": [{"text": "Give fluid", "source": "Table 5"}],
    "context": {"phase": "peak", "dose": 3},
    "guideline": GUIDELINE,
}


def test_every_field_is_written_in_the_order_of_the_wire() -> None:
    assert encode(Alert(**FIELDS)) == json.dumps(SENT, separators=(",", ":")).encode()
    assert list(SENT) == list(AlertRecord.__struct_fields__)


def test_what_the_guideline_did_not_decide_is_left_out_and_what_is_unknown_is_null() -> None:
    alarm = Alert(
        **FIELDS
        | UNSAID
        | {"system": None, "value": None, "unit": None, "limit": None, "evidence": (), "action": ()}
    )
    sent = {name: value for name, value in SENT.items() if name not in UNSAID}
    assert json.loads(encode(alarm)) == sent | {
        "system": None,
        "value": None,
        "unit": None,
        "limit": None,
        "evidence": [],
        "action": [],
    }


def test_a_count_stays_a_whole_number() -> None:
    assert b'"value":3,' in encode(Alert(**FIELDS | {"value": 3}))


def test_no_field_of_an_alert_may_be_forgotten() -> None:
    for name in FIELDS:
        with pytest.raises(TypeError, match=name):
            Alert(**{field: value for field, value in FIELDS.items() if field != name})


@pytest.mark.parametrize(
    "changed",
    [{}, UNSAID, {"value": "stop"}, {"system": None}],
    ids=["all", "left out", "a word", "no system"],
)
def test_what_is_written_is_read_back(changed: dict[str, Any]) -> None:
    alert = Alert(**FIELDS | changed)
    assert decode(encode(alert)) == record(alert)


def test_fields_that_are_not_known_are_passed_over() -> None:
    value = json.dumps(SENT | {"ward": {"beds": 12}}).encode()
    assert decode(value) == record(Alert(**FIELDS))
    assert decode_transition(value).id == "e1"


@pytest.mark.parametrize(
    "name",
    ["system", "value", "unit", "limit", "evidence", "action", "measures", "context", "guideline"],
)
def test_what_may_be_missing(name: str) -> None:
    value = json.dumps({field: one for field, one in SENT.items() if field != name}).encode()
    assert decode(value).id == decode_transition(value).id == "e1"


@pytest.mark.parametrize(
    "changed",
    [{"level": "grave"}, {"at": "yesterday"}, {"decided": "2026-03-02"}, {"seq": "1"}, {"message": None}],
    ids=str,
)
def test_what_is_no_alert(changed: dict[str, Any]) -> None:
    value = json.dumps(SENT | changed).encode()
    for read in (decode, decode_transition):
        with pytest.raises(NotAnAlert, match=r"^not an alert: "):
            read(value)


@pytest.mark.parametrize("value", [None, b"", b"null", b"[]", b"{", b"\xff"])
def test_bytes_that_are_no_alert(value: bytes | None) -> None:
    for read in (decode, decode_transition):
        with pytest.raises(NotAnAlert):
            read(value)


def test_paging_needs_no_value_that_can_be_read() -> None:
    value = json.dumps(SENT | {"value": {"low": 1}, "measures": "fluid"}).encode()
    assert decode_transition(value).message == SENT["message"]
    with pytest.raises(NotAnAlert):
        decode(value)


def test_a_record_read_says_what_it_was_given() -> None:
    assert msgspec.to_builtins(decode(encode(Alert(**FIELDS)))) == json.loads(encode(Alert(**FIELDS))) | {
        "evidence": ("o7", "o8"),
        "action": ("fluid-bolus",),
        "measures": ({"text": "Give fluid", "source": "Table 5"},),
    }
