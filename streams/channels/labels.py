"""A page as Prometheus' world tells alerts apart: labels that route and identify, annotations that say.

Shared by Alertmanager and the webhook.
"""

from __future__ import annotations

from collections.abc import Mapping

from streams.channels.page import Page

SEVERITY = {"absolute": "critical", "relative": "error", "technical": "warning", "advisory": "info"}
"""Level -> the four words that PagerDuty takes and most Alertmanager routes go by."""


def severity(level: str) -> str:
    """`warning` for a level that has no word of its own: too loud is the safer mistake."""
    return SEVERITY.get(level, "warning")


def labels(page: Page, more: Mapping[str, str]) -> dict[str, str]:
    """The same for every page with one key, or its resolution would not find it.

    Never the patient; an empty label is none.
    """
    found = {
        "alertname": page.subject,
        "key": page.key,
        "kind": page.kind,
        "level": page.level,
        "priority": page.priority,
        "severity": severity(page.level),
        "subject": page.subject,
        "system": page.system or "",
        "unit": page.unit or "",
    }
    return {name: value for name, value in {**more, **found}.items() if value}


def notes(page: Page) -> dict[str, str]:
    """The annotations, what a person reads: the line, the patient, the times, what to do, where to look."""
    found = {
        "summary": page.summary,
        "description": str(page.alert.get("message", "")),
        "patient": page.patient,
        "transition": str(page.alert.get("transition", "")),
        "action": ", ".join(page.alert.get("action", ())),
        "at": page.at,
        "decided": page.decided,
        "seq": str(page.seq),
        "acknowledged": "true" if page.action == "acknowledge" else "",
        "links": " ".join(address for address, _ in page.links),
    }
    return {name: value for name, value in found.items() if value}
