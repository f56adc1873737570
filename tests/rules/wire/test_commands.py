"""A command on the wire: what is written, what is left out, and that the engine reads it as the
event it is.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.ingest.decode import decode
from rules.wire.commands import (
    Acknowledge,
    Command,
    ResumeRule,
    SilenceSubject,
    actionable,
    encode,
    kind,
)
from rules.wire.events import Ack, Resume, Silence

FRAME = {"id": "c1", "patient": "p1", "at": "2026-03-02T10:00:00Z", "by": "rn-14", "reason": "bolus running"}
SILENCED = {"subject": "hypotension", "level": "relative", "until": "2026-03-02T11:00:00Z"}


@pytest.mark.parametrize(
    ("command", "type", "more", "event"),
    [
        (Acknowledge(**FRAME, alert="e1"), "ack", {"alert": "e1"}, Ack),
        (
            Acknowledge(**FRAME, alert="e1", actionable=False),
            "ack",
            {"alert": "e1", "actionable": False},
            Ack,
        ),
        (SilenceSubject(**FRAME, **SILENCED), "silence", SILENCED, Silence),
        (
            SilenceSubject(**FRAME, **SILENCED, status="corrected"),
            "silence",
            SILENCED | {"status": "corrected"},
            Silence,
        ),
        (ResumeRule(**FRAME, rule="arrhythmia"), "resume", {"rule": "arrhythmia"}, Resume),
    ],
    ids=["ack", "ack with an opinion", "silence", "silence that ends", "resume"],
)
def test_a_command_is_written_in_the_order_of_the_wire_and_read_as_its_event(
    command: Command, type: str, more: dict[str, Any], event: type
) -> None:
    assert encode(command) == json.dumps({"type": type} | FRAME | more, separators=(",", ":")).encode()
    assert kind(command) == type
    found, problems = decode(encode(command), key="p1")
    assert (found.__class__, problems) == (event, ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'{"actionable":true}', True),
        (b'{"actionable":false,"mood":1}', False),
        (b"{}", None),
        (b'{"actionable":"yes"}', None),
        (b"[", None),
        (b"\xff", None),
    ],
)
def test_what_an_acknowledgement_says_of_its_alert(value: bytes, expected: bool | None) -> None:
    assert actionable(value) is expected
