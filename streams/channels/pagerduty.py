"""Send pages to PagerDuty, Events API v2.

Its limits: summary 1024 characters, key 255, event 512 kB, about 120 events a minute and integration key.

Its rules that shape the pager: an acknowledged incident swallows a repeated trigger; a trigger after a
resolution opens a new incident; an acknowledgement or resolution without an open incident, or with another
routing key, is dropped. So the order of an episode's pages is kept, and one episode keeps one channel.

    [pager.channels.oncall]
    kind = "pagerduty"
    routing-key-env = "PAGERDUTY_KEY"
    url = "https://events.eu.pagerduty.com/v2/enqueue"    # the European service region
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from yarl import URL

from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, address, place
from streams.channels.page import (
    Action,
    Page,
    Receipt,
    TransportError,
    identity_of,
    severity,
    without_patient,
)
from streams.config.secrets import Secret, Secrets
from streams.errors import UsageError

MOST_SUMMARY, MOST_KEY, MOST_EVENT = 1024, 255, 512_000
KEY = 32
REST_S = 30.0
"""The wait that PagerDuty advises after a 429; it sends no Retry-After."""
TOO_MANY = 429


class PagerDutyOptions(HttpOptions, frozen=True, kw_only=True):
    """The options of a PagerDuty channel.

    `source`: the place an incident names when the page has no unit; `client_url`: where its link back leads.
    """

    routing_key_env: str | None = None
    routing_key_file: str | None = None
    url: str = "https://events.pagerduty.com/v2/enqueue"
    source: str = "il2watch"
    client_url: str | None = None


class Link(msgspec.Struct, frozen=True):
    """A link of an incident."""

    href: str
    text: str


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """PagerDuty's common format of an event."""

    summary: str
    source: str
    severity: str
    timestamp: str
    component: str | None = None
    group: str | None = None
    class_: str = msgspec.field(name="class")
    custom_details: Mapping[str, Any]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event; an acknowledgement or resolution has the first three fields alone."""

    routing_key: str
    event_action: Action
    dedup_key: str
    client: str | None = None
    client_url: str | None = None
    payload: Payload | None = None
    links: tuple[Link, ...] | None = None


class PagerDuty:
    """One integration of one PagerDuty service."""

    Options = PagerDutyOptions

    def __init__(self, name: str, options: PagerDutyOptions, secrets: Secrets) -> None:
        self.name = name
        self._options = options
        self._url = address(place(name), "url", options.url)
        self._key = secrets.need(
            place(name), "routing-key", options.routing_key_env, options.routing_key_file
        )
        if len(self._key.reveal()) != KEY:
            raise UsageError(f"{place(name)} routing-key: not an integration key, which has {KEY} characters")
        self._http = Http(name, options, secrets)
        self._http.hide(self._key)

    @property
    def identity(self) -> dict[str, str]:
        """The integration and its address: an event with another routing key finds no incident."""
        return {"url": str(self._url), "routing-key": self._key.reveal()}

    async def send(self, page: Page) -> Receipt:
        """Send one event; the reference is the incident's key. Raises TransportError."""
        visible_page = page if self._options.patient else without_patient(page)
        own = identity_of(page, self.identity)
        self._http.hide(Secret(own["routing-key"]))
        body = fitted(event(visible_page, own["routing-key"], self._options))
        try:
            answer = await self._http.send("POST", URL(own["url"]), body, patient=page.patient)
        except TransportError as error:
            raise rested(error) from None
        content = answer.json()
        return Receipt(answer.status, content.get("dedup_key") if isinstance(content, dict) else None)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def event(page: Page, routing_key: str, options: PagerDutyOptions) -> Event:
    """Return the event of a page. An acknowledgement or resolution is its key and nothing else."""
    minimal = Event(routing_key=routing_key, event_action=page.action, dedup_key=key(page.key))
    if page.action != "trigger":
        return minimal
    return msgspec.structs.replace(
        minimal,
        client="il2watch",
        client_url=options.client_url or None,
        payload=payload(page, options.source),
        links=tuple(Link(*link) for link in page.links) or None,
    )


def payload(page: Page, source: str) -> Payload:
    """Return the page in PagerDuty's common format.

    The whole alert, and with it the patient, is only in `custom_details`.
    """
    return Payload(
        summary=cut(page.summary, MOST_SUMMARY),
        source=page.unit or source,
        severity=severity(page.level),
        timestamp=page.since or page.at,
        component=page.system,
        group=page.unit,
        class_=f"{page.kind}/{page.subject}",
        custom_details=page.alert,
    )


def key(text: str) -> str:
    """Return the key, or its hash where it is too long: cut off it could be another episode's."""
    return text if len(text) <= MOST_KEY else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def cut(text: str, most: int) -> str:
    """Return the text, shortened to `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def fitted(event: Event) -> bytes:
    """Return the event as bytes.

    One above the limit keeps only who, which and why of its details: PagerDuty would refuse the whole event.
    """
    body = encoded(event)
    if len(body) <= MOST_EVENT or event.payload is None:
        return body
    details = event.payload.custom_details
    kept = {
        name: cut(str(details[name]), MOST_SUMMARY)
        for name in ("id", "patient", "seq", "message")
        if name in details
    }
    short = kept | {"cut": "the alert was too long for PagerDuty"}
    payload = msgspec.structs.replace(event.payload, custom_details=short)
    return encoded(msgspec.structs.replace(event, payload=payload, links=()))


def rested(error: TransportError) -> TransportError:
    """Return the error; a 429 asks for a wait of half a minute, as PagerDuty's guide advises."""
    if error.status == TOO_MANY and error.retry_after_s is None:
        return TransportError(error.message, error.permanent, REST_S, error.status)
    return error
