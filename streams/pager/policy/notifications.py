"""Notify of an alert now, later, grouped, or not; open and close incidents; add pending notifications.

In the order an alert passes: `page`, then the incident it begins or the group it joins, then the
notifications per channel. Pure; every decision leaves a reason in the audit.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from rules.wire import alerts, pages
from rules.wire.instants import MINUTE
from rules.wire.pages import Audit
from streams.pager.policy.routes import Paging, PagingRoute, decide
from streams.pager.policy.state import (
    ActiveSilence,
    Gathered,
    Held,
    Identity,
    Incident,
    Notification,
    PagedEpisode,
    PagingState,
    ReceivedAlert,
    as_received,
    decode_alert,
)

TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
RECENT = 64


def page(
    work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert, worsened: bool = False
) -> PagedEpisode:
    """Notify of an alert as its route has it. A worsening passes every silence and every flood.

    A recommendation that its cause tells goes out with that.
    """
    if alert.transition.carried:
        work.note_alert(alert, pages.CARRIED)
        return superseded(work, episode, alert)
    decision = decide(work.paging, {} if worsened else work.silences, alert.transition, work.now)
    if decision.until is not None:
        return hold(work, episode, alert, decision.until, decision.why)
    route = decision.route
    if route is None:
        work.note_alert(alert, decision.why)
        return superseded(work, episode, alert)
    if route.digest is not None:
        digest(work, alert, route, route.digest)
        return superseded(work, episode, alert)
    if (
        not worsened
        and alert.transition.kind != alerts.SYSTEM
        and alert.transition.level != "absolute"
        and flooding(work)
    ):
        flood(work, alert, route)
        return superseded(work, episode, alert)
    work.recent = (*work.recent, work.now)[-RECENT:]
    return begin(work, episode, alert, route)


def hold(work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert, until: int, why: str) -> PagedEpisode:
    """Hold an alert back until `until` (ms): it is decided again then, if still open and unacknowledged."""
    work.note_alert(alert, why, until=until)
    episode = retire(work, episode, alert.raw, why)
    return replace(episode, held=Held(until, why, alert.raw))


def superseded(work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert) -> PagedEpisode:
    """Close the incident of the level before, for an alert that begins none of its own."""
    return end(work, replace(episode, held=None), alert.raw, pages.MASKED)


# An incident is what receivers hold open: one per level of an episode, and a new one whenever it worsens.
#
# The key is `<episode id>:<level>`; a second incident at a level the episode has had before is `<episode
# id>:<level>+2`. A receiver that has "acknowledged" a key swallows a repeat of it, and one that has
# "resolved" a key must not get it again.


def begin(work: UnitOfWork, episode: PagedEpisode, alert: ReceivedAlert, route: PagingRoute) -> PagedEpisode:
    """Begin an incident on the first step of its route.

    An open one is closed after it, so that there is always one open.
    """
    level = alert.transition.level
    count = episode.incidents.get(level, 0) + 1
    key = f"{episode.id}:{level}" + (f"+{count}" if count > 1 else "")
    incident = Incident(key, alert.labels, route.name, work.now, 0, (), alert.raw, shadow=work.shadow)
    before, episode = (
        episode,
        replace(episode, incident=incident, held=None, incidents={**episode.incidents, level: count}),
    )
    drop_triggers(work, before.incident, pages.MASKED)
    episode = notify_step(work, episode, route, 0)
    _resolve(work, before, alert.raw)
    return episode


def notify_step(work: UnitOfWork, episode: PagedEpisode, route: PagingRoute, step: int) -> PagedEpisode:
    """Notify the channels of an escalation step."""
    incident = episode.incident
    assert incident is not None
    step_channels = route.steps[step].channels
    more = [channel for channel in step_channels if channel not in incident.channels]
    identities = incident.identities | {channel: work.identity(channel) for channel in more}
    incident = replace(incident, step=step, channels=(*incident.channels, *more), identities=identities)
    if incident.shadow:
        incident = replace(incident, tried=incident.channels, accepted=incident.accepted or work.now)
    for channel in step_channels:
        work.notify(channel, TRIGGER, episode.id, incident, incident.alert, step)
    return replace(episode, incident=incident)


def end(work: UnitOfWork, episode: PagedEpisode, body: bytes, outcome: str = pages.CLOSED) -> PagedEpisode:
    """Close the incident, if one is open; what opens it stays pending and is sent before."""
    if episode.incident is None:
        return episode
    work.note_episode(episode, outcome, key=episode.incident.key)
    _resolve(work, episode, body)
    return replace(episode, incident=None)


def retire(work: UnitOfWork, episode: PagedEpisode, body: bytes, outcome: str) -> PagedEpisode:
    """Close the incident because it is not to be notified now: what was not sent yet is dropped."""
    if episode.incident is None:
        return episode
    drop_triggers(work, episode.incident, outcome)
    _resolve(work, episode, body)
    return replace(episode, incident=None)


def repeat(work: UnitOfWork, episode: PagedEpisode, body: bytes) -> PagedEpisode:
    """Notify all who were notified again, replacing what was not sent yet."""
    assert episode.incident is not None
    incident = replace(episode.incident, alert=body)
    waiting = [one for one in work.pending if one.key == incident.key and one.action == TRIGGER]
    for one in waiting:
        work.swap(one, body)
    for channel in incident.channels:
        if all(one.channel != channel for one in waiting):
            work.notify(channel, TRIGGER, episode.id, incident, body, incident.step)
    return replace(episode, incident=incident)


def acknowledge(work: UnitOfWork, episode: PagedEpisode) -> None:
    """Notify all who were notified of the acknowledgement."""
    incident = episode.incident
    if incident is not None:
        for channel in incident.channels:
            work.notify(channel, ACKNOWLEDGE, episode.id, incident, incident.alert, incident.step)


def drop_triggers(work: UnitOfWork, incident: Incident | None, outcome: str) -> None:
    """Drop what would open or acknowledge the incident.

    What may have been sent already stays pending: it goes before the end.
    """
    for one in [
        one
        for one in work.pending
        if incident is not None and one.key == incident.key and one.action != RESOLVE
    ]:
        if not one.tried:
            work.drop(one, outcome)


def _resolve(work: UnitOfWork, episode: PagedEpisode, body: bytes) -> None:
    """Notify of the end those who were notified or will be, and no others."""
    incident = episode.incident
    if incident is not None:
        waiting = {one.channel for one in work.pending if one.key == incident.key and one.action == TRIGGER}
        for channel in (
            channel for channel in incident.channels if channel in waiting or channel in incident.tried
        ):
            work.notify(channel, RESOLVE, episode.id, incident, body, incident.step)


# Grouping: a patient's flood, and the digest of what need not be notified at once.
#
# Both are episodes of their own, made here, so that escalation, acknowledgements and receivers treat them as
# any other. When they end, and when a digest is sent: escalation.py.


FLOOD, DIGEST = "flood", "digest"
LINES = 20


def flooding(work: UnitOfWork) -> bool:
    """Return whether one more page makes too many within the window."""
    since = work.now - work.paging.flood_window
    return sum(1 for moment in work.recent if moment > since) + 1 >= work.paging.flood


def flood(work: UnitOfWork, alert: ReceivedAlert, route: PagingRoute) -> None:
    """Add an alert to the flood's one page, which keeps counting."""
    work.recent = (*work.recent, work.now)[-RECENT:]
    work.note_alert(alert, pages.FLOODED)
    so_far = work.flood or Gathered(
        gathered_id(work, FLOOD, alert.decided), route.name, len(work.recent) - 1, ()
    )
    work.flood = replace(so_far, count=so_far.count + 1, lines=(*so_far.lines, _line(alert))[-LINES:])
    received = summary(work, work.flood, FLOOD, alert.transition.level, _flood_words(work))
    if so_far.episode in work.episodes:
        work.episodes[so_far.episode] = repeat(work, work.episodes[so_far.episode], received.raw)
    else:
        work.note_alert(received, pages.FLOOD_BEGAN)
        work.episodes[so_far.episode] = begin(work, received.episode, received, route)


def digest(work: UnitOfWork, alert: ReceivedAlert, route: PagingRoute, every: int) -> None:
    """Keep an alert for the route's next digest."""
    so_far = work.digests.get(route.name) or Gathered("", route.name, 0, (), work.now + every)
    lines = (*so_far.lines, _line(alert))[-LINES:]
    work.digests[route.name] = replace(
        so_far, count=so_far.count + 1, lines=lines, due=so_far.due or work.now + every
    )
    work.note_alert(alert, pages.DIGESTED, until=work.digests[route.name].due)


def gathered_id(work: UnitOfWork, what: str, moment: int) -> str:
    """Return the episode id of a flood or a digest."""
    return alerts.hashed(f"{work.state.patient}|{what}|{moment}")


def _line(alert: ReceivedAlert) -> str:
    return f"{alert.transition.subject} {alert.transition.level}"


def _flood_words(work: UnitOfWork) -> str:
    """Return the flood's message."""
    assert work.flood is not None
    return (
        f"{work.flood.count} pages since {span(work.paging.flood_window)}, told as one: "
        f"{'; '.join(work.flood.lines)}"
    )


def span(length: int) -> str:
    """Return a length (ms) in minutes, as text."""
    return f"{length // MINUTE} min"


def summary(work: UnitOfWork, gathered: Gathered, kind: str, level: str, message: str) -> ReceivedAlert:
    """Return the alert made for a flood or a digest, with the fields every alert has."""
    made = alerts.undecided_alert(
        id=gathered.episode,
        seq=gathered.count,
        patient=work.state.patient,
        kind=kind,
        subject=kind,
        level=level,
        at=work.now,
        message=message,
        value=gathered.count,
        unit="1",
        limit=None,
    )
    return as_received(made)


class PagingOutcome(NamedTuple):
    """The paging state after a step, the new notifications, and the audit entries.

    `fresh`: the input was not seen before.
    """

    state: PagingState
    pending: list[Notification]
    audits: list[Audit]
    fresh: bool = True


class UnitOfWork:
    """One step on a paging state: a working copy, new notifications, and audit entries.

    The state before stays unchanged. `now`: ms; `shadow`: nobody is to be notified of what happens.
    """

    def __init__(self, state: PagingState, now: int, paging: Paging) -> None:
        self.state, self.now, self.paging = state, now, paging
        self.shadow = paging.shadows(state.patient)
        self.episodes: dict[str, PagedEpisode] = dict(state.episodes)
        self.ended, self.early = dict(state.ended), dict(state.early)
        self.silences: dict[str, ActiveSilence] = dict(state.silences)
        self.digests: dict[str, Gathered] = dict(state.digests)
        self.flood, self.recent = state.flood, state.recent
        self.pending = list(state.pending)
        self.next = state.next
        self.audits: list[Audit] = []

    def outcome(self, fresh: bool = True) -> PagingOutcome:
        """Return the new paging state, with all that was done to the copy."""
        state = msgspec.structs.replace(
            self.state,
            episodes=self.episodes,
            ended=self.ended,
            early=self.early,
            silences=self.silences,
            digests=self.digests,
            flood=self.flood,
            recent=self.recent,
            pending=tuple(self.pending),
            next=self.next,
            shadow=self.shadow,
        )
        return PagingOutcome(
            state, [one for one in self.pending if one.number >= self.state.next], self.audits, fresh
        )

    def identity(self, channel: str) -> Identity:
        """Return what identifies an incident at a channel's receiver, as it is configured now."""
        unit = self.paging.unit_of(self.state.patient)
        return {**self.paging.identities.get(channel, {}), **({} if unit is None else {"unit": unit})}

    def notify(
        self, channel: str, action: str, ordering_key: str, incident: Incident, body: bytes, step: int
    ) -> None:
        """Add a pending notification for one channel; in shadow, add what it would have been to the audit."""
        one = Notification(
            self.next,
            channel,
            action,
            incident.key,
            ordering_key,
            incident.labels,
            body,
            self.now,
            incident.since,
            step,
            incident.identities.get(channel, {}),
        )
        self.next += 1
        if self.sends(one, incident):
            self.pending.append(one)
            self.note_notification(one, pages.ENQUEUED, route=incident.route)
        else:
            self._note_unsent(one, incident)

    def sends(self, one: Notification, incident: Incident) -> bool:
        """Return whether a notification is to be sent: out of shadow, and in shadow to close what is open.

        An incident that a receiver got before shadow began is acknowledged and closed there: left open, it
        would go on calling people.
        """
        return not self.shadow or (
            one.action != TRIGGER and not incident.shadow and one.channel in incident.tried
        )

    def _note_unsent(self, one: Notification, incident: Incident) -> None:
        """Add an audit entry on what would have been sent: to whom, and with which text."""
        transition = decode_alert(one.body).transition
        self.note_notification(
            one,
            pages.WOULD_HAVE_PAGED,
            route=incident.route,
            seq=transition.seq,
            at=transition.at,
            decided=transition.decided,
            message=transition.message,
        )

    def swap(self, one: Notification, body: bytes) -> None:
        """Replace a pending notification by one with a newer body.

        It keeps its place in the order and its age.
        """
        new = msgspec.structs.replace(one, number=self.next, body=body)
        self.next += 1
        self.pending[self.pending.index(one)] = new
        self.note_notification(one, pages.REPLACED)
        self.note_notification(new, pages.ENQUEUED)

    def drop(self, one: Notification, outcome: str) -> None:
        """Remove a pending notification, with the reason."""
        self.pending.remove(one)
        self.note_notification(one, outcome)

    def note_notification(self, one: Notification, outcome: str, **found: object) -> None:
        """Add an audit entry on a notification."""
        labels = one.labels
        self.note(
            outcome,
            alert=one.ordering_key,
            key=one.key,
            number=one.number,
            action=one.action,
            channel=one.channel,
            step=one.step,
            level=labels.level,
            kind=labels.kind,
            subject=labels.subject,
            **found,
        )

    def note_alert(self, alert: ReceivedAlert, outcome: str, **found: object) -> None:
        """Add an audit entry on an alert."""
        transition = alert.transition
        self.note(
            outcome,
            alert=transition.id,
            seq=transition.seq,
            level=transition.level,
            kind=transition.kind,
            subject=transition.subject,
            at=transition.at,
            decided=transition.decided,
            **found,
        )

    def note_episode(self, episode: PagedEpisode, outcome: str, **found: object) -> None:
        """Add an audit entry on an episode."""
        self.note(
            outcome,
            alert=episode.id,
            level=episode.level,
            kind=episode.kind,
            subject=episode.subject,
            **found,
        )

    def note(self, outcome: str, **found: object) -> None:
        """Add an audit entry."""
        patient = self.state.patient
        unit = self.paging.unit_of(patient)
        self.audits.append(
            msgspec.convert(
                {"when": self.now, "outcome": outcome, "patient": patient, "unit": unit, **found}, Audit
            )
        )
