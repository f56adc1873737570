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
from streams.pager.policy.notifications import PagingOutcome, UnitOfWork, hold, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acknowledgement, ActiveSilence, PagedEpisode, PagingState, decode_alert

WAITING = 32
"""Acknowledgements kept that came before their alert: the two stand in different topics."""


def command(
    state: PagingState, event: Event, now: int, paging: Paging, actionable: bool | None = None
) -> PagingOutcome:
    """The book after a command; other events change nothing.

    `now`: ms; `actionable`: what the acknowledgement says of the alert, if anything.
    """
    work = UnitOfWork(state, now, paging)
    if isinstance(event, Ack):
        _ack(work, event.alert, Acknowledgement(event.id, event.known, event.by, event.reason, actionable))
    elif isinstance(event, Asked):
        _silence(work, event)
    elif isinstance(event, Withdrawal):
        _withdraw(work, event)
    return work.outcome()


def _ack(work: UnitOfWork, alert: str, acked: Acknowledgement) -> None:
    if alert in work.episodes:
        apply_ack(work, alert, acked)
    elif alert in work.ended:
        work.note(pages.ACK_OVER, alert=alert, by=acked.by, reason=acked.reason)
    else:
        work.early[alert] = acked
        work.note(pages.ACK_EARLY, alert=alert, by=acked.by, reason=acked.reason)
        for old in list(work.early)[:-WAITING]:
            del work.early[old]


def _silence(work: UnitOfWork, asked: Asked) -> None:
    until = bounded(asked.level, asked.known, asked.until)
    found = {
        "subject": asked.subject,
        "level": asked.level,
        "by": asked.by,
        "reason": asked.reason,
        "until": until,
    }
    lost = [
        one
        for one in work.episodes.values()
        if one.subject == asked.subject and one.worsened and too_late(asked.known, one.decided, one.worsened)
    ]
    if until <= work.now or lost:
        work.silences.pop(asked.id, None)
        work.note(pages.SILENCE_LIFTED if lost else pages.SILENCE_ENDED, **found)
        return release(work, asked.subject)
    work.silences[asked.id] = ActiveSilence(
        asked.id, asked.subject, asked.level, until, asked.by, asked.reason
    )
    work.note(pages.SILENCE_CUT if until < asked.until else pages.SILENCE, **found)
    for episode in list(work.episodes.values()):
        if (
            episode.subject == asked.subject
            and RANK[episode.level] <= RANK[asked.level]
            and episode.acked is None
        ):
            work.episodes[episode.id] = _hush(work, episode, until)
    return release(work, asked.subject)


def _hush(work: UnitOfWork, episode: PagedEpisode, until: int) -> PagedEpisode:
    """What has been told and is silenced is closed; it is told anew, under a new key, when the silence is
    over.
    """
    if episode.incident is None:
        return episode
    return hold(work, episode, decode_alert(episode.incident.alert), until, pages.SILENCED)


def release(work: UnitOfWork, subject: str) -> None:
    """What was held back for a silence is looked at again: another may cover it, or it is told now."""
    for episode in list(work.episodes.values()):
        if episode.subject == subject and episode.held is not None and episode.held.why == pages.SILENCED:
            work.episodes[episode.id] = page(
                work, replace(episode, held=None), decode_alert(episode.held.alert)
            )


def _withdraw(work: UnitOfWork, event: Withdrawal) -> None:
    """A silence entered in error never was; an acknowledgement entered in error leaves the alert unseen."""
    silence = work.silences.pop(event.id, None)
    if silence is not None:
        work.note(pages.SILENCE_LIFTED, subject=silence.subject, level=silence.level, reason="withdrawn")
        release(work, silence.subject)
    for episode in [
        one for one in work.episodes.values() if one.acked is not None and one.acked.id == event.id
    ]:
        work.note_episode(episode, pages.ACK_WITHDRAWN)
        work.episodes[episode.id] = _unack(work, replace(episode, acked=None))


def _unack(work: UnitOfWork, episode: PagedEpisode) -> PagedEpisode:
    """Told anew: a receiver that holds it as acknowledged would swallow a repeat."""
    return episode if episode.incident is None else page(work, episode, decode_alert(episode.incident.alert))
