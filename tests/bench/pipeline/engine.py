"""The same engine, one record at a time: state in, state and alerts out.

What anybody would write who keeps bytes in a table.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path

from rules.decide import codec
from rules.decide.engine import advance, pass_to
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.alerts import encode


def step(
    state: bytes | None, value: bytes, key: bytes, timestamp: int, offset: int, live: bool = False
) -> tuple[bytes | None, list[bytes]]:
    """Reads the record and the state, decides, and writes the state.

    `live`: the record's instant is decided at once, as a clock on the wall would have it a moment later.
    """
    event, _ = decode(value, key=key.decode(), known=timestamp, offset=offset)
    if event is None:
        return state, []
    patient, alerts, _ = advance(codec.decode(state, GUIDELINE) if state else None, event, GUIDELINE)
    if live and patient is not None:
        alerts = [*alerts, *pass_to(patient, timestamp + 1)]
    return codec.encode(patient) if patient is not None else None, [encode(alert) for alert in alerts]


def folded(lines: Iterable[tuple[int, bytes, bytes]]) -> dict[str, bytes]:
    """Return the states after (known, key, event) records, by patient."""
    patients: dict[str, Patient | None] = {}
    for known, key, value in lines:
        event, _ = decode(value, key=key.decode(), known=known)
        assert event is not None
        patients[key.decode()] = advance(patients.get(key.decode()), event, GUIDELINE)[0]
    return {name: codec.encode(patient) for name, patient in patients.items() if patient is not None}


def write_states(states: Mapping[str, bytes], path: Path) -> None:
    """Keeps states in a file, for a contender that begins with them."""
    path.write_text(json.dumps({name: b64encode(state).decode() for name, state in states.items()}))


def read_states(path: str) -> dict[bytes, bytes]:
    """Returns the states of a file, by key; none without a file."""
    kept = json.loads(Path(path).read_text()) if path else {}
    return {name.encode(): b64decode(state) for name, state in kept.items()}
