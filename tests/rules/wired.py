"""An alert and an assessment as whoever reads the topics sees them, in plain types."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from rules.wire.alerts import Alert, record
from rules.wire.assessments import Assessment


def wire(decided: Alert | Assessment) -> dict[str, Any]:
    """What is published; a number that JSON cannot carry is left for the test to find."""
    published = record(decided) if isinstance(decided, Alert) else decided
    plain: dict[str, Any] = json.loads(json.dumps(msgspec.to_builtins(published)))
    return plain
