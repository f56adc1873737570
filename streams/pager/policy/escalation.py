"""Let time pass and deliveries end: escalation steps, silences, floods, digests, expiry, and channels that
are no longer configured. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from rules.wire import pages
from streams.pager.policy import notifications
from streams.pager.policy.commands import release
from streams.pager.policy.notifications import (
    DIGEST,
    FLOOD,
    Outcome,
    Turn,
    begin,
    end,
    gathered_id,
    page,
    span,
    summary,
)
from streams.pager.policy.routes import Paging, Step
from streams.pager.policy.state import Book, Episode, Gathered, Owed, read


def due(book: Book, now: int, paging: Paging) -> Outcome:
    """The book at an instant (ms)."""
    turn = Turn(book, now, paging)
    _end_silences(turn)
    for episode in list(turn.episodes.values()):
        if episode.held is not None and episode.held.until <= now:
            turn.episodes[episode.id] = page(turn, replace(episode, held=None), read(episode.held.alert))
    for episode in list(turn.episodes.values()):
        turn.episodes[episode.id] = escalate(turn, episode)
    over = flood_over(turn)
    if over is not None and over <= now:
        end_flood(turn)
    for name in [name for name, one in turn.digests.items() if one.due is not None and one.due <= now]:
        send_digest(turn, name)
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
    over = flood_over(Turn(book, 0, paging))
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
    while (
        rung is not None and episode.incident is not None and episode.incident.since + rung.after <= turn.now
    ):
        episode = climb(turn, episode, "unacknowledged")
        rung = next_step(episode, turn.paging)
    return episode


def climb(turn: Turn, episode: Episode, cause: str) -> Episode:
    """The next rung, now. `cause`: `unacknowledged`, or `refused` by a receiver."""
    assert episode.incident is not None
    route = turn.paging.route(episode.incident.route)
    assert route is not None
    above = episode.incident.step + 1
    turn.note_episode(
        episode, pages.ESCALATED, key=episode.incident.key, step=above, cause=cause, route=route.name
    )
    return notifications.climb(turn, episode, route, above)


def _end_silences(turn: Turn) -> None:
    for silence in [one for one in turn.silences.values() if one.until <= turn.now]:
        del turn.silences[silence.id]
        turn.note(
            pages.SILENCE_ENDED,
            subject=silence.subject,
            level=silence.level,
            until=silence.until,
            by=silence.by,
        )
        release(turn, silence.subject)


def flood_over(turn: Turn) -> int | None:
    """When the latest flood has passed: the instant its window holds too few pages again; None without a
    flood.
    """
    most = turn.paging.flood - 1
    if turn.flood is None or len(turn.recent) < most:
        return None if turn.flood is None else turn.now
    return turn.recent[-most] + turn.paging.flood_window


def end_flood(turn: Turn) -> None:
    """The flood has passed: its page is closed."""
    if turn.flood is not None:
        turn.note(pages.FLOOD_ENDED, alert=turn.flood.episode)
        _end_gathered(turn, turn.flood, FLOOD)
        turn.flood = None


def send_digest(turn: Turn, name: str) -> None:
    """The digest is due: the one before is closed, and this one told."""
    due = turn.digests.pop(name)
    if due.last is not None:
        _end_gathered(turn, replace(due, episode=due.last), DIGEST)
    route = turn.paging.route(name)
    if route is None or not due.count:
        return
    made = replace(due, episode=gathered_id(turn, f"{DIGEST}/{name}", turn.now))
    told = summary(
        turn, made, DIGEST, "advisory", f"{due.count} in {span(route.digest or 0)}: {'; '.join(due.lines)}"
    )
    turn.episodes[made.episode] = begin(turn, told.episode, told, route)
    turn.digests[name] = Gathered("", name, 0, (), turn.now + (route.digest or 0), made.episode)


def _end_gathered(turn: Turn, gathered: Gathered, kind: str) -> None:
    episode = turn.episodes.pop(gathered.episode, None)
    if episode is not None:
        turn.ended[episode.id] = episode.seq
        body = summary(turn, gathered, kind, "clear", f"The {kind} is over: {gathered.count} pages")
        end(turn, episode, body.raw)


def _expire(turn: Turn) -> None:
    """What is over and was not told in time is not told any more; nor is its end, to those who cannot have
    heard of it.
    """
    for one in [
        one for one in turn.owed if expires(turn.episodes, one) and one.since + turn.paging.expire <= turn.now
    ]:
        if one in turn.owed:
            turn.drop(one, pages.EXPIRED)
        if one.action == notifications.TRIGGER and unheard(one):
            for rest in [rest for rest in turn.owed if (rest.key, rest.channel) == (one.key, one.channel)]:
                turn.drop(rest, pages.EXPIRED)


def unheard(one: Owed) -> bool:
    """Whether its receiver cannot have it: nothing was ever sent, or it was refused."""
    return not one.tried or one.parked > 0


def expires(episodes: dict[str, Episode], one: Owed) -> bool:
    """Whether a message opens or acknowledges what is no longer open."""
    episode = episodes.get(one.lane)
    standing = episode is not None and episode.incident is not None and episode.incident.key == one.key
    return one.action != notifications.RESOLVE and not standing


def started(book: Book, number: int, now: int, paging: Paging) -> Outcome:
    """An attempt is about to be made: written down before it is, so that what never left is told from what
    may have.
    """
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
    """A receiver would refuse it again: it stays owed, is tried again much later, and the next rung of the
    ladder is told at once.
    """
    turn = Turn(book, now, paging)
    one = find(book, number)
    if one is None:
        return turn.outcome(fresh=False)
    turn.owed[turn.owed.index(one)] = replace(one, parked=now + paging.again)
    episode = _opened_by(turn, one)
    first = one.parked == 0
    if (
        first
        and episode is not None
        and episode.incident is not None
        and episode.incident.step == one.step
        and next_step(episode, paging)
    ):
        turn.episodes[episode.id] = climb(turn, episode, "refused")
    return turn.outcome()


def find(book: Book, number: int) -> Owed | None:
    """A message by its number, if it is still owed."""
    return next((one for one in book.owed if one.number == number), None)


def _opened_by(turn: Turn, one: Owed) -> Episode | None:
    """The episode whose present incident a message opens."""
    episode = turn.episodes.get(one.lane)
    if (
        episode is None
        or episode.incident is None
        or episode.incident.key != one.key
        or one.action != notifications.TRIGGER
    ):
        return None
    return episode


def reroute(book: Book, channels: Collection[str], now: int, paging: Paging) -> Outcome:
    """The book with nothing owed but on these channels; what still stands is told anew."""
    turn = Turn(book, now, paging)
    lost = [one for one in turn.owed if one.channel not in channels]
    for one in lost:
        turn.drop(one, pages.REPLACED)
    for lane in dict.fromkeys(
        one.lane for one in lost if one.action == notifications.TRIGGER and not expires(turn.episodes, one)
    ):
        episode = turn.episodes[lane]
        if episode.incident is not None:
            turn.episodes[lane] = page(turn, episode, read(episode.incident.alert))
    for one in [one for one in turn.owed if one.channel not in channels]:
        turn.drop(one, pages.REPLACED)
    return turn.outcome()
