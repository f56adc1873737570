"""Take an alert or a command into a patient's paging state: what is newly owed, and why. Pure; the same
alert twice changes nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.commands import bounded
from rules.wire.events import Ack, Event, Withdrawal
from rules.wire.events import Silence as Asked
from streams.pager.policy import notifications
from streams.pager.policy.notifications import hold, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acked, Alert, Book, Episode, Held, Silence, read
from streams.pager.policy.unit_of_work import Outcome, Turn

WAITING = 32
"""Acknowledgements kept that came before their alert: the two stand in different topics."""


def command(book: Book, event: Event, now: int, paging: Paging, actionable: bool | None = None) -> Outcome:
    """The book after a command; other events change nothing.

    `now`: ms; `actionable`: what the acknowledgement says of the alert, if anything.
    """
    turn = Turn(book, now, paging)
    if isinstance(event, Ack):
        _ack(turn, event.alert, Acked(event.id, event.known, event.by, event.reason, actionable))
    elif isinstance(event, Asked):
        _silence(turn, event)
    elif isinstance(event, Withdrawal):
        _withdraw(turn, event)
    return turn.outcome()


def _ack(turn: Turn, alert: str, acked: Acked) -> None:
    if alert in turn.episodes:
        apply_ack(turn, alert, acked)
    elif alert in turn.ended:
        turn.note(pages.ACK_OVER, alert=alert, by=acked.by, reason=acked.reason)
    else:
        turn.early[alert] = acked
        turn.note(pages.ACK_EARLY, alert=alert, by=acked.by, reason=acked.reason)
        for old in list(turn.early)[:-WAITING]:
            del turn.early[old]


def apply_ack(turn: Turn, alert: str, acked: Acked) -> None:
    """Someone has seen it: no more escalation. Not so if it got worse since, for that they have not seen."""
    episode = turn.episodes[alert]
    if too_late(episode, acked.known):
        turn.note_episode(episode, pages.ACK_LATE, by=acked.by, reason=acked.reason)
    elif episode.acked is None:
        turn.note_episode(
            episode,
            pages.ACKNOWLEDGED,
            by=acked.by,
            reason=acked.reason,
            actionable=acked.actionable,
            waited_ms=_waited(episode, turn),
        )
        notifications.acknowledge(turn, episode)
        turn.episodes[alert] = replace(episode, acked=acked, held=None)
    elif episode.acked.id != acked.id:
        turn.note_episode(episode, pages.ALREADY, by=acked.by, reason=acked.reason)


def too_late(episode: Episode, known: int) -> bool:
    """Whether a command was given before what it would hide; one given at the instant of an opening was given
    to it.
    """
    return known <= episode.decided if episode.worsened else known < episode.decided


def _waited(episode: Episode, turn: Turn) -> int | None:
    """From the first time a receiver took it to the acknowledgement, ms."""
    accepted = episode.incident.accepted if episode.incident else None
    return None if accepted is None else max(0, turn.now - accepted)


def _silence(turn: Turn, asked: Asked) -> None:
    until = bounded(asked.level, asked.known, asked.until)
    told = {
        "subject": asked.subject,
        "level": asked.level,
        "by": asked.by,
        "reason": asked.reason,
        "until": until,
    }
    lost = [
        one
        for one in turn.episodes.values()
        if one.subject == asked.subject and one.worsened and too_late(one, asked.known)
    ]
    if until <= turn.now or lost:
        turn.silences.pop(asked.id, None)
        turn.note(pages.SILENCE_LIFTED if lost else pages.SILENCE_ENDED, **told)
        return release(turn, asked.subject)
    turn.silences[asked.id] = Silence(asked.id, asked.subject, asked.level, until, asked.by, asked.reason)
    turn.note(pages.SILENCE_CUT if until < asked.until else pages.SILENCE, **told)
    for episode in list(turn.episodes.values()):
        if (
            episode.subject == asked.subject
            and RANK[episode.level] <= RANK[asked.level]
            and episode.acked is None
        ):
            turn.episodes[episode.id] = _hush(turn, episode, until)
    return release(turn, asked.subject)


def _hush(turn: Turn, episode: Episode, until: int) -> Episode:
    """What has been told and is silenced is closed; it is told anew, under a new key, when the silence is
    over.
    """
    if episode.incident is None:
        return episode
    return hold(turn, episode, read(episode.incident.alert), until, pages.SILENCED)


def release(turn: Turn, subject: str) -> None:
    """What was held back for a silence is looked at again: another may cover it, or it is told now."""
    for episode in list(turn.episodes.values()):
        if episode.subject == subject and episode.held is not None and episode.held.why == pages.SILENCED:
            turn.episodes[episode.id] = page(turn, replace(episode, held=None), read(episode.held.alert))


def _withdraw(turn: Turn, event: Withdrawal) -> None:
    """A silence entered in error never was; an acknowledgement entered in error leaves the alert unseen."""
    silence = turn.silences.pop(event.id, None)
    if silence is not None:
        turn.note(pages.SILENCE_LIFTED, subject=silence.subject, level=silence.level, reason="withdrawn")
        release(turn, silence.subject)
    for episode in [
        one for one in turn.episodes.values() if one.acked is not None and one.acked.id == event.id
    ]:
        turn.note_episode(episode, pages.ACK_WITHDRAWN)
        turn.episodes[episode.id] = _unack(turn, replace(episode, acked=None))


def _unack(turn: Turn, episode: Episode) -> Episode:
    """Told anew: a receiver that holds it as acknowledged would swallow a repeat."""
    return episode if episode.incident is None else page(turn, episode, read(episode.incident.alert))


REMEMBERED = 256
"""Episodes that are over and still told from new ones: a worker that took over repeats the alerts of one
batch at most.
"""


def take(book: Book, alert: Alert, now: int, paging: Paging) -> Outcome:
    """The book with an alert in it (criteria.md section 9). `now`: ms."""
    turn = Turn(book, now, paging)
    if seen(book, alert):
        return turn.outcome(fresh=False)
    episode = book.episodes.get(alert.said.id)
    if alert.ends:
        _close(turn, episode, alert)
    elif episode is None:
        _open(turn, alert)
    else:
        turn.episodes[episode.id] = _move(turn, episode, alert)
    return turn.outcome()


def seen(book: Book, alert: Alert) -> bool:
    """Whether this transition, or a later one of its episode, was taken before."""
    episode = book.episodes.get(alert.said.id)
    last = book.ended.get(alert.said.id) if episode is None else episode.seq
    return last is not None and alert.said.seq <= last


def _open(turn: Turn, alert: Alert) -> None:
    """An episode that is not known is new, whatever its transition is called: what came before it was not
    seen.
    """
    said = alert.said
    episode = Episode(said.id, said.kind, said.subject, said.level, said.seq, alert.decided)
    turn.episodes[said.id] = page(turn, episode, alert)
    early = turn.early.pop(said.id, None)
    if early is not None:
        apply_ack(turn, said.id, early)


def _close(turn: Turn, episode: Episode | None, alert: Alert) -> None:
    turn.ended.pop(alert.said.id, None)
    turn.ended[alert.said.id] = alert.said.seq
    for old in list(turn.ended)[:-REMEMBERED]:
        del turn.ended[old]
    if episode is not None:
        notifications.end(turn, episode, alert.raw)
        del turn.episodes[episode.id]


def _move(turn: Turn, episode: Episode, alert: Alert) -> Episode:
    said = alert.said
    rose = RANK[said.level] - RANK[episode.level]
    before, episode = episode, replace(episode, seq=said.seq, level=said.level)
    if said.transition == "worsened" or rose > 0:
        return _worsen(turn, episode, alert)
    if rose < 0:
        return replace(notifications.end(turn, episode, alert.raw), held=_lower(before, alert))
    return _remind(turn, episode, alert) if said.transition == "reminder" else episode


def _worsen(turn: Turn, episode: Episode, alert: Alert) -> Episode:
    """Worsening is never swallowed: it takes the acknowledgement away, and lifts what silences the
    subject.
    """
    for silence in [one for one in turn.silences.values() if one.subject == episode.subject]:
        del turn.silences[silence.id]
        turn.note_episode(episode, pages.SILENCE_LIFTED, reason=silence.id)
    return page(
        turn, replace(episode, acked=None, decided=alert.decided, worsened=True), alert, worsened=True
    )


def _lower(before: Episode, alert: Alert) -> Held | None:
    """What was held back is held at its new level; what has been told is not told again as it gets better."""
    return None if before.held is None else replace(before.held, alert=alert.raw)


def _remind(turn: Turn, episode: Episode, alert: Alert) -> Episode:
    """A reminder goes to all who were told.

    What is acknowledged needs none; what is held back keeps waiting.
    """
    if episode.acked is not None:
        turn.note_alert(alert, pages.ALREADY, by=episode.acked.by)
        return episode
    if episode.held is not None:
        turn.note_alert(alert, episode.held.why, until=episode.held.until)
        return replace(episode, held=replace(episode.held, alert=alert.raw))
    if episode.incident is None:
        return page(turn, episode, alert)
    return notifications.repeat(turn, episode, alert.raw)
