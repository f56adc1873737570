"""A command comes in: an acknowledgement or a silence, with who and why (wire.md, Events; criteria.md section 9)."""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire.alerts import RANK
from rules.wire.events import Ack, Event, Withdrawal
from rules.wire.events import Silence as Asked
from streams.pager import audit, incident
from streams.pager.book import Acked, Book, Episode, Silence
from streams.pager.paging import hold, page
from streams.pager.routes import Paging
from streams.pager.silence import bounded
from streams.pager.transition import read
from streams.pager.turn import Outcome, Turn

WAITING = 32
"""Acknowledgements kept that came before their alert: the two stand in different topics."""


def command(book: Book, event: Event, now: int, paging: Paging, actionable: bool | None = None) -> Outcome:
    """The book after a command; other events change nothing. `now`: ms; `actionable`: what the acknowledgement says of the alert, if anything."""
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
        turn.note(audit.ACK_OVER, alert=alert, by=acked.by, reason=acked.reason)
    else:
        turn.early[alert] = acked
        turn.note(audit.ACK_EARLY, alert=alert, by=acked.by, reason=acked.reason)
        for old in list(turn.early)[:-WAITING]:
            del turn.early[old]


def apply_ack(turn: Turn, alert: str, acked: Acked) -> None:
    """Someone has seen it: no more escalation. Not so if it got worse since, for that they have not seen."""
    episode = turn.episodes[alert]
    if too_late(episode, acked.known):
        turn.note_episode(episode, audit.ACK_LATE, by=acked.by, reason=acked.reason)
    elif episode.acked is None:
        turn.note_episode(
            episode, audit.ACKNOWLEDGED, by=acked.by, reason=acked.reason, actionable=acked.actionable, waited_ms=_waited(episode, turn)
        )
        incident.acknowledge(turn, episode)
        turn.episodes[alert] = replace(episode, acked=acked, held=None)
    elif episode.acked.id != acked.id:
        turn.note_episode(episode, audit.ALREADY, by=acked.by, reason=acked.reason)


def too_late(episode: Episode, known: int) -> bool:
    """Whether a command was given before what it would hide; one given at the instant of an opening was given to it."""
    return known <= episode.decided if episode.worsened else known < episode.decided


def _waited(episode: Episode, turn: Turn) -> int | None:
    """From the first time a receiver took it to the acknowledgement, ms."""
    accepted = episode.incident.accepted if episode.incident else None
    return None if accepted is None else max(0, turn.now - accepted)


def _silence(turn: Turn, asked: Asked) -> None:
    until = bounded(asked.level, asked.known, asked.until)
    told = {"subject": asked.subject, "level": asked.level, "by": asked.by, "reason": asked.reason, "until": until}
    lost = [one for one in turn.episodes.values() if one.subject == asked.subject and one.worsened and too_late(one, asked.known)]
    if until <= turn.now or lost:
        turn.silences.pop(asked.id, None)
        turn.note(audit.SILENCE_LIFTED if lost else audit.SILENCE_ENDED, **told)
        return release(turn, asked.subject)
    turn.silences[asked.id] = Silence(asked.id, asked.subject, asked.level, until, asked.by, asked.reason)
    turn.note(audit.SILENCE_CUT if until < asked.until else audit.SILENCE, **told)
    for episode in list(turn.episodes.values()):
        if episode.subject == asked.subject and RANK[episode.level] <= RANK[asked.level] and episode.acked is None:
            turn.episodes[episode.id] = _hush(turn, episode, until)
    return release(turn, asked.subject)


def _hush(turn: Turn, episode: Episode, until: int) -> Episode:
    """What has been told and is silenced is closed; it is told anew, under a new key, when the silence is over."""
    if episode.incident is None:
        return episode
    return hold(turn, episode, read(episode.incident.alert), until, audit.SILENCED)


def release(turn: Turn, subject: str) -> None:
    """What was held back for a silence is looked at again: another may cover it, or it is told now."""
    for episode in list(turn.episodes.values()):
        if episode.subject == subject and episode.held is not None and episode.held.why == audit.SILENCED:
            turn.episodes[episode.id] = page(turn, replace(episode, held=None), read(episode.held.alert))


def _withdraw(turn: Turn, event: Withdrawal) -> None:
    """A silence entered in error never was; an acknowledgement entered in error leaves the alert unseen."""
    silence = turn.silences.pop(event.id, None)
    if silence is not None:
        turn.note(audit.SILENCE_LIFTED, subject=silence.subject, level=silence.level, reason="withdrawn")
        release(turn, silence.subject)
    for episode in [one for one in turn.episodes.values() if one.acked is not None and one.acked.id == event.id]:
        turn.note_episode(episode, audit.ACK_WITHDRAWN)
        turn.episodes[episode.id] = _unack(turn, replace(episode, acked=None))


def _unack(turn: Turn, episode: Episode) -> Episode:
    """Told anew: a receiver that holds it as acknowledged would swallow a repeat."""
    return episode if episode.incident is None else page(turn, episode, read(episode.incident.alert))
