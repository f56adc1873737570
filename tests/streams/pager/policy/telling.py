"""Alerts, commands and a ward's routes for tests of the pager's core, and a book that is told of them in
order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rules.wire.alerts import PRIORITY
from rules.wire.events import Ack, Silence, Withdrawal
from rules.wire.instants import HOUR, MINUTE, text
from rules.wire.pages import Audit
from streams.pager.policy.alerts import receive
from streams.pager.policy.commands import command
from streams.pager.policy.escalation import accepted, due, refused, started
from streams.pager.policy.notifications import PagingOutcome
from streams.pager.policy.routes import EscalationStep, Match, Paging, PagingRoute
from streams.pager.policy.state import Notification, PagingState, ReceivedAlert, decode_alert

START = 1_772_445_600_000
"""2026-03-02T10:00:00Z"""

LADDER = (
    EscalationStep(0, ("nurse",)),
    EscalationStep(10 * MINUTE, ("doctor",)),
    EscalationStep(30 * MINUTE, ("doctor", "chief")),
)
PAGING = Paging(
    clinical=(
        PagingRoute("urgent", LADDER, Match(level=("absolute",))),
        PagingRoute("ward", (EscalationStep(0, ("nurse",)),), Match(level=("relative", "technical"))),
        PagingRoute("advice", (EscalationStep(0, ("nurse",)),), Match(level=("advisory",)), digest=8 * HOUR),
    ),
    system=(PagingRoute("machine", (EscalationStep(0, ("operations",)),)),),
)


def alert(
    transition: str,
    level: str,
    at: int = START,
    *,
    id: str = "e1",
    seq: int = 1,
    subject: str = "hypotension",
    **more: Any,
) -> ReceivedAlert:
    """An alert as it is read from the topic."""
    fields = {
        "id": id,
        "seq": seq,
        "patient": "p1",
        "subject": subject,
        "kind": "blood-pressure" if subject == "hypotension" else "criterion",
        "system": None,
        "level": level,
        "priority": PRIORITY[level],
        "transition": transition,
        "at": text(at),
        "decided": text(at),
        "value": 70,
        "unit": "mm[Hg]",
        "limit": "<=80",
        "evidence": [],
        "message": f"{subject} {transition} to {level}",
        "action": [],
        **more,
    }
    return decode_alert(json.dumps(fields).encode())


def ack(at: int = START, alert: str = "e1", id: str = "a1") -> Ack:
    return Ack(
        id=id, patient="p1", at=at, known=at, status="final", alert=alert, by="rn-14", reason="bolus running"
    )


def silence(level: str, until: int, at: int = START, id: str = "s1", subject: str = "hypotension") -> Silence:
    return Silence(
        id=id,
        patient="p1",
        at=at,
        known=at,
        status="final",
        subject=subject,
        level=level,
        until=until,
        by="rn-14",
        reason="being treated",
    )


def withdrawal(type: str, id: str, at: int) -> Withdrawal:
    return Withdrawal(id=id, patient="p1", at=at, known=at, status="entered-in-error", type=type)


class PatientPager:
    """A book, moved on by what it is told; everything it said is kept."""

    def __init__(self, paging: Paging = PAGING) -> None:
        self.state, self.paging = PagingState(patient="p1"), paging
        self.audits: list[Audit] = []

    def tell(self, what: ReceivedAlert | Ack | Silence | Withdrawal, now: int | None = None) -> list[str]:
        """What is newly owed, `action key channel` each."""
        if isinstance(what, ReceivedAlert):
            return self._moved(receive(self.state, what, what.decided if now is None else now, self.paging))
        return self._moved(command(self.state, what, what.known if now is None else now, self.paging))

    def wait(self, until: int) -> list[str]:
        return self._moved(due(self.state, until, self.paging))

    def deliver(self, now: int = START) -> list[str]:
        """Everything owed is accepted, in order."""
        sent = spelled(self.state.pending)
        for one in self.state.pending:
            self.start(one.number, now)
            self._moved(accepted(self.state, one.number, now, self.paging))
        return sent

    def start(self, number: int, now: int = START) -> None:
        """An attempt is about to be made."""
        self._moved(started(self.state, number, now, self.paging))

    def refuse(self, number: int, now: int) -> list[str]:
        self.start(number, now)
        return self._moved(refused(self.state, number, now, self.paging))

    def outcomes(self) -> list[str]:
        """Every outcome so far but `owed`."""
        return [audit.outcome for audit in self.audits if audit.outcome != "owed"]

    def _moved(self, outcome: PagingOutcome) -> list[str]:
        self.state = outcome.state
        self.audits += outcome.audits
        return spelled(outcome.pending)


def spelled(pending: Iterable[Notification]) -> list[str]:
    return [f"{one.action} {one.key} {one.channel}" for one in pending]
