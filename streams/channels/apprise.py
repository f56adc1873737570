"""Send pages through Apprise: e-mail, SMS, Slack, Teams, ntfy and a hundred more services.

The addresses of the services hold the secrets. The services do not recognise repeats: a page whose answer was
lost arrives twice. Apprise returns no more than whether it worked, so every failure counts as transient.

    [pager.channels.sms]
    kind = "apprise"
    service-url-env = "SMS_SERVICE"     # such as ntfys://token@ntfy.ward.example/il2
    patient = false                     # a text message leaves the hospital: without the patient's id
"""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module
from typing import Any

from streams.channels.options import ChannelOptions, Seconds, place
from streams.channels.page import Page, Receipt, TransportError, without_patient
from streams.config.secrets import Secret, Secrets
from streams.config.section import KeyFault
from streams.errors import UsageError

WORD = {"trigger": "", "acknowledge": "Taken: ", "resolve": "Over: "}
MOOD = {"high": "failure", "medium": "warning", "low": "info"}
SILENT = logging.CRITICAL + 1


class AppriseOptions(ChannelOptions, frozen=True, kw_only=True):
    """The options of an Apprise channel.

    `service_url_*`: where Apprise's address is found; it is never written in the configuration.
    """

    timeout_s: Seconds = 20.0
    service_url_env: str | None = None
    service_url_file: str | None = None


class Apprise:
    """One service of Apprise's."""

    Options = AppriseOptions

    def __init__(self, name: str, options: AppriseOptions, secrets: Secrets) -> None:
        self.name = name
        self._options = options
        self._service = service(
            place(name),
            secrets.need(place(name), "service-url", options.service_url_env, options.service_url_file),
        )

    @property
    def identity(self) -> dict[str, str]:
        """Nothing: a message is not open."""
        return {}

    async def send(self, page: Page) -> Receipt:
        """Send one notification. Raises TransportError."""
        visible_page = page if self._options.patient else without_patient(page)
        try:
            accepted = await asyncio.wait_for(self._notify(visible_page), self._options.timeout_s)
        except TimeoutError:
            raise TransportError(f"apprise: no answer within {self._options.timeout_s:g} s") from None
        except (
            Exception
        ) as error:  # a hundred services, each raising its own; their words may hold the address
            raise TransportError(f"apprise: {type(error).__name__}") from None
        if not accepted:
            raise TransportError("apprise: the service has not taken it")
        return Receipt()

    async def _notify(self, page: Page) -> bool:
        return bool(
            await self._service.async_notify(title=title(page), body=body(page), notify_type=mood(page))
        )

    async def close(self) -> None:
        """Do nothing: Apprise keeps no connection."""


def service(where: str, url: Secret) -> Any:
    """Return an Apprise object with one service.

    Raises UsageError when the extra is not installed or Apprise does not know the address.
    """
    try:
        apprise = import_module("apprise")
    except ModuleNotFoundError:
        raise KeyFault(
            where, ("kind",), "apprise is not installed; add it with: pip install 'il2watch[apprise]'"
        ) from None
    logging.getLogger("apprise").setLevel(SILENT)  # it writes addresses into its log, tokens included
    apprise_object = apprise.Apprise()
    if not apprise_object.add(url.reveal()):
        raise UsageError(f"{where} service-url: is no address Apprise knows")
    if any(notifier.optional for notifier in apprise_object):
        raise UsageError(
            f"{where} service-url: optional=yes would call a page sent that was not; leave it out"
        )
    return apprise_object


def title(page: Page) -> str:
    """Return one line for a lock screen, without the patient."""
    return f"{WORD[page.action]}{page.summary}"


def body(page: Page) -> str:
    """Return the text for a person, one line per item."""
    lines = (
        f"Patient {page.patient}" if page.patient else "",
        " ".join(filter(None, (page.level, page.system, page.unit))),
        f"Since {page.since or page.at}" if page.action == "trigger" else "",
        f"Do: {', '.join(page.alert['action'])}"
        if page.action == "trigger" and page.alert.get("action")
        else "",
        *(f"{text}: {address}" for address, text in page.links),
        f"il2watch {page.alert.get('id', page.key)}",
    )
    return "\n".join(filter(None, lines))


def mood(page: Page) -> str:
    """Return Apprise's notification type."""
    return {"resolve": "success", "acknowledge": "info"}.get(page.action) or MOOD.get(
        page.priority, "warning"
    )
