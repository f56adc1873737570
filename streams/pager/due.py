"""Time passes: ladders are climbed, silences end, floods pass, digests go out, and what is too old to tell is stated expired. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from streams.pager import audit, gather, incident
from streams.pager.book import Book, Episode, Owed
from streams.pager.commands import release
from streams.pager.paging import page
from streams.pager.routes import Paging, Step
from streams.pager.transition import read
from streams.pager.turn import Outcome, Turn


def due(book: Book, now: int, paging: Paging) -> Outcome:
    """The book at an instant (ms)."""
    turn = Turn(book, now, paging)
    _end_silences(turn)
    for episode in list(turn.episodes.values()):
        if episode.held is not None and episode.held.until <= now:
            turn.episodes[episode.id] = page(turn, replace(episode, held=None), read(episode.held.alert))
    for episode in list(turn.episodes.values()):
        turn.episodes[episode.id] = escalate(turn, episode)
    over = gather.flood_over(turn)
    if over is not None and over <= now:
        gather.end_flood(turn)
    for name in [name for name, one in turn.digests.items() if one.due is not None and one.due <= now]:
        gather.send_digest(turn, name)
    _expire(turn)
    return turn.outcome()


def wake(book: Book, paging: Paging) -> int | None:
    """The next instant at which time alone changes the book, ms; None: none."""
    return min(_instants(book, paging), default=None)


def _instants(book: Book, paging: Paging) -> Iterator[int]:
    yield from (silence.until for silence in book.silences.values())
    for episode in book.episodes.values():
        if episode.held is not None:
            yield episode.held.until
        rung = next_step(episode, paging)
        if rung is not None and episode.incident is not None:
            yield episode.incident.since + rung.after
    over = gather.flood_over(Turn(book, 0, paging))
    if over is not None:
        yield over
    yield from (one.due for one in book.digests.values() if one.due is not None)
    yield from (one.since + paging.expire for one in book.owed if expires(book.episodes, one))


def next_step(episode: Episode, paging: Paging) -> Step | None:
    """The rung above the one reached, if somebody is still to acknowledge the page and the ladder has one."""
    if episode.incident is None or episode.acked is not None:
        return None
    route = paging.route(episode.incident.route)
    above = episode.incident.step + 1
    return route.steps[above] if route is not None and above < len(route.steps) else None


def escalate(turn: Turn, episode: Episode) -> Episode:
    """Climbs as far as time has come."""
    rung = next_step(episode, turn.paging)
    while rung is not None and episode.incident is not None and episode.incident.since + rung.after <= turn.now:
        episode = climb(turn, episode, "unacknowledged")
        rung = next_step(episode, turn.paging)
    return episode


def climb(turn: Turn, episode: Episode, cause: str) -> Episode:
    """The next rung, now. `cause`: `unacknowledged`, or `refused` by a receiver."""
    assert episode.incident is not None
    route = turn.paging.route(episode.incident.route)
    assert route is not None
    above = episode.incident.step + 1
    turn.note_episode(episode, audit.ESCALATED, key=episode.incident.key, step=above, cause=cause, route=route.name)
    return incident.climb(turn, episode, route, above)


def _end_silences(turn: Turn) -> None:
    for silence in [one for one in turn.silences.values() if one.until <= turn.now]:
        del turn.silences[silence.id]
        turn.note(audit.SILENCE_ENDED, subject=silence.subject, level=silence.level, until=silence.until, by=silence.by)
        release(turn, silence.subject)


def _expire(turn: Turn) -> None:
    """What is over and was not told in time is not told any more; nor is its end, to those who cannot have heard of it."""
    for one in [one for one in turn.owed if expires(turn.episodes, one) and one.since + turn.paging.expire <= turn.now]:
        if one in turn.owed:
            turn.drop(one, audit.EXPIRED)
        if one.action == incident.TRIGGER and unheard(one):
            for rest in [rest for rest in turn.owed if (rest.key, rest.channel) == (one.key, one.channel)]:
                turn.drop(rest, audit.EXPIRED)


def unheard(one: Owed) -> bool:
    """Whether its receiver cannot have it: nothing was ever sent, or it was refused."""
    return not one.tried or one.parked > 0


def expires(episodes: dict[str, Episode], one: Owed) -> bool:
    """Whether a message opens or acknowledges what is no longer open."""
    episode = episodes.get(one.lane)
    standing = episode is not None and episode.incident is not None and episode.incident.key == one.key
    return one.action != incident.RESOLVE and not standing
