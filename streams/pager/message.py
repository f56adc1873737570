"""A message owed, as the channel is given it."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec

from rules.wire.instants import text
from streams.channels.page import Page
from streams.pager.book import Owed


def page_of(one: Owed, patient: str, unit: str | None, link: str | None) -> Page:
    """The page. Its labels are those the incident was opened with; its body is the transition that is told."""
    alert: dict[str, Any] = msgspec.json.decode(one.body)
    return Page(
        key=one.key,
        action=cast(Literal["trigger", "acknowledge", "resolve"], one.action),
        level=one.labels.level,
        priority=one.labels.priority,
        kind=one.labels.kind,
        subject=one.labels.subject,
        system=one.labels.system,
        unit=unit,
        patient=patient,
        summary=str(alert["message"]),
        alert=alert,
        at=alert["at"],
        decided=alert["decided"],
        seq=alert["seq"],
        since=text(one.began),
        links=((link, "board"),) if link else (),
    )
