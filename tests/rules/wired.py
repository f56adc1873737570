"""An alert as whoever reads the topic sees it, in plain types."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from rules.wire.alerts import Alert, record


def wire(alert: Alert) -> dict[str, Any]:
    """The alert as it is published; a number that JSON cannot carry is left for the test to find."""
    plain: dict[str, Any] = json.loads(json.dumps(msgspec.to_builtins(record(alert))))
    return plain
