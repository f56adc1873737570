"""Alertmanager, `/api/v2/alerts`.

It knows no acknowledgement: one is an annotation on the alert, for those who look.

It resolves by itself what says no end and is not sent again (`resolve_timeout`, 5 minutes by default): a
patient's alert would clear for want of data. So an alert is given an end far ahead, and ends when the pager
says so.

    [pager.channels.ward-alerts]
    kind = "alertmanager"
    url = "http://alertmanager:9093"
    labels = { site = "north" }
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, Label, address, place
from streams.channels.page import Page, Receipt, labels, notes, without_patient
from streams.config.secrets import Secrets
from streams.times import HOUR, instant, wire

Hours = Annotated[float, msgspec.Meta(gt=0, le=24 * 30)]


class AlertmanagerOptions(HttpOptions, frozen=True, kw_only=True):
    """`labels`: added to every alert; `keep_h`: how long one stands if its end is never heard (a week: longer
    than a cycle).
    """

    url: str
    labels: dict[Label, str] = msgspec.field(default_factory=dict)
    keep_h: Hours = 24 * 7


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

    async def send(self, page: Page) -> Receipt:
        """One alert. Raises TransportError."""
        told = page if self._options.patient else without_patient(page)
        body = encoded([alert(told, self._options, int(self._clock() * 1000))])
        answer = await self._http.send("POST", self._url, body, patient=page.patient)
        return Receipt(answer.status)

    async def close(self) -> None:
        await self._http.close()


def alert(page: Page, options: AlertmanagerOptions, now: int) -> dict[str, Any]:
    """The alert as it is posted at `now` (ms).

    One that starts after its end would be refused: a replayed night may lie in the future.
    """
    made: dict[str, Any] = {"labels": labels(page, options.labels), "annotations": notes(page)}
    if page.links:
        made["generatorURL"] = page.links[0][0]
    if page.action == "resolve":
        return made | {"endsAt": wire(now)}
    return made | {
        "startsAt": wire(min(instant(page.since or page.at), now)),
        "endsAt": wire(now + int(options.keep_h * HOUR)),
    }
