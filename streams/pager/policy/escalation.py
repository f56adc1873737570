"""Apply the passing of time and the results of deliveries to a patient's paging state. Pure.

Covers escalation steps, silences, floods, digests, expiry, and channels that are no longer configured.
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
    PagingOutcome,
    UnitOfWork,
    begin,
    end,
    gathered_id,
    page,
    span,
    summary,
)
from streams.pager.policy.routes import EscalationStep, Paging
from streams.pager.policy.state import (
    Gathered,
    Identity,
    Notification,
    PagedEpisode,
    PagingState,
    decode_alert,
)


def due(state: PagingState, now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state after all that is due at an instant (ms)."""
    work = UnitOfWork(state, now, paging)
    _end_silences(work)
    for episode in list(work.episodes.values()):
        if episode.held is not None and episode.held.until <= now:
            work.episodes[episode.id] = page(
                work, replace(episode, held=None), decode_alert(episode.held.alert)
            )
    for episode in list(work.episodes.values()):
        work.episodes[episode.id] = escalate(work, episode)
    over = flood_over(work)
    if over is not None and over <= now:
        end_flood(work)
    for name in [name for name, one in work.digests.items() if one.due is not None and one.due <= now]:
        send_digest(work, name)
    _expire(work)
    return work.outcome()


def wake(state: PagingState, paging: Paging) -> int | None:
    """Return the next instant at which time alone changes the paging state, ms; None: none."""
    return min(_instants(state, paging), default=None)


def _instants(state: PagingState, paging: Paging) -> Iterator[int]:
    """Yield the instants at which time alone changes something, ms."""
    yield from (silence.until for silence in state.silences.values())
    for episode in state.episodes.values():
        if episode.held is not None:
            yield episode.held.until
        step = next_step(episode, paging)
        if step is not None and episode.incident is not None:
            yield episode.incident.since + step.after
    over = flood_over(UnitOfWork(state, 0, paging))
    if over is not None:
        yield over
    yield from (one.due for one in state.digests.values() if one.due is not None)
    yield from (one.since + paging.expire for one in state.pending if expires(state.episodes, one))


def next_step(episode: PagedEpisode, paging: Paging) -> EscalationStep | None:
    """Return the escalation step after the one reached.

    None when the page is acknowledged, or its route has no further step.
    """
    if episode.incident is None or episode.acked is not None:
        return None
    route = paging.route(episode.incident.route)
    following = episode.incident.step + 1
    return route.steps[following] if route is not None and following < len(route.steps) else None


def escalate(work: UnitOfWork, episode: PagedEpisode) -> PagedEpisode:
    """Take the escalation steps that are due."""
    step = next_step(episode, work.paging)
    while (
        step is not None and episode.incident is not None and episode.incident.since + step.after <= work.now
    ):
        episode = reach_next_step(work, episode, "unacknowledged")
        step = next_step(episode, work.paging)
    return episode


def reach_next_step(work: UnitOfWork, episode: PagedEpisode, cause: str) -> PagedEpisode:
    """Take the next escalation step now. `cause`: `unacknowledged`, or `refused` by a receiver."""
    assert episode.incident is not None
    route = work.paging.route(episode.incident.route)
    assert route is not None
    following = episode.incident.step + 1
    work.note_episode(
        episode, pages.ESCALATED, key=episode.incident.key, step=following, cause=cause, route=route.name
    )
    return notifications.notify_step(work, episode, route, following)


def _end_silences(work: UnitOfWork) -> None:
    """End the silences whose time is over."""
    for silence in [one for one in work.silences.values() if one.until <= work.now]:
        del work.silences[silence.id]
        work.note(
            pages.SILENCE_ENDED,
            subject=silence.subject,
            level=silence.level,
            until=silence.until,
            by=silence.by,
        )
        release(work, silence.subject)


def flood_over(work: UnitOfWork) -> int | None:
    """Return the instant at which the flood's window holds too few pages again, ms; None without a flood."""
    most = work.paging.flood - 1
    if work.flood is None or len(work.recent) < most:
        return None if work.flood is None else work.now
    return work.recent[-most] + work.paging.flood_window


def end_flood(work: UnitOfWork) -> None:
    """Close the flood's page."""
    if work.flood is not None:
        work.note(pages.FLOOD_ENDED, alert=work.flood.episode)
        _end_gathered(work, work.flood, FLOOD)
        work.flood = None


def send_digest(work: UnitOfWork, name: str) -> None:
    """Send a digest that is due, and close the one before."""
    due = work.digests.pop(name)
    if due.last is not None:
        _end_gathered(work, replace(due, episode=due.last), DIGEST)
    route = work.paging.route(name)
    if route is None or not due.count:
        return
    made = replace(due, episode=gathered_id(work, f"{DIGEST}/{name}", work.now))
    alert = summary(
        work, made, DIGEST, "advisory", f"{due.count} in {span(route.digest or 0)}: {'; '.join(due.lines)}"
    )
    work.episodes[made.episode] = begin(work, alert.episode, alert, route)
    work.digests[name] = Gathered("", name, 0, (), work.now + (route.digest or 0), made.episode)


def _end_gathered(work: UnitOfWork, gathered: Gathered, kind: str) -> None:
    """End the episode made for a flood or a digest."""
    episode = work.episodes.pop(gathered.episode, None)
    if episode is not None:
        work.ended[episode.id] = episode.seq
        body = summary(work, gathered, kind, "clear", f"The {kind} is over: {gathered.count} pages")
        end(work, episode, body.raw)


def _expire(work: UnitOfWork) -> None:
    """Drop notifications that are no longer open and were not sent in time.

    Their ends are dropped too, for receivers that cannot have got them.
    """
    for one in [
        one
        for one in work.pending
        if expires(work.episodes, one) and one.since + work.paging.expire <= work.now
    ]:
        if one in work.pending:
            work.drop(one, pages.EXPIRED)
        if one.action == notifications.TRIGGER and never_received(one):
            for other in [
                other for other in work.pending if (other.key, other.channel) == (one.key, one.channel)
            ]:
                work.drop(other, pages.EXPIRED)


def never_received(one: Notification) -> bool:
    """Return whether the receiver cannot have the notification: it was never sent, or was refused."""
    return not one.tried or one.parked > 0


def expires(episodes: dict[str, PagedEpisode], one: Notification) -> bool:
    """Return whether a notification opens or acknowledges what is no longer open."""
    episode = episodes.get(one.ordering_key)
    in_force = episode is not None and episode.incident is not None and episode.incident.key == one.key
    return one.action != notifications.RESOLVE and not in_force


def started(state: PagingState, number: int, now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state with an attempt begun.

    Written before the attempt is made, so that what never left can be told from what may have. Up to then the
    receiver holds nothing open: the incident is opened as the receiver is configured now.
    """
    work = UnitOfWork(state, now, paging)
    one = find(state, number)
    if one is None or one.tried:
        return work.outcome(fresh=one is not None)
    episode = _opened_by(work, one)
    incident = None if episode is None else episode.incident
    if episode is not None and incident is not None:
        if one.channel not in incident.tried:
            one = _identified(work, one, work.identity(one.channel))
        tried, identities = (*incident.tried, one.channel), incident.identities | {one.channel: one.identity}
        incident = replace(incident, tried=tried, identities=identities)
        work.episodes[episode.id] = replace(episode, incident=incident)
    work.pending[work.pending.index(one)] = replace(one, tried=True)
    return work.outcome()


def _identified(work: UnitOfWork, one: Notification, identity: Identity) -> Notification:
    """Put an identity on all that is pending of an incident for a channel; return the one given."""
    for i, other in enumerate(work.pending):
        if (other.key, other.channel) == (one.key, one.channel):
            work.pending[i] = replace(other, identity=identity)
    return replace(one, identity=identity)


def accepted(state: PagingState, number: int, now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state with a notification accepted by its receiver: it is no longer pending."""
    work = UnitOfWork(state, now, paging)
    one = find(state, number)
    if one is None:
        return work.outcome(fresh=False)
    work.pending.remove(one)
    episode = _opened_by(work, one)
    if episode is not None and episode.incident is not None and episode.incident.accepted is None:
        work.episodes[episode.id] = replace(episode, incident=replace(episode.incident, accepted=now))
    return work.outcome()


def refused(state: PagingState, number: int, now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state with a notification permanently refused.

    It stays pending and is tried again much later; the next escalation step is taken at once.
    """
    work = UnitOfWork(state, now, paging)
    one = find(state, number)
    if one is None:
        return work.outcome(fresh=False)
    work.pending[work.pending.index(one)] = replace(one, parked=now + paging.again)
    episode = _opened_by(work, one)
    first = one.parked == 0
    if (
        first
        and episode is not None
        and episode.incident is not None
        and episode.incident.step == one.step
        and next_step(episode, paging)
    ):
        work.episodes[episode.id] = reach_next_step(work, episode, "refused")
    return work.outcome()


def find(state: PagingState, number: int) -> Notification | None:
    """Return a notification by its number, if it is still pending."""
    return next((one for one in state.pending if one.number == number), None)


def _opened_by(work: UnitOfWork, one: Notification) -> PagedEpisode | None:
    """Return the episode whose present incident a notification opens."""
    episode = work.episodes.get(one.ordering_key)
    if (
        episode is None
        or episode.incident is None
        or episode.incident.key != one.key
        or one.action != notifications.TRIGGER
    ):
        return None
    return episode


def reroute(state: PagingState, channels: Collection[str], now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state with notifications pending on these channels only.

    Episodes that are still open are notified again.
    """
    work = UnitOfWork(state, now, paging)
    unrouted = [one for one in work.pending if one.channel not in channels]
    for one in unrouted:
        work.drop(one, pages.REPLACED)
    for ordering_key in dict.fromkeys(
        one.ordering_key
        for one in unrouted
        if one.action == notifications.TRIGGER and not expires(work.episodes, one)
    ):
        episode = work.episodes[ordering_key]
        if episode.incident is not None:
            work.episodes[ordering_key] = page(work, episode, decode_alert(episode.incident.alert))
    for one in [one for one in work.pending if one.channel not in channels]:
        work.drop(one, pages.REPLACED)
    return work.outcome()
