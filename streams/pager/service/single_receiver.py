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
MACHINE, TEST = "machine", "test"
DIGEST = 8 * HOUR


def configured(to: str) -> Configured:
    """Return the settings: absolute, relative and technical alerts at once, advice as a digest.

    Alarms of the machine, and pages of a qualification, go to the terminal. Raises UsageError.
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
        PagingRoute(TEST, (EscalationStep(0, (TEST,)),), test=True),
    )
    system = (PagingRoute(MACHINE, (EscalationStep(0, (MACHINE,)),)),)
    terminal = {"kind": "terminal"}
    return Configured(Paging(clinical, system), {kind: options, MACHINE: terminal, TEST: terminal})
