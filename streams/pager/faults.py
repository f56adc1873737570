"""A receiver that refuses pages for good: an alarm of the machine itself, on its own routes, until the receiver takes one again.

The alarm has the same id whenever it stands, and its numbers grow with time: any pager may open it, and any that sees the receiver well closes it.
A pager that has just started does not know whether it stands, so the first page a receiver takes says that it does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from rules.wire.instants import text
from rules.wire.vocabulary import EVERY_PATIENT
from streams.broker.topics import ALERTS
from streams.pager.routes import SYSTEM
from streams.worker.outlet import Out, Outlet


class Faults:
    """`wall`: wall time, ms."""

    def __init__(self, outlet: Outlet, wall: Callable[[], int]) -> None:
        self.outlet, self.wall = outlet, wall
        self._standing: dict[str, bool] = {}

    async def refused(self, channel: str, message: str) -> None:
        """A receiver refused a page for good. `message` holds neither secret nor patient."""
        if self._standing.get(channel) is not True:
            self._standing[channel] = True
            await self.outlet.append([self._alert(channel, "opened", f"channel {channel} refuses pages: {message}")])

    async def accepted(self, channel: str) -> None:
        """A receiver took a page."""
        if self._standing.get(channel) is not False:
            self._standing[channel] = False
            await self.outlet.append([self._alert(channel, "resolved", f"channel {channel} takes pages")])

    def _alert(self, channel: str, transition: str, message: str) -> Out:
        now, opened = self.wall(), transition == "opened"
        told: dict[str, Any] = {
            "id": hashlib.sha256(f"{EVERY_PATIENT}|{SYSTEM}|channel/{channel}".encode()).hexdigest()[:16],
            "seq": now,
            "patient": EVERY_PATIENT,
            "subject": f"channel/{channel}",
            "kind": SYSTEM,
            "system": None,
            "level": "technical" if opened else "clear",
            "priority": "medium" if opened else "low",
            "transition": transition,
            "at": text(now),
            "decided": text(now),
            "value": None,
            "unit": None,
            "limit": None,
            "evidence": [],
            "message": message,
            "action": [],
        }
        return Out(ALERTS, EVERY_PATIENT.encode(), msgspec.json.encode(told), time=now)
