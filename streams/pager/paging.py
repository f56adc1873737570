"""Whether an alert is told now, later, with others, or not; and if told, up which ladder. The answer is always a reason in the audit."""

from __future__ import annotations

from msgspec.structs import replace

from streams.pager import audit, gather, incident
from streams.pager.book import Episode, Held
from streams.pager.routes import SYSTEM, choose
from streams.pager.silence import covering
from streams.pager.transition import Alert
from streams.pager.turn import Turn


def page(turn: Turn, episode: Episode, alert: Alert, worsened: bool = False) -> Episode:
    """Tells an alert as its route has it. A worsening passes every silence and every flood."""
    silence = None if worsened else covering(turn.silences, alert.said.subject, alert.said.level, turn.now)
    if silence is not None:
        return hold(turn, episode, alert, silence.until, audit.SILENCED)
    route, opens = choose(turn.paging, alert.said, turn.now)
    if opens is not None:
        return hold(turn, episode, alert, opens, audit.OFF_HOURS)
    if route is None:
        turn.note_alert(alert, audit.UNROUTED)
        return superseded(turn, episode, alert)
    if route.digest is not None:
        gather.digest(turn, alert, route, route.digest)
        return superseded(turn, episode, alert)
    if not worsened and alert.said.kind != SYSTEM and alert.said.level != "absolute" and gather.flooding(turn):
        gather.flood(turn, alert, route)
        return superseded(turn, episode, alert)
    turn.recent = (*turn.recent, turn.now)[-incident.RECENT :]
    return incident.begin(turn, episode, alert, route)


def hold(turn: Turn, episode: Episode, alert: Alert, until: int, why: str) -> Episode:
    """Not now: looked at again at `until`, if it is still open and nobody has acknowledged it."""
    turn.note_alert(alert, why, until=until)
    episode = incident.retire(turn, episode, alert.raw, why)
    return replace(episode, held=Held(until, why, alert.raw))


def superseded(turn: Turn, episode: Episode, alert: Alert) -> Episode:
    """Told otherwise than by an incident: one of the level before is closed."""
    return incident.end(turn, replace(episode, held=None), alert.raw, audit.MASKED)
