"""Letters made small, and one of each reason in wire.md that a record can be refused for."""

from __future__ import annotations

import json
from typing import Any

from rules.wire.deadletters import Letter
from rules.wire.instants import parse
from tests.streams.samples import record, vitals

AT = "2026-03-02T10:00:00Z"
KNOWN = parse(AT)


def value(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def letter(
    event: dict[str, Any] | bytes | None = None,
    where: str = "il2.vitals/3/1042",
    reason: str = "malformed",
    **fields: Any,
) -> Letter:
    found = vitals("v1", AT, heart_rate=90) if event is None else event
    data = found if isinstance(found, bytes) else value(found)
    return Letter(where, reason, "why", b"p1", KNOWN, data)._replace(**fields)


REFUSED = {
    "malformed": letter(b"{}", where="il2.vitals/0/1"),
    "wrong-key": letter(key=b"p2", where="il2.vitals/0/2", reason="wrong-key"),
    "bad-unit": letter(
        record("io", "o1", AT, direction="out", kind="urine", volume=15, unit="furlong"), where="il2.io/0/3", reason="bad-unit"
    ),
    "from-the-future": letter(
        vitals("v2", "2026-03-02T11:00:00Z", heart_rate=90) | {"known": AT}, where="il2.vitals/0/4", reason="from-the-future"
    ),
    "bad-time": letter(vitals("v3", "2026-03-02T10:00:00", heart_rate=90), where="il2.vitals/0/5", reason="bad-time"),
}  # fmt: skip
