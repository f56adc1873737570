"""Take an alert into a patient's paging state: an episode opens, changes its level, is reminded of, or ends.
Pure; the same alert twice changes nothing. What is then told, and to whom: notifications.py.
"""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.commands import too_late
from streams.pager.policy import notifications
from streams.pager.policy.notifications import Outcome, Turn, page
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Acked, Alert, Book, Episode, Held

REMEMBERED = 256
"""Episodes that are over and still told from new ones: a worker that took over repeats the alerts of one
batch at most.
"""


def take(book: Book, alert: Alert, now: int, paging: Paging) -> Outcome:
    """The book with an alert in it (criteria.md section 9). `now`: ms."""
    turn, episode = Turn(book, now, paging), book.episodes.get(alert.said.id)
    if seen(book, alert):
        return turn.outcome(fresh=False)
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
    turn.episodes[said.id] = page(turn, alert.episode, alert)
    early = turn.early.pop(said.id, None)
    if early is not None:
        apply_ack(turn, said.id, early)


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


def _close(turn: Turn, episode: Episode | None, alert: Alert) -> None:
    turn.ended.pop(alert.said.id, None)
    turn.ended[alert.said.id] = alert.said.seq
    for old in list(turn.ended)[:-REMEMBERED]:
        del turn.ended[old]
    if episode is not None:
        notifications.end(turn, episode, alert.raw)
        del turn.episodes[episode.id]


def apply_ack(turn: Turn, alert: str, acked: Acked) -> None:
    """Someone has seen it: no more escalation. Not so if it got worse since, for that they have not seen."""
    episode = turn.episodes[alert]
    if too_late(acked.known, episode.decided, episode.worsened):
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


def _waited(episode: Episode, turn: Turn) -> int | None:
    """From the first time a receiver took it to the acknowledgement, ms."""
    accepted = episode.incident.accepted if episode.incident else None
    return None if accepted is None else max(0, turn.now - accepted)
