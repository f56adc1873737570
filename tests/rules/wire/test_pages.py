"""A record of `il2.pages`: what is written, what is left out, and what is read back."""

from __future__ import annotations

import json

import pytest

from rules.wire.pages import ACCEPTED, SILENCE, Audit, PageRecord, decode, encode

WHEN = 1_772_445_600_500
SENT = {
    "when": "2026-03-02T10:00:00.500Z",
    "outcome": "silence",
    "patient": "p1",
    "level": "relative",
    "subject": "hypotension",
    "by": "rn-14",
    "reason": "bolus running",
    "until": "2026-03-02T11:00:00Z",
}
SILENCED = Audit(
    when=WHEN,
    outcome=SILENCE,
    patient="p1",
    level="relative",
    subject="hypotension",
    by="rn-14",
    reason="bolus running",
    until=WHEN - 500 + 3_600_000,
)


def test_only_what_says_something_is_written_instants_as_on_the_wire() -> None:
    assert encode(SILENCED) == json.dumps(SENT, separators=(",", ":")).encode()


def test_what_is_written_is_read_back() -> None:
    assert decode(encode(SILENCED)) == PageRecord(**SENT)
    sent = Audit(
        when=WHEN,
        outcome=ACCEPTED,
        patient="p1",
        alert="e1",
        key="e1:relative",
        action="trigger",
        channel="nurse",
        seq=2,
        decided="d",
        attempt=1,
    )
    found = decode(encode(sent))
    assert found is not None
    assert (found.alert, found.key, found.action, found.channel, found.decided) == (
        "e1",
        "e1:relative",
        "trigger",
        "nurse",
        "d",
    )


def test_what_is_read_is_among_what_is_written() -> None:
    assert set(PageRecord.__struct_fields__) <= set(Audit.__struct_fields__)


def test_fields_that_are_not_known_are_passed_over() -> None:
    assert decode(json.dumps(SENT | {"latency_ms": 3, "mood": "calm"}).encode()) == PageRecord(**SENT)


@pytest.mark.parametrize(
    "value", [None, b"", b"{}", b"null", b"[]", b"{", b"\xff", json.dumps(SENT | {"until": 3}).encode()]
)
def test_bytes_that_are_no_record(value: bytes | None) -> None:
    assert decode(value) is None
