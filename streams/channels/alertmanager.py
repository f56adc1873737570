"""Send pages to Alertmanager, `/api/v2/alerts`.

Alertmanager has no acknowledgements: one becomes an annotation on the alert.

It resolves by itself an alert without an end that is not sent again (`resolve_timeout`, 5 minutes by
default): a patient's alert would clear for lack of data. So an alert gets an end far ahead, and ends when the
pager resolves it.

    [pager.channels.ward-alerts]
    kind = "alertmanager"
    url = "http://alertmanager:9093"
    labels = { site = "north" }
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec
from yarl import URL

from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, Label, address, place
from streams.channels.page import (
    Page,
    Receipt,
    identity_of,
    kept_labels,
    labelled,
    labels,
    notes,
    without_patient,
)
from streams.config.secrets import Secrets
from streams.times import HOUR, instant, wire

Hours = Annotated[float, msgspec.Meta(gt=0, le=24 * 30)]


class AlertmanagerOptions(HttpOptions, frozen=True, kw_only=True):
    """The options of an Alertmanager channel.

    `labels`: added to every alert; `keep_h`: how long an alert stays if its end never arrives (a week: longer
    than a cycle).
    """

    url: str
    labels: dict[Label, str] = msgspec.field(default_factory=dict)
    keep_h: Hours = 24 * 7


class PostedAlert(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An alert as the API takes it; times as on the wire."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    generator_url: str | None = msgspec.field(default=None, name="generatorURL")
    starts_at: str | None = None
    ends_at: str


class Alertmanager:
    """One Alertmanager.

    Of several that form a cluster each is a channel: they share silences and notifications, not alerts.
    """

    Options = AlertmanagerOptions

    def __init__(
        self,
        name: str,
        options: AlertmanagerOptions,
        secrets: Secrets,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._options = options
        self._url = address(place(name), "url", options.url) / "api/v2/alerts"
        self._http = Http(name, options, secrets)
        self._clock = clock

    @property
    def identity(self) -> dict[str, str]:
        """The address and the labels: an alert with others is another alert."""
        return {"url": str(self._url)} | labelled(self._options.labels)

    async def send(self, page: Page) -> Receipt:
        """Send one alert. Raises TransportError."""
        visible_page = page if self._options.patient else without_patient(page)
        body = encoded([alert(visible_page, self._options, int(self._clock() * 1000))])
        own = identity_of(page, self.identity)
        answer = await self._http.send("POST", URL(own["url"]), body, patient=page.patient)
        return Receipt(answer.status)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def alert(page: Page, options: AlertmanagerOptions, now: int) -> PostedAlert:
    """Return the alert as it is posted at `now` (ms).

    Its start is at most `now`, since one that starts after its end is refused: a replayed night may lie in
    the future.
    """
    resolved = page.action == "resolve"
    return PostedAlert(
        labels=labels(page, kept_labels(page, options.labels)),
        annotations=notes(page),
        generator_url=page.links[0][0] if page.links else None,
        starts_at=None if resolved else wire(min(instant(page.since or page.at), now)),
        ends_at=wire(now if resolved else now + int(options.keep_h * HOUR)),
    )
