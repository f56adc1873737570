"""A channel that is no longer configured: what is owed on it goes the way the routes now have it. Pure."""

from __future__ import annotations

from collections.abc import Collection

from streams.pager import audit, incident
from streams.pager.book import Book
from streams.pager.due import expires
from streams.pager.paging import page
from streams.pager.routes import Paging
from streams.pager.transition import read
from streams.pager.turn import Outcome, Turn


def reroute(book: Book, channels: Collection[str], now: int, paging: Paging) -> Outcome:
    """The book with nothing owed but on these channels; what still stands is told anew."""
    turn = Turn(book, now, paging)
    lost = [one for one in turn.owed if one.channel not in channels]
    for one in lost:
        turn.drop(one, audit.REPLACED)
    for lane in dict.fromkeys(one.lane for one in lost if one.action == incident.TRIGGER and not expires(turn.episodes, one)):
        episode = turn.episodes[lane]
        if episode.incident is not None:
            turn.episodes[lane] = page(turn, episode, read(episode.incident.alert))
    for one in [one for one in turn.owed if one.channel not in channels]:
        turn.drop(one, audit.REPLACED)
    return turn.outcome()
