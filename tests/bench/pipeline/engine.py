"""The same engine, one record at a time: state in, state and alerts out.

What anybody would write who keeps bytes in a table.
"""

from __future__ import annotations

from typing import Any

from rules.decide import codec
from rules.decide.engine import advance
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from tests.rules.wired import wire


def step(
    state: bytes | None, value: bytes, key: bytes, timestamp: int, offset: int
) -> tuple[bytes | None, list[dict[str, Any]]]:
    """Reads the record and the state, decides, and writes the state."""
    event, _ = decode(value, key=key.decode(), known=timestamp, offset=offset)
    if event is None:
        return state, []
    patient, alerts, _ = advance(codec.decode(state, GUIDELINE) if state else None, event, GUIDELINE)
    return codec.encode(patient) if patient is not None else None, [wire(alert) for alert in alerts]
