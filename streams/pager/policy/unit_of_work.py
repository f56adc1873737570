"""One step of a book: a working copy, what it comes to owe, and the reasons.

The book before stays as it was.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rules.wire import pages
from rules.wire.pages import Audit
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Alert, Book, Episode, Gathered, Incident, Labels, Owed, Silence


class Outcome(NamedTuple):
    """The book after a step; what it newly owes; what is to be said of it.

    `fresh`: it was not seen before.
    """

    book: Book
    owed: list[Owed]
    audits: list[Audit]
    fresh: bool = True


class Turn:
    """`now`: ms."""

    def __init__(self, book: Book, now: int, paging: Paging) -> None:
        self.book, self.now, self.paging = book, now, paging
        self.episodes: dict[str, Episode] = dict(book.episodes)
        self.ended, self.early = dict(book.ended), dict(book.early)
        self.silences: dict[str, Silence] = dict(book.silences)
        self.digests: dict[str, Gathered] = dict(book.digests)
        self.flood, self.recent = book.flood, book.recent
        self.owed = list(book.owed)
        self.next = book.next
        self.audits: list[Audit] = []

    def outcome(self, fresh: bool = True) -> Outcome:
        """The new book, with all that was done to the copy."""
        book = msgspec.structs.replace(
            self.book,
            episodes=self.episodes,
            ended=self.ended,
            early=self.early,
            silences=self.silences,
            digests=self.digests,
            flood=self.flood,
            recent=self.recent,
            owed=tuple(self.owed),
            next=self.next,
        )
        return Outcome(book, [one for one in self.owed if one.number >= self.book.next], self.audits, fresh)

    def owe(self, channel: str, action: str, lane: str, incident: Incident, body: bytes, step: int) -> None:
        """One more message for one receiver."""
        one = Owed(
            self.next,
            channel,
            action,
            incident.key,
            lane,
            incident.labels,
            body,
            self.now,
            incident.since,
            step,
        )
        self.next += 1
        self.owed.append(one)
        self.note_owed(one, pages.OWED, route=incident.route)

    def swap(self, one: Owed, body: bytes) -> None:
        """A message that tells something newer in place of another: it keeps its place in the lane and its
        age.
        """
        new = msgspec.structs.replace(one, number=self.next, body=body)
        self.next += 1
        self.owed[self.owed.index(one)] = new
        self.note_owed(one, pages.REPLACED)
        self.note_owed(new, pages.OWED)

    def drop(self, one: Owed, outcome: str) -> None:
        """A message that is not owed any more, and why."""
        self.owed.remove(one)
        self.note_owed(one, outcome)

    def note_owed(self, one: Owed, outcome: str, **told: object) -> None:
        """Says something of a message."""
        labels = one.labels
        self.note(
            outcome,
            alert=one.lane,
            key=one.key,
            number=one.number,
            action=one.action,
            channel=one.channel,
            step=one.step,
            level=labels.level,
            kind=labels.kind,
            subject=labels.subject,
            **told,
        )

    def note_alert(self, alert: Alert, outcome: str, **told: object) -> None:
        """Says something of an alert."""
        said = alert.said
        self.note(
            outcome,
            alert=said.id,
            seq=said.seq,
            level=said.level,
            kind=said.kind,
            subject=said.subject,
            at=said.at,
            decided=said.decided,
            **told,
        )

    def note_episode(self, episode: Episode, outcome: str, **told: object) -> None:
        """Says something of an episode."""
        self.note(
            outcome, alert=episode.id, level=episode.level, kind=episode.kind, subject=episode.subject, **told
        )

    def note(self, outcome: str, **told: object) -> None:
        patient = self.book.patient
        unit = self.paging.unit_of(patient)
        self.audits.append(
            msgspec.convert(
                {"when": self.now, "outcome": outcome, "patient": patient, "unit": unit, **told}, Audit
            )
        )


def labels_of(alert: Alert) -> Labels:
    """What the pages of an incident will agree in."""
    said = alert.said
    return Labels(said.level, said.priority, said.kind, said.subject, said.system)
