"""Post pages to a webhook, with the body that Alertmanager's own webhook sends (version 4), signed.

So what reads Alertmanager's posts reads these. The signature is that of Standard Webhooks 1.0: receivers
check it with that project's libraries, or in five lines.

    webhook-id         the same for every delivery of one page
    webhook-timestamp  seconds since the Unix epoch, when this delivery was signed; refuse one more than
                       5 minutes off: it may be a replay
    webhook-signature  v1,<base64 of HMAC-SHA256 over "id.timestamp.body" with the secret>

    [pager.channels.nurse-call]
    kind = "webhook"
    url = "https://calls.ward.example/il2"      # or url-env, url-file where the address itself is a secret
    signing-key-file = "/run/secrets/nurse-call"
"""

from __future__ import annotations

import binascii
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Literal

import msgspec
from yarl import URL

from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, Label, address, place
from streams.channels.page import (
    Action,
    Page,
    Receipt,
    identity_of,
    kept_labels,
    labelled,
    labels,
    message_id,
    notes,
    without_patient,
)
from streams.config.secrets import Secret, Secrets
from streams.config.section import KeyFault
from streams.errors import UsageError

PREFIX = "whsec_"
SHORTEST = 16


def signing_key(where: str, secret: Secret) -> bytes:
    """Return the secret's bytes: base64 after `whsec_`, else the text itself.

    Raises UsageError for one that is too short or not base64.
    """
    text = secret.reveal()
    try:
        key = (
            b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else text.encode()
        )
    except binascii.Error:
        raise UsageError(f"{where}: what follows whsec_ is not base64") from None
    if len(key) < SHORTEST:
        raise UsageError(f"{where}: shorter than {SHORTEST} bytes; make one with: openssl rand -base64 32")
    return key


def signed(key: bytes, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a delivery."""
    content = f"{id}.{timestamp}.".encode() + body
    signature = b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}


NEVER = "0001-01-01T00:00:00Z"
"""Alertmanager's value for an alert without an end."""


class WebhookOptions(HttpOptions, frozen=True, kw_only=True):
    """The options of a webhook channel.

    `labels`: added to every alert; `external_url`: the address of the board.
    """

    url: str | None = None
    url_env: str | None = None
    url_file: str | None = None
    signing_key_env: str | None = None
    signing_key_file: str | None = None
    labels: dict[Label, str] = msgspec.field(default_factory=dict)
    external_url: str = ""


class GroupedAlert(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An alert as Alertmanager's webhook has it."""

    status: Literal["firing", "resolved"]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: str
    ends_at: str
    generator_url: str = msgspec.field(name="generatorURL")
    fingerprint: str


class AlertBody(msgspec.Struct, frozen=True):
    """The product's own part of the body: the page's action, and the alert as on the wire."""

    action: Action
    alert: Mapping[str, Any]


class Notification(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a post: a group of alerts."""

    version: str = "4"
    group_key: str
    truncated_alerts: int = 0
    status: Literal["firing", "resolved"]
    receiver: str
    group_labels: Mapping[str, str]
    common_labels: Mapping[str, str]
    common_annotations: Mapping[str, str]
    external_url: str = msgspec.field(name="externalURL")
    alerts: tuple[GroupedAlert, ...]
    il2watch: AlertBody


class Webhook:
    """One address that accepts signed posts."""

    Options = WebhookOptions

    def __init__(
        self, name: str, options: WebhookOptions, secrets: Secrets, clock: Callable[[], float] = time.time
    ) -> None:
        self.name = name
        self._options = options
        where = place(name)
        secret_url = _address(where, options, secrets)
        self._url = address(where, "url", secret_url.reveal())
        key = secrets.need(where, "signing-key", options.signing_key_env, options.signing_key_file)
        self._key = signing_key(f"{where} signing-key", key)
        self._clock = clock
        self._http = Http(name, options, secrets)
        self._http.hide(secret_url, key)

    @property
    def identity(self) -> dict[str, str]:
        """The address and the labels."""
        return {"url": str(self._url)} | labelled(self._options.labels)

    async def send(self, page: Page) -> Receipt:
        """Send one post; the reference is its `webhook-id`, by which a receiver recognises repeats.

        Raises TransportError.
        """
        visible_page = page if self._options.patient else without_patient(page)
        body = encoded(notification(visible_page, self.name, self._options))
        headers = signed(self._key, message_id(page), int(self._clock()), body)
        own = identity_of(page, self.identity)
        self._http.hide(Secret(own["url"]))
        answer = await self._http.send("POST", URL(own["url"]), body, headers, page.patient)
        return Receipt(answer.status, headers["webhook-id"])

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def _address(where: str, options: WebhookOptions, secrets: Secrets) -> Secret:
    secret_url = secrets.read(where, "url", options.url_env, options.url_file)
    if (secret_url is None) == (options.url is None):
        raise KeyFault(where, ("url",), "give one of url, url-env and url-file")
    return secret_url or Secret(options.url or "")


def notification(page: Page, receiver: str, options: WebhookOptions) -> Notification:
    """Return a group of one alert, its key the page's.

    The whole transition is added as `il2watch`, which readers of Alertmanager's posts ignore.
    """
    grouped_alert = alert(page, options)
    return Notification(
        group_key=page.key,
        status=grouped_alert.status,
        receiver=receiver,
        group_labels={"key": page.key},
        common_labels=grouped_alert.labels,
        common_annotations=grouped_alert.annotations,
        external_url=options.external_url,
        alerts=(grouped_alert,),
        il2watch=AlertBody(page.action, page.alert),
    )


def alert(page: Page, options: WebhookOptions) -> GroupedAlert:
    """Return the alert of the group; an acknowledged one goes on firing, with an annotation."""
    resolved = page.action == "resolve"
    return GroupedAlert(
        status="resolved" if resolved else "firing",
        labels=labels(page, kept_labels(page, options.labels)),
        annotations=notes(page),
        starts_at=page.since or page.at,
        ends_at=page.at if resolved else NEVER,
        generator_url=page.links[0][0] if page.links else "",
        fingerprint=sha256(page.key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )
