"""What came of a message: taken, or refused for good. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from streams.pager import incident
from streams.pager.book import Book, Episode, Owed
from streams.pager.due import climb, next_step
from streams.pager.routes import Paging
from streams.pager.turn import Outcome, Turn


def started(book: Book, number: int, now: int, paging: Paging) -> Outcome:
    """An attempt is about to be made: written down before it is, so that what never left is told from what may have."""
    turn = Turn(book, now, paging)
    one = find(book, number)
    if one is None or one.tried:
        return turn.outcome(fresh=one is not None)
    turn.owed[turn.owed.index(one)] = replace(one, tried=True)
    episode = _opened_by(turn, one)
    if episode is not None and episode.incident is not None:
        tried = (*episode.incident.tried, one.channel)
        turn.episodes[episode.id] = replace(episode, incident=replace(episode.incident, tried=tried))
    return turn.outcome()


def accepted(book: Book, number: int, now: int, paging: Paging) -> Outcome:
    """A receiver has taken a message: it is not owed any more."""
    turn = Turn(book, now, paging)
    one = find(book, number)
    if one is None:
        return turn.outcome(fresh=False)
    turn.owed.remove(one)
    episode = _opened_by(turn, one)
    if episode is not None and episode.incident is not None and episode.incident.accepted is None:
        turn.episodes[episode.id] = replace(episode, incident=replace(episode.incident, accepted=now))
    return turn.outcome()


def refused(book: Book, number: int, now: int, paging: Paging) -> Outcome:
    """A receiver would refuse it again: it stays owed, is tried again much later, and the next rung of the ladder is told at once."""
    turn = Turn(book, now, paging)
    one = find(book, number)
    if one is None:
        return turn.outcome(fresh=False)
    turn.owed[turn.owed.index(one)] = replace(one, parked=now + paging.again)
    episode = _opened_by(turn, one)
    first = one.parked == 0
    if first and episode is not None and episode.incident is not None and episode.incident.step == one.step and next_step(episode, paging):
        turn.episodes[episode.id] = climb(turn, episode, "refused")
    return turn.outcome()


def find(book: Book, number: int) -> Owed | None:
    """A message by its number, if it is still owed."""
    return next((one for one in book.owed if one.number == number), None)


def _opened_by(turn: Turn, one: Owed) -> Episode | None:
    """The episode whose present incident a message opens."""
    episode = turn.episodes.get(one.lane)
    if episode is None or episode.incident is None or episode.incident.key != one.key or one.action != incident.TRIGGER:
        return None
    return episode
