"""Notify of an alert now, later, grouped, or not; open and close what receivers hold open; write down what is
owed. In the order an alert passes: `page`, then the incident it begins or the group it joins, then what is
owed to whom. Pure; the answer is always a reason in the audit.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from rules.wire import alerts, pages
from rules.wire.instants import MINUTE
from rules.wire.pages import Audit
from streams.pager.policy.routes import SYSTEM, Paging, Route, decide
from streams.pager.policy.state import (
    Alert,
    Book,
    Episode,
    Gathered,
    Held,
    Incident,
    Owed,
    Silence,
    as_read,
)

TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
RECENT = 64


def page(turn: Turn, episode: Episode, alert: Alert, worsened: bool = False) -> Episode:
    """Tells an alert as its route has it. A worsening passes every silence and every flood."""
    found = decide(turn.paging, {} if worsened else turn.silences, alert.said, turn.now)
    if found.until is not None:
        return hold(turn, episode, alert, found.until, found.why)
    route = found.route
    if route is None:
        turn.note_alert(alert, found.why)
        return superseded(turn, episode, alert)
    if route.digest is not None:
        digest(turn, alert, route, route.digest)
        return superseded(turn, episode, alert)
    if not worsened and alert.said.kind != SYSTEM and alert.said.level != "absolute" and flooding(turn):
        flood(turn, alert, route)
        return superseded(turn, episode, alert)
    turn.recent = (*turn.recent, turn.now)[-RECENT:]
    return begin(turn, episode, alert, route)


def hold(turn: Turn, episode: Episode, alert: Alert, until: int, why: str) -> Episode:
    """Not now: looked at again at `until`, if it is still open and nobody has acknowledged it."""
    turn.note_alert(alert, why, until=until)
    episode = retire(turn, episode, alert.raw, why)
    return replace(episode, held=Held(until, why, alert.raw))


def superseded(turn: Turn, episode: Episode, alert: Alert) -> Episode:
    """Told otherwise than by an incident: one of the level before is closed."""
    return end(turn, replace(episode, held=None), alert.raw, pages.MASKED)


# Opening and closing what receivers hold open: one incident a level of an episode, and a new one whenever it
# worsens.
#
# The key is `<episode id>:<level>`; one more at a level the episode has had before is `<episode
# id>:<level>+2`. A receiver that was told
# "acknowledged" swallows a repeat of a key, and one that was told "resolved" must not be told of it again.


def begin(turn: Turn, episode: Episode, alert: Alert, route: Route) -> Episode:
    """A new incident on the first rung of a ladder; one that is open is closed after it, so that there is
    none without.
    """
    level = alert.said.level
    count = episode.incidents.get(level, 0) + 1
    key = f"{episode.id}:{level}" + (f"+{count}" if count > 1 else "")
    incident = Incident(key, alert.labels, route.name, turn.now, 0, (), alert.raw)
    before, episode = (
        episode,
        replace(episode, incident=incident, held=None, incidents={**episode.incidents, level: count}),
    )
    drop_triggers(turn, before.incident, pages.MASKED)
    episode = climb(turn, episode, route, 0)
    _resolve(turn, before, alert.raw)
    return episode


def climb(turn: Turn, episode: Episode, route: Route, step: int) -> Episode:
    """Tells a rung of the ladder."""
    incident = episode.incident
    assert incident is not None
    rung = route.steps[step].channels
    for channel in rung:
        turn.owe(channel, TRIGGER, episode.id, incident, incident.alert, step)
    told = (*incident.channels, *(channel for channel in rung if channel not in incident.channels))
    return replace(episode, incident=replace(incident, step=step, channels=told))


def end(turn: Turn, episode: Episode, body: bytes, outcome: str = pages.CLOSED) -> Episode:
    """Closes the incident, if one is open: what opens it is still owed, and goes before."""
    if episode.incident is None:
        return episode
    turn.note_episode(episode, outcome, key=episode.incident.key)
    _resolve(turn, episode, body)
    return replace(episode, incident=None)


def retire(turn: Turn, episode: Episode, body: bytes, outcome: str) -> Episode:
    """Closes the incident because it shall not be told now: what was not sent yet is not sent."""
    if episode.incident is None:
        return episode
    drop_triggers(turn, episode.incident, outcome)
    _resolve(turn, episode, body)
    return replace(episode, incident=None)


def repeat(turn: Turn, episode: Episode, body: bytes) -> Episode:
    """Tells it once more to all who were told; in place of what was not sent yet."""
    assert episode.incident is not None
    incident = replace(episode.incident, alert=body)
    waiting = [one for one in turn.owed if one.key == incident.key and one.action == TRIGGER]
    for one in waiting:
        turn.swap(one, body)
    for channel in incident.channels:
        if all(one.channel != channel for one in waiting):
            turn.owe(channel, TRIGGER, episode.id, incident, body, incident.step)
    return replace(episode, incident=incident)


def acknowledge(turn: Turn, episode: Episode) -> None:
    """Tells all who were told that someone has seen it."""
    incident = episode.incident
    if incident is not None:
        for channel in incident.channels:
            turn.owe(channel, ACKNOWLEDGE, episode.id, incident, incident.alert, incident.step)


def drop_triggers(turn: Turn, incident: Incident | None, outcome: str) -> None:
    """What would open or acknowledge the incident is not owed any more, unless it may have left already: then
    it goes before the end.
    """
    for one in [
        one for one in turn.owed if incident is not None and one.key == incident.key and one.action != RESOLVE
    ]:
        if not one.tried:
            turn.drop(one, outcome)


def _resolve(turn: Turn, episode: Episode, body: bytes) -> None:
    """Owed to whoever was told or will be; not to those who never hear of it."""
    incident = episode.incident
    if incident is not None:
        waiting = {one.channel for one in turn.owed if one.key == incident.key and one.action == TRIGGER}
        for channel in (
            channel for channel in incident.channels if channel in waiting or channel in incident.tried
        ):
            turn.owe(channel, RESOLVE, episode.id, incident, body, incident.step)


# Many alerts in one page: a patient's flood, and the digest of what need not be told at once.
#
# Both are episodes of their own, made up here, so that ladders, acknowledgements and receivers take them as
# any other. They end, and a digest is told, when their time has come: escalation.py.


FLOOD, DIGEST = "flood", "digest"
LINES = 20


def flooding(turn: Turn) -> bool:
    """Whether one more page makes too many within the window."""
    since = turn.now - turn.paging.flood_window
    return sum(1 for moment in turn.recent if moment > since) + 1 >= turn.paging.flood


def flood(turn: Turn, alert: Alert, route: Route) -> None:
    """Puts an alert into the flood's one page, which keeps counting."""
    turn.recent = (*turn.recent, turn.now)[-RECENT:]
    turn.note_alert(alert, pages.FLOODED)
    so_far = turn.flood or Gathered(
        gathered_id(turn, FLOOD, alert.decided), route.name, len(turn.recent) - 1, ()
    )
    turn.flood = replace(so_far, count=so_far.count + 1, lines=(*so_far.lines, _line(alert))[-LINES:])
    told = summary(turn, turn.flood, FLOOD, alert.said.level, _flood_words(turn))
    if so_far.episode in turn.episodes:
        turn.episodes[so_far.episode] = repeat(turn, turn.episodes[so_far.episode], told.raw)
    else:
        turn.note_alert(told, pages.FLOOD_BEGAN)
        turn.episodes[so_far.episode] = begin(turn, told.episode, told, route)


def digest(turn: Turn, alert: Alert, route: Route, every: int) -> None:
    """Keeps an alert for the route's next digest."""
    so_far = turn.digests.get(route.name) or Gathered("", route.name, 0, (), turn.now + every)
    lines = (*so_far.lines, _line(alert))[-LINES:]
    turn.digests[route.name] = replace(
        so_far, count=so_far.count + 1, lines=lines, due=so_far.due or turn.now + every
    )
    turn.note_alert(alert, pages.DIGESTED, until=turn.digests[route.name].due)


def gathered_id(turn: Turn, what: str, moment: int) -> str:
    return alerts.hashed(f"{turn.book.patient}|{what}|{moment}")


def _line(alert: Alert) -> str:
    return f"{alert.said.subject} {alert.said.level}"


def _flood_words(turn: Turn) -> str:
    assert turn.flood is not None
    return (
        f"{turn.flood.count} pages since {span(turn.paging.flood_window)}, told as one: "
        f"{'; '.join(turn.flood.lines)}"
    )


def span(length: int) -> str:
    return f"{length // MINUTE} min"


def summary(turn: Turn, gathered: Gathered, kind: str, level: str, message: str) -> Alert:
    """The alert that is made up, with the fields every alert has."""
    made = alerts.undecided_alert(
        id=gathered.episode,
        seq=gathered.count,
        patient=turn.book.patient,
        kind=kind,
        subject=kind,
        level=level,
        at=turn.now,
        message=message,
        value=gathered.count,
        unit="1",
        limit=None,
    )
    return as_read(made)


# One step of a book: a working copy, what it comes to owe, and the reasons. The book before stays as it was.


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
