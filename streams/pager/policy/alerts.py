"""Apply an alert to a patient's paging state: an episode opens, changes its level, is reminded of, or ends.

Pure; the same alert twice changes nothing. Who is notified then: notifications.py.
"""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from streams.pager.policy import notifications
from streams.pager.policy.notifications import PagingOutcome, UnitOfWork, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acknowledgement, Held, PagedEpisode, PagingState, ReceivedAlert

RECOMMENDATION, ADVICE = "recommendation", "advice"
REASONS = ("criterion", "blood-pressure")

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
    settle_recommendation(work)
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

    An episode acknowledged since needs no reminder; one that is held back stays held. One decided after
    the acknowledgement says that this has run out: it begins a new incident, for a receiver that has the old
    one as acknowledged would swallow a repeat.
    """
    if episode.acked is not None and alert.decided <= episode.acked.known:
        work.note_alert(alert, pages.ALREADY, by=episode.acked.by)
        return episode
    if episode.acked is not None:
        work.note_episode(episode, pages.ACK_EXPIRED, by=episode.acked.by)
        return page(work, replace(episode, acked=None), alert)
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
    """Acknowledge an episode as it stands now: it escalates no further.

    With the recommendation every open episode among its reasons is acknowledged.
    """
    episode = work.episodes[alert]
    if episode.acked is None:
        _acknowledge(work, episode, acked)
    elif episode.acked.id != acked.id:
        work.note_episode(episode, pages.ALREADY, by=acked.by, reason=acked.reason, command=acked.id)
        work.episodes[alert] = replace(episode, acked=acked)
    if episode.kind == RECOMMENDATION:
        for one in [one for one in work.episodes.values() if is_reason(one) and one.acked is None]:
            _acknowledge(work, one, acked)
    settle_recommendation(work, acked)


def _acknowledge(work: UnitOfWork, episode: PagedEpisode, acked: Acknowledgement) -> None:
    work.note_episode(
        episode,
        pages.ACKNOWLEDGED,
        by=acked.by,
        reason=acked.reason,
        command=acked.id,
        actionable=acked.actionable,
        waited_ms=_waited(episode, work),
    )
    notifications.acknowledge(work, episode)
    work.episodes[episode.id] = replace(episode, acked=acked, held=None)


def is_reason(episode: PagedEpisode) -> bool:
    """Return whether an open episode is among the reasons of the recommendation (criteria.md 4)."""
    if episode.kind in REASONS:
        return True
    return episode.kind == ADVICE and RANK[episode.level] >= RANK["relative"]


def settle_recommendation(work: UnitOfWork, acked: Acknowledgement | None = None) -> None:
    """Let the recommendation be acknowledged exactly while every open absolute reason is.

    None is absolute: while every open one is; none is open: by its own acknowledgement.
    """
    episode = next((one for one in work.episodes.values() if one.kind == RECOMMENDATION), None)
    reasons = [one for one in work.episodes.values() if is_reason(one)]
    if episode is None or not reasons:
        return
    deciding = [one for one in reasons if one.level == "absolute"] or reasons
    answered = [one.acked for one in deciding]
    if any(one is None for one in answered):
        work.episodes[episode.id] = replace(episode, acked=None)
    elif episode.acked is None:
        _acknowledge(work, episode, acked or next(one for one in answered if one is not None))


def _waited(episode: PagedEpisode, work: UnitOfWork) -> int | None:
    """Return the time from the first acceptance by a receiver to the acknowledgement, ms."""
    accepted = episode.incident.accepted if episode.incident else None
    return None if accepted is None else max(0, work.now - accepted)
