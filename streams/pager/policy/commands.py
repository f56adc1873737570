"""Take a command into a patient's paging state: acknowledgements, silences, and what was entered in error.
Pure.
"""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.commands import bounded, too_late
from rules.wire.events import Ack, Event, Withdrawal
from rules.wire.events import Silence as Asked
from streams.pager.policy.alerts import apply_ack
from streams.pager.policy.notifications import Outcome, Turn, hold, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acked, Book, Episode, Silence, read

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
        if one.subject == asked.subject and one.worsened and too_late(asked.known, one.decided, one.worsened)
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
