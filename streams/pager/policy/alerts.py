"""Apply an alert to a patient's paging state: an episode opens, changes its level, is reminded of, or ends.

Pure; the same alert twice changes nothing. Who is notified then: notifications.py.
"""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.commands import too_late
from streams.pager.policy import notifications
from streams.pager.policy.notifications import PagingOutcome, UnitOfWork, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acknowledgement, Held, PagedEpisode, PagingState, ReceivedAlert

REMEMBERED = 256
"""The ended episodes remembered, so that late alerts of one do not count as a new episode.

Enough, since a worker that took over repeats the alerts of one batch at most.
"""


def receive(state: PagingState, alert: ReceivedAlert, now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state after an alert (criteria.md section 9). `now`: ms."""
    work, episode = UnitOfWork(state, now, paging), state.episodes.get(alert.transition.id)
    if seen(state, alert):
        return work.outcome(fresh=False)
    if alert.ends:
        _close(work, episode, alert)
    elif episode is None:
        _open(work, alert)
    else:
        work.episodes[episode.id] = _move(work, episode, alert)
    return work.outcome()


def seen(state: PagingState, alert: ReceivedAlert) -> bool:
    """Return whether this transition, or a later one of its episode, was received before."""
    episode = state.episodes.get(alert.transition.id)
    last = state.ended.get(alert.transition.id) if episode is None else episode.seq
    return last is not None and alert.transition.seq <= last


def _open(work: UnitOfWork, alert: ReceivedAlert) -> None:
    """Open an episode.

    An unknown episode is new, whatever its transition is called: what came before it was not received.
    """
    transition = alert.transition
    work.episodes[transition.id] = page(work, alert.episode, alert)
    early = work.early.pop(transition.id, None)
    if early is not None:
        apply_ack(work, transition.id, early)


def _move(work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert) -> PagedEpisode:
    """Apply a transition to an open episode."""
    transition = alert.transition
    rose = RANK[transition.level] - RANK[episode.level]
    before, episode = episode, replace(episode, seq=transition.seq, level=transition.level)
    if transition.transition == "worsened" or rose > 0:
        return _worsen(work, episode, alert)
    if rose < 0:
        return replace(notifications.end(work, episode, alert.raw), held=_lower(before, alert))
    return _remind(work, episode, alert) if transition.transition == "reminder" else episode


def _worsen(work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert) -> PagedEpisode:
    """Notify of a worsening, which nothing suppresses.

    It removes the acknowledgement, and lifts the silences of the subject.
    """
    for silence in [one for one in work.silences.values() if one.subject == episode.subject]:
        del work.silences[silence.id]
        work.note_episode(episode, pages.SILENCE_LIFTED, reason=silence.id)
    return page(
        work, replace(episode, acked=None, decided=alert.decided, worsened=True), alert, worsened=True
    )


def _lower(before: PagedEpisode, alert: ReceivedAlert) -> Held | None:
    """Return what is held back, at its new level.

    What was notified is not notified again as it improves.
    """
    return None if before.held is None else replace(before.held, alert=alert.raw)


def _remind(work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert) -> PagedEpisode:
    """Repeat the notification to all who were notified.

    An acknowledged episode needs no reminder; one that is held back stays held.
    """
    if episode.acked is not None:
        work.note_alert(alert, pages.ALREADY, by=episode.acked.by)
        return episode
    if episode.held is not None:
        work.note_alert(alert, episode.held.why, until=episode.held.until)
        return replace(episode, held=replace(episode.held, alert=alert.raw))
    if episode.incident is None:
        return page(work, episode, alert)
    return notifications.repeat(work, episode, alert.raw)


def _close(work: UnitOfWork, episode: PagedEpisode | None, alert: ReceivedAlert) -> None:
    """End an episode."""
    work.ended.pop(alert.transition.id, None)
    work.ended[alert.transition.id] = alert.transition.seq
    for old in list(work.ended)[:-REMEMBERED]:
        del work.ended[old]
    if episode is not None:
        notifications.end(work, episode, alert.raw)
        del work.episodes[episode.id]


def apply_ack(work: UnitOfWork, alert: str, acked: Acknowledgement) -> None:
    """Acknowledge an episode: it escalates no further.

    An acknowledgement older than the latest worsening does not count, since its author has not seen that.
    """
    episode = work.episodes[alert]
    if too_late(acked.known, episode.decided, episode.worsened):
        work.note_episode(episode, pages.ACK_LATE, by=acked.by, reason=acked.reason)
    elif episode.acked is None:
        work.note_episode(
            episode,
            pages.ACKNOWLEDGED,
            by=acked.by,
            reason=acked.reason,
            actionable=acked.actionable,
            waited_ms=_waited(episode, work),
        )
        notifications.acknowledge(work, episode)
        work.episodes[alert] = replace(episode, acked=acked, held=None)
    elif episode.acked.id != acked.id:
        work.note_episode(episode, pages.ALREADY, by=acked.by, reason=acked.reason)


def _waited(episode: PagedEpisode, work: UnitOfWork) -> int | None:
    """Return the time from the first acceptance by a receiver to the acknowledgement, ms."""
    accepted = episode.incident.accepted if episode.incident else None
    return None if accepted is None else max(0, work.now - accepted)
