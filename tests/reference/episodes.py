"""Episodes and their transitions (criteria.md 9)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from .clock import MINUTE, itself, show
from .criteria import SYSTEM

ORDER = {"clear": 0, "indeterminate": 0, "technical": 1, "advisory": 1, "relative": 2, "absolute": 3}
PRIORITY = {
    "absolute": "high",
    "relative": "medium",
    "technical": "medium",
    "advisory": "low",
    "clear": "low",
}
REMINDED = ("criterion", "blood-pressure", "recommendation")
FIRST_REMINDER, REMINDERS = 15 * MINUTE, 60 * MINUTE


@dataclass
class Episode:
    """One open episode."""

    id: str
    kind: str
    subject: str
    level: str
    rank: int
    opened: int
    last: int  # `at` of its latest transition
    acknowledged: bool = False
    absolute_since: int | None = None  # the decision that made it absolute
    reminded: bool = False  # of the 1500 mL

    def reminder_at(self, at: int) -> bool:
        """Whether a reminder falls due at an instant."""
        if (
            self.level != "absolute"
            or self.kind not in REMINDED
            or self.acknowledged
            or self.absolute_since is None
        ):
            return False
        return (
            at >= self.absolute_since + FIRST_REMINDER
            and (at - self.absolute_since - FIRST_REMINDER) % REMINDERS == 0
        )

    def next_reminder(self, after: int) -> int | None:
        """The next instant after `after` at which a reminder may fall due."""
        if self.level != "absolute" or self.kind not in REMINDED or self.absolute_since is None:
            return None
        first = self.absolute_since + FIRST_REMINDER
        return first if after < first else first + ((after - first) // REMINDERS + 1) * REMINDERS


@dataclass(frozen=True)
class View:
    """How a subject stands at a decision: its level, the instant it became so, and what the alert
    would say.
    """

    kind: str
    subject: str
    level: str
    since: int
    rank: int
    value: Any = None
    unit: str | None = None
    evidence: tuple[str, ...] = ()
    amended: bool = False  # if lowered now, a correction did it
    amount: Any = None


@dataclass
class Journal:
    """A stay's open episodes and the alerts given."""

    patient: str
    open: dict[tuple[str, str], Episode] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0

    def acknowledge(self, id: str) -> None:
        """Acknowledges the open episode with this id, if there is one."""
        for episode in self.open.values():
            episode.acknowledged = episode.acknowledged or episode.id == id

    def end(self, at: int, view: View, reason: str) -> None:
        """Resolves an open episode for a reason of its own (`new-cycle`, `discharged`)."""
        episode = self.open.pop((view.kind, view.subject), None)
        if episode:
            self._print(at, view, "resolved", "clear", max(itself(at), episode.last), episode, reason)

    def update(self, at: int, view: View, floor: int, opens: bool = True) -> int | None:
        """Compares a subject with its episode and prints what changed; the transition's `at`, None if nothing
        was printed.
        """
        episode = self.open.get((view.kind, view.subject))
        if episode is None:
            return self._opened(at, view, floor) if opens and ORDER[view.level] else None
        if view.level == "indeterminate" and not view.amended:
            return self._remind(at, view, episode)
        if view.rank == episode.rank:
            return self._remind(at, view, episode)
        return self._moved(at, view, episode)

    def _opened(self, at: int, view: View, floor: int) -> int:
        opened = max(view.since, floor)
        episode = Episode(
            identity(self.patient, view.kind, view.subject, opened),
            view.kind,
            view.subject,
            view.level,
            view.rank,
            opened,
            opened,
        )
        episode.absolute_since = itself(at) if view.level == "absolute" else None
        episode.reminded = view.amount is not None and view.amount >= 1500
        self.open[view.kind, view.subject] = episode
        self._print(at, view, "opened", view.level, opened, episode)
        return opened

    def _moved(self, at: int, view: View, episode: Episode) -> int:
        lowered, level = view.rank < episode.rank, view.level if ORDER[view.level] else "clear"
        transition = (
            "worsened"
            if not lowered
            else "amended"
            if view.amended
            else "resolved"
            if level == "clear"
            else "improved"
        )
        if level == "absolute" and episode.level != "absolute":
            episode.absolute_since = itself(at)
        episode.acknowledged = episode.acknowledged and lowered
        episode.level, episode.rank, episode.last = level, view.rank, max(view.since, episode.last)
        if level == "clear":
            del self.open[view.kind, view.subject]
        self._print(at, view, transition, level, episode.last, episode)
        return episode.last

    def _remind(self, at: int, view: View, episode: Episode) -> int | None:
        more = view.amount is not None and view.amount >= 1500 and not episode.reminded
        if more or episode.reminder_at(at):
            episode.reminded = episode.reminded or more
            episode.last = max(itself(at), episode.last)
            self._print(at, view, "reminder", episode.level, episode.last, episode)
        return None

    def _print(
        self,
        at: int,
        view: View,
        transition: str,
        level: str,
        when: int,
        episode: Episode,
        reason: str | None = None,
    ) -> None:
        self.seq += 1
        alert = {
            "id": episode.id,
            "seq": self.seq,
            "patient": self.patient,
            "subject": view.subject,
            "kind": view.kind,
            "system": SYSTEM.get(view.subject) if view.kind == "criterion" else None,
            "level": level,
            "priority": PRIORITY[level],
            "transition": transition,
            "at": show(when),
            "decided": show(at),
            "value": view.value,
            "unit": view.unit,
            "evidence": list(view.evidence),
        }
        self.alerts.append(alert | ({"reason": reason} if reason else {}) | {"_decided": at})


def identity(patient: str, kind: str, subject: str, opened: int) -> str:
    """The first 16 hex digits of SHA-256 over patient|kind|subject|opened."""
    return hashlib.sha256(f"{patient}|{kind}|{subject}|{show(opened)}".encode()).hexdigest()[:16]
