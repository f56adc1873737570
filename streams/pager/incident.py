"""Opening and closing what receivers hold open: one incident a level of an episode, and a new one whenever it worsens.

The key is `<episode id>:<level>`; one more at a level the episode has had before is `<episode id>:<level>+2`. A receiver that was told
"acknowledged" swallows a repeat of a key, and one that was told "resolved" must not be told of it again.
"""

from __future__ import annotations

from msgspec.structs import replace

from streams.pager import audit
from streams.pager.book import Episode, Incident
from streams.pager.routes import Route
from streams.pager.transition import Alert
from streams.pager.turn import Turn, labels_of

TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
RECENT = 64


def begin(turn: Turn, episode: Episode, alert: Alert, route: Route) -> Episode:
    """A new incident on the first rung of a ladder; one that is open is closed after it, so that there is none without."""
    level = alert.said.level
    count = episode.incidents.get(level, 0) + 1
    key = f"{episode.id}:{level}" + (f"+{count}" if count > 1 else "")
    incident = Incident(key, labels_of(alert), route.name, turn.now, 0, (), alert.raw)
    before, episode = episode, replace(episode, incident=incident, held=None, incidents={**episode.incidents, level: count})
    drop_triggers(turn, before.incident, audit.MASKED)
    episode = climb(turn, episode, route, 0)
    _resolve(turn, before, alert.raw)
    return episode


def climb(turn: Turn, episode: Episode, route: Route, step: int) -> Episode:
    """Tells a rung of the ladder."""
    incident = episode.incident
    assert incident is not None
    rung = route.steps[step].channels
    for channel in rung:
        turn.owe(channel, TRIGGER, episode.id, incident, incident.alert, step)
    told = (*incident.channels, *(channel for channel in rung if channel not in incident.channels))
    return replace(episode, incident=replace(incident, step=step, channels=told))


def end(turn: Turn, episode: Episode, body: bytes, outcome: str = audit.CLOSED) -> Episode:
    """Closes the incident, if one is open: what opens it is still owed, and goes before."""
    if episode.incident is None:
        return episode
    turn.note_episode(episode, outcome, key=episode.incident.key)
    _resolve(turn, episode, body)
    return replace(episode, incident=None)


def retire(turn: Turn, episode: Episode, body: bytes, outcome: str) -> Episode:
    """Closes the incident because it shall not be told now: what was not sent yet is not sent."""
    if episode.incident is None:
        return episode
    drop_triggers(turn, episode.incident, outcome)
    _resolve(turn, episode, body)
    return replace(episode, incident=None)


def repeat(turn: Turn, episode: Episode, body: bytes) -> Episode:
    """Tells it once more to all who were told; in place of what was not sent yet."""
    assert episode.incident is not None
    incident = replace(episode.incident, alert=body)
    waiting = [one for one in turn.owed if one.key == incident.key and one.action == TRIGGER]
    for one in waiting:
        turn.swap(one, body)
    for channel in incident.channels:
        if all(one.channel != channel for one in waiting):
            turn.owe(channel, TRIGGER, episode.id, incident, body, incident.step)
    return replace(episode, incident=incident)


def acknowledge(turn: Turn, episode: Episode) -> None:
    """Tells all who were told that someone has seen it."""
    incident = episode.incident
    if incident is not None:
        for channel in incident.channels:
            turn.owe(channel, ACKNOWLEDGE, episode.id, incident, incident.alert, incident.step)


def drop_triggers(turn: Turn, incident: Incident | None, outcome: str) -> None:
    """What would open or acknowledge the incident is not owed any more, unless it may have left already: then it goes before the end."""
    for one in [one for one in turn.owed if incident is not None and one.key == incident.key and one.action != RESOLVE]:
        if not one.tried:
            turn.drop(one, outcome)


def _resolve(turn: Turn, episode: Episode, body: bytes) -> None:
    """Owed to whoever was told or will be; not to those who never hear of it."""
    incident = episode.incident
    if incident is not None:
        waiting = {one.channel for one in turn.owed if one.key == incident.key and one.action == TRIGGER}
        for channel in (channel for channel in incident.channels if channel in waiting or channel in incident.tried):
            turn.owe(channel, RESOLVE, episode.id, incident, body, incident.step)
