"""Fold one patient's alerts and commands (wire.md, Alert; criteria.md section 9).

Open episodes, their acknowledgements, the timeline of transitions, and the commands in force.
"""

from __future__ import annotations

from collections import deque

import msgspec
from msgspec import UNSET

from rules.wire.alerts import CLEAR, RANK, AlertRecord, NotAnAlert, decode
from rules.wire.commands import bounded
from rules.wire.events import Accept, Ack, Event, Resume, Silence, Withdrawal
from rules.wire.instants import parse
from rules.wire.pages import SILENCE, SILENCE_CUT, SILENCE_ENDED, PageRecord
from rules.wire.vocabulary import EVERY_PATIENT

TIMELINE = 150
CONFIRMING = (SILENCE, SILENCE_CUT, SILENCE_ENDED)
ACKS = COMMANDS = 64
MACHINE = "system"
RECOMMENDATION, REASONS = "recommendation", ("criterion", "blood-pressure")


class SeenBy(msgspec.Struct, frozen=True, gc=False):
    """An acknowledgement: by whom, when (`known`, ms) and why. `id`: of the command."""

    id: str
    known: int
    by: str
    reason: str


class OpenEpisode(msgspec.Struct, frozen=True):
    """An open episode.

    `opened`: `at` of its opening; `since`: of the transition to the present level; `decided`: of opening or
    worsening; `asked`: of the latest reminder that names it as unacknowledged (None: none); all ms.
    """

    last: AlertRecord
    opened: int
    since: int
    decided: int
    worsened: bool
    asked: int | None = None

    @property
    def id(self) -> str:
        """The id of the episode."""
        return self.last.id

    @property
    def level(self) -> str:
        """The present level."""
        return self.last.level

    def seen_by(self, ack: SeenBy) -> bool:
        """Return whether an acknowledgement covers the present level.

        One given before the last worsening does not, nor one that has run out: a reminder says so.
        """
        if self.worsened and ack.known <= self.decided:
            return False
        return self.asked is None or ack.known >= self.asked

    @property
    def is_reason(self) -> bool:
        """Whether it is among the reasons of the recommendation (criteria.md 4)."""
        return self.last.kind in REASONS or (
            self.last.kind == "advice" and RANK[self.level] >= RANK["relative"]
        )


class Episodes:
    """The episodes of one patient. `open`: by id; `timeline`: the latest transitions, oldest first."""

    __slots__ = ("acks", "open", "seen", "timeline")

    def __init__(self) -> None:
        self.open: dict[str, OpenEpisode] = {}
        self.timeline: deque[AlertRecord] = deque(maxlen=TIMELINE)
        self.seen: dict[str, int] = {}
        self.acks: dict[str, dict[str, SeenBy]] = {}

    def apply(self, alert: AlertRecord) -> bool:
        """Apply a transition; return whether it is new.

        One may be published twice, with the same id and seq.
        """
        if self.seen.get(alert.id, 0) >= alert.seq:
            return False
        self.seen[alert.id] = alert.seq
        self.timeline.append(alert)
        if alert.level == CLEAR:
            self.open.pop(alert.id, None)
            self._forget()
        else:
            self.open[alert.id] = moved(self.open.get(alert.id), alert)
            self._ask(alert)
        return True

    def _ask(self, alert: AlertRecord) -> None:
        """Note on a reminder who of the open episodes is unacknowledged."""
        named = alert.context.unacknowledged if alert.context else UNSET
        if alert.transition != "reminder" or not named:
            return
        for id, episode in self.open.items():
            if episode.last.subject in named:
                self.open[id] = msgspec.structs.replace(episode, asked=parse(alert.decided))

    def _forget(self) -> None:
        """Drop the oldest sequence numbers of episodes that are closed."""
        for old in list(self.seen)[: -4 * TIMELINE]:
            if old not in self.open:
                del self.seen[old]

    def as_of(self, end: int) -> Episodes:
        """Return the episodes as they were at an instant, ms, as far as the timeline goes back."""
        after = {alert.id for alert in self.timeline if parse(alert.decided) > end}
        then = Episodes()
        for alert in self.timeline:
            if parse(alert.decided) <= end and alert.id in after:
                then.apply(alert)
        for id, one in self.open.items():
            if id not in after:
                asked_later = one.asked is not None and one.asked > end
                then.open[id] = msgspec.structs.replace(one, asked=None) if asked_later else one
        for id, acks in self.acks.items():
            then.acks[id] = {command: ack for command, ack in acks.items() if ack.known <= end}
        return then

    def acknowledge(self, alert: str, ack: SeenBy) -> None:
        """Record an acknowledgement.

        It may arrive before its alert, since the two are in different topics.
        """
        self.acks.setdefault(alert, {})[ack.id] = ack
        for old in list(self.acks)[:-ACKS]:
            if old not in self.open:
                del self.acks[old]

    def withdraw(self, command: str) -> None:
        """Remove an acknowledgement that was entered in error."""
        for acks in self.acks.values():
            acks.pop(command, None)

    def acked(self, episode: OpenEpisode) -> SeenBy | None:
        """Return the acknowledgement in force, the earliest if there are several; None when there is none.

        That of the recommendation is one of every reason, and it is acknowledged while its reasons are.
        """
        if episode.last.kind == RECOMMENDATION and (reasons := self._deciding()):
            answers = [self._own(reason) for reason in reasons]
            return None if None in answers else answers[0]
        return self._own(episode)

    def _deciding(self) -> list[OpenEpisode]:
        reasons = [one for one in self.open.values() if one.is_reason]
        return [one for one in reasons if one.level == "absolute"] or reasons

    def _own(self, episode: OpenEpisode) -> SeenBy | None:
        ids = [episode.id]
        if episode.is_reason:
            ids += [one.id for one in self.open.values() if one.last.kind == RECOMMENDATION]
        acks = [ack for id in ids for ack in self.acks.get(id, {}).values() if episode.seen_by(ack)]
        return min(acks, key=lambda ack: ack.known, default=None)

    def unseen(self) -> list[OpenEpisode]:
        """Return the open episodes without an acknowledgement, the most severe first, then the oldest.

        Advice needs no acknowledgement.
        """
        found = [one for one in self.open.values() if one.level != "advisory" and self.acked(one) is None]
        return sorted(found, key=urgency)

    def open_episodes(self) -> list[OpenEpisode]:
        """Return all open episodes, the most severe first, then the oldest."""
        return sorted(self.open.values(), key=urgency)


def urgency(episode: OpenEpisode) -> tuple[int, int, str]:
    """Return the sort key: the most severe first, then the oldest."""
    return -RANK[episode.level], episode.since, episode.id


def moved(before: OpenEpisode | None, alert: AlertRecord) -> OpenEpisode:
    """Return the episode after a transition."""
    at, decided = parse(alert.at), parse(alert.decided)
    if before is None:
        return OpenEpisode(alert, at, at, decided, alert.transition == "worsened")
    if alert.transition == "worsened":
        return OpenEpisode(alert, before.opened, at, decided, True)
    since = before.since if alert.level == before.level else at
    return OpenEpisode(alert, before.opened, since, before.decided, before.worsened, before.asked)


def alert_of(value: bytes) -> AlertRecord | None:
    """Return the alert of a record; None when it is not a valid alert."""
    try:
        return decode(value)
    except NotAnAlert:
        return None


def of_machine(alert: AlertRecord) -> bool:
    """Return whether it is an alarm of the system itself.

    Those go by the wall clock and belong to no patient.
    """
    return alert.patient == EVERY_PATIENT or alert.kind == MACHINE


class CommandsInForce:
    """The silences, resumes and acceptances of one patient (wire.md, Events).

    `silences`: by id; `overrides`: resumes of stop rules and acceptances as they were asked for, oldest
    first.
    """

    __slots__ = ("overrides", "silences")

    def __init__(self) -> None:
        self.silences: dict[str, Silence] = {}
        self.overrides: deque[Resume | Accept] = deque(maxlen=COMMANDS)

    def apply(self, event: Event, episodes: Episodes) -> None:
        """Apply a command; acknowledgements and their withdrawals go to `episodes`."""
        match event:
            case Ack():
                episodes.acknowledge(event.alert, SeenBy(event.id, event.known, event.by, event.reason))
            case Silence():
                self.silences[event.id] = msgspec.structs.replace(
                    event, until=bounded(event.level, event.known, event.until)
                )
                for old in list(self.silences)[:-COMMANDS]:
                    del self.silences[old]
            case Resume() | Accept():
                self._override(event)
            case Withdrawal():
                self.silences.pop(event.id, None)
                episodes.withdraw(event.id)

    def confirm(self, page: PageRecord) -> bool:
        """Take the pager's word for the end of a silence; return whether there was one.

        The sender's clock may be wrong, and what counts is the pager's.
        """
        silence = self.silences.get(page.command or "")
        if silence is None or page.until is None or page.outcome not in CONFIRMING:
            return False
        self.silences[silence.id] = msgspec.structs.replace(silence, until=parse(page.until))
        return True

    def _override(self, event: Resume | Accept) -> None:
        if all(other.id != event.id for other in self.overrides):
            self.overrides.append(event)

    def as_of(self, end: int) -> CommandsInForce:
        """Return the commands that were known at an instant, ms."""
        then = CommandsInForce()
        then.silences = {id: one for id, one in self.silences.items() if one.known <= end}
        then.overrides.extend(one for one in self.overrides if one.known <= end)
        return then

    def quiet(self, clock: int) -> list[Silence]:
        """Return the silences in force at `clock` (ms), the first to end first."""
        return sorted((one for one in self.silences.values() if one.until > clock), key=lambda one: one.until)
