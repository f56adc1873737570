"""List every kind of channel by its name in the configuration; a kind is imported only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rules.wire.did_you_mean import did_you_mean
from streams.channels.options import ChannelOptions, parse_options, place
from streams.channels.page import Channel
from streams.config.secrets import Secrets, Unread
from streams.config.section import KeyFault

KINDS = {
    "pagerduty": "streams.channels.pagerduty:PagerDuty",
    "alertmanager": "streams.channels.alertmanager:Alertmanager",
    "webhook": "streams.channels.webhook:Webhook",
    "fhir": "streams.channels.fhir:Fhir",
    "hl7": "streams.channels.hl7_alarms:Hl7",
    "apprise": "streams.channels.apprise:Apprise",
    "terminal": "streams.channels.terminal:Terminal",
}
PATIENT_BOUND = frozenset({"fhir", "hl7"})
"""Kinds that speak of a patient by id: they cannot send what is about no patient."""
SUPERVISED = frozenset({"hl7"})
"""Kinds whose receiver expects a heartbeat beside the pages, and has a message for it."""


def channel(
    name: str,
    options: Mapping[str, Any],
    secrets: Secrets = Secrets(),  # noqa: B008 - it is frozen
) -> Channel:
    """Return the channel of `[pager.channels.<name>]`.

    Raises UsageError naming the key that is wrong, or the secret that is missing. Connects to nothing; may be
    called where no loop runs.
    """
    make = _kind(name, options)
    made: Channel = make(name, _options(make, name, options), secrets)
    return made


def check(name: str, options: Mapping[str, Any]) -> None:
    """Check a channel's options without reading a secret.

    Raises UsageError as `channel` does: a configuration may be checked where its secrets are not.
    """
    channel(name, options, Unread())


def options(kind: str) -> type[ChannelOptions]:
    """Return the struct that defines the keys of a kind of channel."""
    found: type[ChannelOptions] = _imported(kind).Options
    return found


def _imported(kind: str) -> Any:
    module, _, name = KINDS[kind].partition(":")
    return getattr(import_module(module), name)


def _kind(name: str, options: Mapping[str, Any]) -> Any:
    kind = options.get("kind")
    if kind not in KINDS:
        hint = did_you_mean(str(kind), KINDS)
        wrong = f"is one of {', '.join(KINDS)}, not {kind!r}{hint and f'; {hint}'}"
        raise KeyFault(place(name), ("kind",), wrong if kind else "missing")
    return _imported(kind)


def _options(kind: Any, name: str, options: Mapping[str, Any]) -> Any:
    return parse_options(kind.Options, name, {key: value for key, value in options.items() if key != "kind"})
