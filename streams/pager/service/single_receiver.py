"""Configure one receiver for everything, in one line: `il2watch pager --to KIND[=URL]`.

For trying it out; a ward has routes.
"""

from __future__ import annotations

from rules.wire.instants import HOUR
from streams.channels.registry import channel
from streams.pager.policy.routes import EscalationStep, Match, Paging, PagingRoute
from streams.pager.service.config import Configured

KEY = "IL2WATCH_PAGER_KEY"
SECRET = {
    "pagerduty": "routing-key-env",
    "webhook": "signing-key-env",
    "apprise": "service-url-env",
    "fhir": "token-env",
}
MACHINE = "machine"
DIGEST = 8 * HOUR


def configured(to: str) -> Configured:
    """Return the settings: absolute, relative and technical alerts at once, advice as a digest.

    Alarms of the machine go to the terminal. Raises UsageError.
    """
    kind, _, url = to.partition("=")
    options = {"kind": kind} | ({"url": url} if url else {})
    if kind in SECRET:
        options[SECRET[kind]] = KEY
    channel(kind, options)
    at_once, in_digest = ("absolute", "relative", "technical"), ("advisory",)
    step = (EscalationStep(0, (kind,)),)
    clinical = (
        PagingRoute("at-once", step, Match(level=at_once)),
        PagingRoute("advice", step, Match(level=in_digest), digest=DIGEST),
    )
    system = (PagingRoute(MACHINE, (EscalationStep(0, (MACHINE,)),)),)
    return Configured(Paging(clinical, system), {kind: options, MACHINE: {"kind": "terminal"}})
