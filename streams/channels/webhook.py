"""A webhook: the body Alertmanager's own webhook sends (version 4), so that what reads those reads this;
signed as Standard Webhooks 1.0 has it.
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

from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, Label, address, place
from streams.channels.page import Action, Page, Receipt, labels, message_id, notes, without_patient
from streams.config.secrets import Secret, Secrets
from streams.config.section import KeyFault
from streams.errors import UsageError

# A webhook's signature as Standard Webhooks 1.0 has it: receivers check it with that project's libraries, or
# in five lines.
#
#     webhook-id         the same for every delivery of one page
# webhook-timestamp  seconds since the Unix epoch, when this delivery was signed; refuse one more than 5
# minutes off: it may be a replay
#     webhook-signature  v1,<base64 of HMAC-SHA256 over "id.timestamp.body" with the secret>


PREFIX = "whsec_"
SHORTEST = 16


def signing_key(where: str, secret: Secret) -> bytes:
    """The secret's bytes: base64 after `whsec_`, else the text itself.

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
    """The three headers of a delivery."""
    content = f"{id}.{timestamp}.".encode() + body
    signature = b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}


# A webhook: the body Alertmanager's own webhook sends (version 4), so that what reads those reads this;
# signed (signature.py).
#
#     [pager.channels.nurse-call]
#     kind = "webhook"
#     url = "https://calls.ward.example/il2"      # or url-env, url-file where the address itself is a secret
#     signing-key-file = "/run/secrets/nurse-call"


NEVER = "0001-01-01T00:00:00Z"
"""How Alertmanager says that an alert has no end yet."""


class WebhookOptions(HttpOptions, frozen=True, kw_only=True):
    """`labels`: added to every alert; `external_url`: where people find the board."""

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


class Transition(msgspec.Struct, frozen=True):
    """What is this product's own in the body: the page's action, and the alert as on the wire."""

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
    il2watch: Transition


class Webhook:
    """One address that takes signed posts."""

    Options = WebhookOptions

    def __init__(
        self, name: str, options: WebhookOptions, secrets: Secrets, clock: Callable[[], float] = time.time
    ) -> None:
        self.name = name
        self._options = options
        where = place(name)
        hidden = _address(where, options, secrets)
        self._url = address(where, "url", hidden.reveal())
        key = secrets.need(where, "signing-key", options.signing_key_env, options.signing_key_file)
        self._key = signing_key(f"{where} signing-key", key)
        self._clock = clock
        self._http = Http(name, options, secrets)
        self._http.hide(hidden, key)

    async def send(self, page: Page) -> Receipt:
        """One post; the reference is its `webhook-id`, which a receiver tells repeats by.

        Raises TransportError.
        """
        told = page if self._options.patient else without_patient(page)
        body = encoded(notification(told, self.name, self._options))
        headers = signed(self._key, message_id(page), int(self._clock()), body)
        answer = await self._http.send("POST", self._url, body, headers, page.patient)
        return Receipt(answer.status, headers["webhook-id"])

    async def close(self) -> None:
        await self._http.close()


def _address(where: str, options: WebhookOptions, secrets: Secrets) -> Secret:
    found = secrets.read(where, "url", options.url_env, options.url_file)
    if (found is None) == (options.url is None):
        raise KeyFault(where, ("url",), "give one of url, url-env and url-file")
    return found or Secret(options.url or "")


def notification(page: Page, receiver: str, options: WebhookOptions) -> Notification:
    """A group of one alert, its key the page's.

    The whole transition comes along as `il2watch`, which Alertmanager's readers pass over.
    """
    one = alert(page, options)
    return Notification(
        group_key=page.key,
        status=one.status,
        receiver=receiver,
        group_labels={"key": page.key},
        common_labels=one.labels,
        common_annotations=one.annotations,
        external_url=options.external_url,
        alerts=(one,),
        il2watch=Transition(page.action, page.alert),
    )


def alert(page: Page, options: WebhookOptions) -> GroupedAlert:
    """The alert of the group; acknowledged it goes on firing, and says so."""
    resolved = page.action == "resolve"
    return GroupedAlert(
        status="resolved" if resolved else "firing",
        labels=labels(page, options.labels),
        annotations=notes(page),
        starts_at=page.since or page.at,
        ends_at=page.at if resolved else NEVER,
        generator_url=page.links[0][0] if page.links else "",
        fingerprint=sha256(page.key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )
