"""Define the alert: one transition of one episode, with its level, priority, evidence and measures (wire.md,
Alert; criteria.md section 9).
"""

import hashlib
from typing import Any

import msgspec

from rules.wire import instants
from rules.wire.events import Reference

CLEAR, INDETERMINATE = "clear", "indeterminate"
RANK = {"clear": 0, "advisory": 1, "technical": 2, "relative": 3, "absolute": 4}
PRIORITY = {
    "absolute": "high",
    "relative": "medium",
    "technical": "medium",
    "advisory": "low",
    "clear": "low",
}

RECOMMENDATIONS = ("proceed", "cannot-tell", "correct", "delay", "stop")
RECOMMENDATION_LEVEL = {
    "proceed": "clear",
    "cannot-tell": "advisory",
    "correct": "relative",
    "delay": "absolute",
    "stop": "absolute",
}


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Moments in ms.

    `measures`: what to do, in words, with its source; `reason`: why an episode ended other than by data.
    """

    id: str
    seq: int
    patient: str
    subject: str
    kind: str
    system: str | None
    level: str
    transition: str
    at: int
    decided: int
    value: float | str | None
    unit: str | None
    limit: str | None
    evidence: tuple[Reference, ...]
    message: str
    action: tuple[str, ...]
    measures: tuple[dict[str, str], ...]
    phase: str | None
    dose: int
    guideline: dict[str, str]
    reason: str | None = None


def episode_id(patient: str, kind: str, subject: str, opened: int) -> str:
    """The first 16 hex digits of SHA-256 over `patient|kind|subject|opened`: the same log gives the
    same ids.
    """
    return hashlib.sha256(
        f"{patient}|{kind}|{subject}|{instants.text(opened)}".encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]


def wire(alert: Alert) -> dict[str, Any]:
    """The alert as it is published."""
    out: dict[str, Any] = {
        "id": alert.id,
        "seq": alert.seq,
        "patient": alert.patient,
        "subject": alert.subject,
        "kind": alert.kind,
        "system": alert.system,
        "level": alert.level,
        "priority": PRIORITY[alert.level],
        "transition": alert.transition,
        "at": instants.text(alert.at),
        "decided": instants.text(alert.decided),
        "value": alert.value,
        "unit": alert.unit,
        "limit": alert.limit,
        "evidence": [id for id, _ in alert.evidence],
        "message": alert.message,
        "action": list(alert.action),
        "measures": list(alert.measures),
        "context": {"phase": alert.phase, "dose": alert.dose},
        "guideline": alert.guideline,
    }
    if alert.reason is not None:
        out["reason"] = alert.reason
    return out
