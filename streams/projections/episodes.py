"""A patient's alerts as they stand: open episodes, who has seen them, what was said before, and what people
asked of them (wire.md, Alert; criteria.md section 9).
"""

from __future__ import annotations

from collections import deque

import msgspec

from rules.wire.alerts import CLEAR, RANK, AlertRecord, NotAnAlert, decode
from rules.wire.commands import bounded, too_late
from rules.wire.events import Ack, Event, Resume, Silence, Withdrawal
from rules.wire.instants import parse
from rules.wire.vocabulary import EVERY_PATIENT

TIMELINE = 150
ACKS = COMMANDS = 64
MACHINE = "system"


class SeenBy(msgspec.Struct, frozen=True, gc=False):
    """Who has seen an alert, when (ms), and what they said. `id`: of the command."""

    id: str
    known: int
    by: str
    reason: str


class OpenEpisode(msgspec.Struct, frozen=True):
    """An open episode.

    `opened`: `at` of its opening; `since`: of the transition to the present level; `decided`: of opening or
    worsening; all ms.
    """

    last: AlertRecord
    opened: int
    since: int
    decided: int
    worsened: bool

    @property
    def id(self) -> str:
        return self.last.id

    @property
    def level(self) -> str:
        return self.last.level

    def seen_by(self, ack: SeenBy) -> bool:
        """Whether an acknowledgement was given to it as it is now: what got worse since has not been seen."""
        return not too_late(ack.known, self.decided, self.worsened)


class Episodes:
    """`open`: by id; `timeline`: the latest transitions, oldest first."""

    __slots__ = ("acks", "open", "seen", "timeline")

    def __init__(self) -> None:
        self.open: dict[str, OpenEpisode] = {}
        self.timeline: deque[AlertRecord] = deque(maxlen=TIMELINE)
        self.seen: dict[str, int] = {}
        self.acks: dict[str, dict[str, SeenBy]] = {}

    def apply(self, alert: AlertRecord) -> bool:
        """Takes a transition; whether it is new. One may be published twice, with the same id and seq."""
        if self.seen.get(alert.id, 0) >= alert.seq:
            return False
        self.seen[alert.id] = alert.seq
        self.timeline.append(alert)
        if alert.level == CLEAR:
            self.open.pop(alert.id, None)
            self._forget()
        else:
            self.open[alert.id] = moved(self.open.get(alert.id), alert)
        return True

    def _forget(self) -> None:
        """What is said of episodes long over is not kept for ever."""
        for old in list(self.seen)[: -4 * TIMELINE]:
            if old not in self.open:
                del self.seen[old]

    def acknowledge(self, alert: str, ack: SeenBy) -> None:
        """Takes an acknowledgement; it may come before its alert, for the two stand in different topics."""
        self.acks.setdefault(alert, {})[ack.id] = ack
        for old in list(self.acks)[:-ACKS]:
            if old not in self.open:
                del self.acks[old]

    def withdraw(self, command: str) -> None:
        """An acknowledgement entered in error never was."""
        for given in self.acks.values():
            given.pop(command, None)

    def acked(self, episode: OpenEpisode) -> SeenBy | None:
        """The acknowledgement that stands, the first if several do."""
        given = [ack for ack in self.acks.get(episode.id, {}).values() if episode.seen_by(ack)]
        return min(given, key=lambda ack: ack.known, default=None)

    def unseen(self) -> list[OpenEpisode]:
        """Open episodes nobody has acknowledged, the gravest first, then the oldest.

        Advice needs no acknowledgement.
        """
        found = [one for one in self.open.values() if one.level != "advisory" and self.acked(one) is None]
        return sorted(found, key=urgency)

    def open_episodes(self) -> list[OpenEpisode]:
        """All open episodes, the gravest first, then the oldest."""
        return sorted(self.open.values(), key=urgency)


def urgency(episode: OpenEpisode) -> tuple[int, int, str]:
    return -RANK[episode.level], episode.since, episode.id


def moved(before: OpenEpisode | None, alert: AlertRecord) -> OpenEpisode:
    """The episode after a transition."""
    at, decided = parse(alert.at), parse(alert.decided)
    if before is None:
        return OpenEpisode(alert, at, at, decided, alert.transition == "worsened")
    if alert.transition == "worsened":
        return OpenEpisode(alert, before.opened, at, decided, True)
    since = before.since if alert.level == before.level else at
    return OpenEpisode(alert, before.opened, since, before.decided, before.worsened)


def alert_of(value: bytes) -> AlertRecord | None:
    """Return the alert of a record; None for what is none."""
    try:
        return decode(value)
    except NotAnAlert:
        return None


def of_machine(alert: AlertRecord) -> bool:
    """Whether it is an alarm of the machine itself: those go by the wall's clock and are no patient's."""
    return alert.patient == EVERY_PATIENT or alert.kind == MACHINE


class CommandsInForce:
    """What people asked of a patient's alerts: acknowledgements, silences, resumes (wire.md, Events).

    `silences` by id; `resumes`: of stop rules, oldest first.
    """

    __slots__ = ("resumes", "silences")

    def __init__(self) -> None:
        self.silences: dict[str, Silence] = {}
        self.resumes: deque[Resume] = deque(maxlen=COMMANDS)

    def apply(self, event: Event, episodes: Episodes) -> None:
        """Takes a command."""
        match event:
            case Ack():
                episodes.acknowledge(event.alert, SeenBy(event.id, event.known, event.by, event.reason))
            case Silence():
                self.silences[event.id] = msgspec.structs.replace(
                    event, until=bounded(event.level, event.known, event.until)
                )
                for old in list(self.silences)[:-COMMANDS]:
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
