"""The subjects of alerts: their places within one instant, and the reasons that speak of them."""

from __future__ import annotations

from . import advice, findings, monitoring, table3
from .row import ABSOLUTE, ADVISORY, CLEAR, RELATIVE

Key = tuple[str, str]
LEVEL = {"proceed": CLEAR, "cannot-tell": ADVISORY, "correct": RELATIVE, "delay": ABSOLUTE, "stop": ABSOLUTE}
RECOMMENDATION: Key = ("recommendation", "recommendation")
LOW: Key = ("blood-pressure", "hypotension")
DOSE_ERROR: Key = ("advice", "dose-error")
AFTER_DISCHARGE: Key = ("monitoring", "monitoring/after-discharge")
OTHER = (
    "recheck/heart-rate",
    "recheck/systolic-bp",
    "recheck/spo2",
    "monitoring/reference-limit",
    "monitoring/weight-for-rate",
    "monitoring/cycle-start",
    "not-understood/",
    "monitoring/after-discharge",
)
FINDINGS = tuple(
    f"finding/{name}"
    for code in table3.CODES
    for name in dict.fromkeys(
        (monitoring.UNCONFIRMED[code],)
        if code in monitoring.UNCONFIRMED
        else (name for side in findings.ROWS.get(code, ()) for name in side)
    )
)


def reason_key(reason: str) -> Key:
    """The episode that a reason of the recommendation speaks of."""
    if reason == "hypotension":
        return LOW
    return ("criterion" if reason in table3.SYSTEM else "advice", reason)


def place(key: Key) -> tuple[int, int, str]:
    """The place of a subject within one instant."""
    kind, subject = key
    if kind == "criterion":
        return (0, table3.CODES.index(subject), "")
    if kind == "blood-pressure":
        return (1, 0, "")
    if kind == "advice":
        return (2, advice.CODES.index(subject), "")
    if kind == "recommendation":
        return (9, 0, "")
    table1 = [f"monitoring/{what}" for what, _ in monitoring.ITEMS]
    if subject in table1:
        return (3, table1.index(subject), "")
    if subject in FINDINGS:
        return (5, FINDINGS.index(subject), "")
    return (4, next(i for i, name in enumerate(OTHER) if subject.startswith(name)), subject)
