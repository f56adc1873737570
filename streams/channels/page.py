"""Define the page, and what the pager needs of a channel.

Source: criteria.md section 9; architecture.md, decisions 5 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

Action = Literal["trigger", "acknowledge", "resolve"]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A message about one episode at one level. Times as on the wire (UTC, `Z`).

    Pages with one `key` agree in `level`, `priority`, `kind`, `subject`, `system`, `unit` and `patient`, the
    resolving one too: a receiver that identifies an alert by its labels would not find it again. `patient`
    goes into a receiver's body, never where it routes, labels, titles or logs.
    """

    key: str
    """`<episode id>:<level>`, nothing of the patient: one incident at the receiver.

    A worsening is another: an acknowledged one would swallow it.
    """
    action: Action
    level: str
    priority: str
    kind: str
    subject: str
    system: str | None
    unit: str | None
    """The ward or site, not a unit of measure."""
    patient: str
    summary: str
    """One line, without the patient."""
    alert: Mapping[str, Any]
    """The transition as on the wire (wire.md, Alert)."""
    at: str
    decided: str
    seq: int
    since: str | None = None
    """When the incident began, on its later pages too.

    None: not known, and `at` is used while it is open.
    """
    links: tuple[tuple[str, str], ...] = ()
    """(address, text) pairs, such as the runbook or the board."""
    identity: Mapping[str, str] = {}
    """What identified the incident at this receiver when it was opened (`Channel.identity`).

    Its later pages go by it, whatever the configuration says by then; empty: as it is configured.
    """


def message_id(page: Page) -> str:
    """Return the id by which a receiver recognises a repeat: the same however often the page is sent."""
    return f"{page.key}:{page.action}:{page.seq}"


def without_patient(page: Page) -> Page:
    """Return the page for a receiver that may not learn whom it is about."""
    return msgspec.structs.replace(
        page, patient="", alert={key: value for key, value in page.alert.items() if key != "patient"}
    )


class Receipt(NamedTuple):
    """The receiver has accepted the page.

    `status`: its HTTP status; `reference`: its own name for the page; None where there is none.
    """

    status: int | None = None
    reference: str | None = None


class TransportError(Exception):
    """The receiver has not accepted the page, or it is not known whether it has.

    `message` holds neither a secret nor the patient.

    `permanent`: the same page would be refused again. `retry_after_s`: how long the receiver asks to be left
    alone. `status`: what it answered, None when it did not.
    """

    def __init__(
        self,
        message: str,
        permanent: bool = False,
        retry_after_s: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.status = status


class Channel(Protocol):
    """A receiver. `name` is its name in the configuration (`[pager.channels.<name>]`)."""

    name: str

    @property
    def identity(self) -> dict[str, str]:
        """What identifies an incident at the receiver beside the page's key: address, labels, routing key."""
        ...

    async def send(self, page: Page) -> Receipt:
        """Send the page to the receiver, in one attempt with a time-out.

        Raises TransportError, and nothing else but cancellation.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


# Labels and annotations of a page, for Alertmanager and the webhook.


SEVERITY = {"absolute": "critical", "relative": "error", "technical": "warning", "advisory": "info"}
"""Level -> one of the four words that PagerDuty accepts and most Alertmanager routes use."""


def severity(level: str) -> str:
    """Return the severity; `warning` for an unknown level: too loud is the safer mistake."""
    return SEVERITY.get(level, "warning")


LABEL = "label:"
"""The prefix of a label's name in an identity."""


def labelled(labels: Mapping[str, str]) -> dict[str, str]:
    """Return configured labels as a part of an identity."""
    return {LABEL + name: value for name, value in labels.items()}


def kept_labels(page: Page, configured: Mapping[str, str]) -> Mapping[str, str]:
    """Return the configured labels with which the page's incident was opened."""
    if not page.identity:
        return configured
    return {
        name.removeprefix(LABEL): value for name, value in page.identity.items() if name.startswith(LABEL)
    }


def identity_of(page: Page, configured: Mapping[str, str]) -> dict[str, str]:
    """Return the identity with which the page's incident was opened; what it does not name, as configured."""
    return {**configured, **page.identity}


def labels(page: Page, more: Mapping[str, str]) -> dict[str, str]:
    """Return the labels, the same for every page with one key, or its resolution would not find it.

    Never the patient; an empty label is left out.
    """
    own = {
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
    return {name: value for name, value in {**more, **own}.items() if value}


def notes(page: Page) -> dict[str, str]:
    """Return the annotations, for people: summary, patient, times, what to do, links."""
    annotations = {
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
    return {name: value for name, value in annotations.items() if value}
