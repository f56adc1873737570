"""The system's own alarm: too large a share of dead letters. A technical alert about no patient, and it never stops the stream.

It stands in `il2.alerts` under key and patient `*` with kind `system`, so that a pager can tell it from every clinical alert and route it elsewhere.
"""

from __future__ import annotations

import hashlib

import msgspec

from rules.wire.instants import text
from rules.wire.vocabulary import EVERY_PATIENT
from streams.broker.topics import ALERTS
from streams.deadletters.share import Share, share, turn
from streams.worker.outlet import Out

KIND, SUBJECT = "system", "dead-letters"
TRANSITION = {"opened": "opened", "closed": "resolved"}


class Alarm:
    """Follows the share of dead letters of one worker."""

    def __init__(self, worker: str, limits: Share) -> None:
        self.worker, self.share = worker, limits
        self.opened, self.seq = 0, 0

    def after(self, now: int, records: int, refused: int) -> Out | None:
        """The alert to append after a batch, if the alarm opened or closed by it. `now`: wall time, ms."""
        before, self.share = self.share, share(self.share, now, records, refused)
        turned = turn(before, self.share)
        if turned is None:
            return None
        if turned == "opened":
            self.opened = now
        self.seq += 1
        return Out(ALERTS, EVERY_PATIENT.encode(), msgspec.json.encode(self._alert(now, TRANSITION[turned])), time=now)

    def _alert(self, now: int, transition: str) -> dict[str, object]:
        ended = transition == "resolved"
        return {
            "id": hashlib.sha256(f"{EVERY_PATIENT}|{KIND}|{SUBJECT}|{self.worker}|{text(self.opened)}".encode()).hexdigest()[:16],
            "seq": self.seq,
            "patient": EVERY_PATIENT,
            "subject": SUBJECT,
            "kind": KIND,
            "system": None,
            "level": "clear" if ended else "technical",
            "priority": "low" if ended else "medium",
            "transition": transition,
            "at": text(now),
            "decided": text(now),
            "value": round(self.share.value or 0.0, 4),
            "unit": "1",
            "limit": f">{self.share.limit}",
            "evidence": [],
            "message": self.message(),
            "action": [],
        }

    def message(self) -> str:
        """One line for people."""
        minutes = self.share.window // 60_000
        return f"{self.share.refused} of {self.share.records} records of the last {minutes} min were refused; see il2watch deadletters ls"
