"""Pages for the tests of channels: one of each action, about a patient whose id stands nowhere else."""

from __future__ import annotations

from typing import Any

from streams.channels.page import Page
from tests.streams import samples

PATIENT = "mrn-4711-Doe"
KEY = "0123456789abcdef:absolute"
ACTIONS = ("trigger", "acknowledge", "resolve")
RUNBOOK = ("https://board.ward.example/runbooks/urine", "Runbook")


def page(action: str = "trigger", **fields: Any) -> Page:
    """A page as the pager makes it; `alert` is merged into the sample transition."""
    given = {"id": "0123456789abcdef", "patient": PATIENT} | fields.pop("alert", {})
    plain: dict[str, Any] = {
        "key": KEY, "action": action, "level": "absolute", "priority": "high", "kind": "criterion", "subject": "urine-hour", "system": "renal",
        "unit": "oncology-3", "patient": PATIENT, "summary": "Urine 8 mL/h, below 10", "alert": samples.alert(**given), "at": samples.AT,
        "decided": "2026-03-02T10:00:05Z", "seq": 12, "since": samples.AT, "links": (RUNBOOK,),
    }  # fmt: skip
    return Page(**(plain | fields))
