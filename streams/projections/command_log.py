"""What people asked of a patient's alerts: acknowledgements, silences, resumes (wire.md, Events), and what
the pager says it did (`il2.pages`).
"""

from __future__ import annotations

from collections import deque

import msgspec

from rules.wire.commands import bounded
from rules.wire.events import Ack, Event, Resume, Silence, Withdrawal
from rules.wire.pages import PageRecord
from streams.projections.episodes import Acked, Episodes

MOST = 64
TOLD = 60
SHOWN = frozenset({
    "accepted", "escalated", "acknowledged", "ack-before-worsening", "silence", "silence-cut",
    "silence-ended", "silenced", "refused", "expired",
})  # fmt: skip


class Orders:
    """`silences` by id; `resumes`: of stop rules, oldest first; `told`: what the pager did, oldest first."""

    __slots__ = ("resumes", "silences", "told")

    def __init__(self) -> None:
        self.silences: dict[str, Silence] = {}
        self.resumes: deque[Resume] = deque(maxlen=MOST)
        self.told: deque[PageRecord] = deque(maxlen=TOLD)

    def take(self, event: Event, episodes: Episodes) -> None:
        """Takes a command."""
        match event:
            case Ack():
                episodes.acknowledge(event.alert, Acked(event.id, event.known, event.by, event.reason))
            case Silence():
                self.silences[event.id] = msgspec.structs.replace(
                    event, until=bounded(event.level, event.known, event.until)
                )
                for old in list(self.silences)[:-MOST]:
                    del self.silences[old]
            case Resume():
                self._resume(event)
            case Withdrawal():
                self.silences.pop(event.id, None)
                episodes.withdraw(event.id)

    def _resume(self, event: Resume) -> None:
        if all(other.id != event.id for other in self.resumes):
            self.resumes.append(event)

    def quiet(self, clock: int) -> list[Silence]:
        """The silences in force."""
        return sorted((one for one in self.silences.values() if one.until > clock), key=lambda one: one.until)

    def page(self, page: PageRecord) -> bool:
        """Takes what the pager did; whether it is shown."""
        if page.outcome in SHOWN:
            self.told.append(page)
        return page.outcome in SHOWN
