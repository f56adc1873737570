"""Apply a command to a patient's paging state: acknowledgements, silences, entered-in-error. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.commands import bounded
from rules.wire.events import Ack, Event, Silence, Withdrawal
from streams.pager.policy.alerts import apply_ack, settle_recommendation
from streams.pager.policy.notifications import PagingOutcome, UnitOfWork, hold, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acknowledgement, ActiveSilence, PagedEpisode, PagingState, decode_alert

WAITING = 32
"""The acknowledgements kept that came before their alert: the two are in different topics."""


def command(
    state: PagingState, event: Event, now: int, paging: Paging, actionable: bool | None = None
) -> PagingOutcome:
    """Return the paging state after a command; other events change nothing.

    `now`: ms; `actionable`: what the acknowledgement says of the alert, if anything.
    """
    work = UnitOfWork(state, now, paging)
    if isinstance(event, Ack):
        _ack(work, event.alert, Acknowledgement(event.id, event.known, event.by, event.reason, actionable))
    elif isinstance(event, Silence):
        _silence(work, event)
    elif isinstance(event, Withdrawal):
        _withdraw(work, event)
    return work.outcome()


def _ack(work: UnitOfWork, alert: str, acked: Acknowledgement) -> None:
    """Apply an acknowledgement; keep it when its alert has not come yet."""
    if alert in work.episodes:
        apply_ack(work, alert, acked)
    elif alert in work.ended:
        work.note(pages.ACK_OVER, alert=alert, by=acked.by, reason=acked.reason, command=acked.id)
    else:
        work.early[alert] = acked
        work.note(pages.ACK_EARLY, alert=alert, by=acked.by, reason=acked.reason, command=acked.id)
        for old in list(work.early)[:-WAITING]:
            del work.early[old]


def _silence(work: UnitOfWork, silence: Silence) -> None:
    """Put a silence in force over what is open now, unless it has ended."""
    until = end_of(silence, work.now)
    details = {
        "subject": silence.subject,
        "level": silence.level,
        "by": silence.by,
        "reason": silence.reason,
        "command": silence.id,
        "until": until,
    }
    if until <= work.now:
        work.silences.pop(silence.id, None)
        work.note(pages.SILENCE_ENDED, **details)
        return release(work, silence.subject)
    work.silences[silence.id] = ActiveSilence(
        silence.id, silence.subject, silence.level, until, silence.by, silence.reason
    )
    work.note(pages.SILENCE_CUT if until < silence.until else pages.SILENCE, **details)
    for episode in list(work.episodes.values()):
        if (
            episode.subject == silence.subject
            and RANK[episode.level] <= RANK[silence.level]
            and episode.acked is None
        ):
            work.episodes[episode.id] = _close_silenced(work, episode, until)
    return release(work, silence.subject)


def end_of(silence: Silence, now: int) -> int:
    """Return when a silence ends, by this clock.

    Its sender's clock may run ahead: then it lasts as long as was asked for, from now on. However it was
    asked for, it lasts no longer from now than its level allows.
    """
    ahead = max(0, silence.at - now)
    return bounded(silence.level, min(silence.known, now), silence.until - ahead)


def _close_silenced(work: UnitOfWork, episode: PagedEpisode, until: int) -> PagedEpisode:
    """Close the incident of an episode that is silenced.

    When the silence is over it is notified again, under a new key.
    """
    if episode.incident is None:
        return episode
    return hold(work, episode, decode_alert(episode.incident.alert), until, pages.SILENCED)


def release(work: UnitOfWork, subject: str) -> None:
    """Decide again on what a silence held back: another may cover it, or it is notified now."""
    for episode in list(work.episodes.values()):
        if episode.subject == subject and episode.held is not None and episode.held.why == pages.SILENCED:
            work.episodes[episode.id] = page(
                work, replace(episode, held=None), decode_alert(episode.held.alert)
            )


def _withdraw(work: UnitOfWork, event: Withdrawal) -> None:
    """Remove a silence or an acknowledgement that was entered in error.

    Such a silence lapses; such an acknowledgement leaves the alert unacknowledged.
    """
    silence = work.silences.pop(event.id, None)
    if silence is not None:
        work.note(pages.SILENCE_LIFTED, subject=silence.subject, level=silence.level, reason="withdrawn")
        release(work, silence.subject)
    for episode in [
        episode
        for episode in work.episodes.values()
        if episode.acked is not None and episode.acked.id == event.id
    ]:
        work.note_episode(episode, pages.ACK_WITHDRAWN)
        work.episodes[episode.id] = _unack(work, replace(episode, acked=None))
    settle_recommendation(work)


def _unack(work: UnitOfWork, episode: PagedEpisode) -> PagedEpisode:
    """Notify again, under a new key.

    A receiver that has the old one as acknowledged would swallow a repeat.
    """
    return episode if episode.incident is None else page(work, episode, decode_alert(episode.incident.alert))
