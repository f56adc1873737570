"""Many alerts in one page: a patient's flood, and the digest of what need not be told at once.

Both are episodes of their own, made up here, so that ladders, acknowledgements and receivers take them as any other.
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec.structs import replace

from rules.wire.alerts import PRIORITY
from rules.wire.instants import MINUTE, text
from streams.pager import audit, incident
from streams.pager.book import Episode, Gathered
from streams.pager.routes import Route
from streams.pager.transition import Alert, read
from streams.pager.turn import Turn

FLOOD, DIGEST = "flood", "digest"
LINES = 20


def flooding(turn: Turn) -> bool:
    """Whether one more page makes too many within the window."""
    since = turn.now - turn.paging.flood_window
    return sum(1 for moment in turn.recent if moment > since) + 1 >= turn.paging.flood


def flood(turn: Turn, alert: Alert, route: Route) -> None:
    """Puts an alert into the flood's one page, which keeps counting."""
    turn.recent = (*turn.recent, turn.now)[-incident.RECENT :]
    turn.note_alert(alert, audit.FLOODED)
    so_far = turn.flood or Gathered(_id(turn, FLOOD, alert.decided), route.name, len(turn.recent) - 1, ())
    turn.flood = replace(so_far, count=so_far.count + 1, lines=(*so_far.lines, _line(alert))[-LINES:])
    told = _summary(turn, turn.flood, FLOOD, alert.said.level, _flood_words(turn))
    if so_far.episode in turn.episodes:
        turn.episodes[so_far.episode] = incident.repeat(turn, turn.episodes[so_far.episode], told.raw)
    else:
        turn.note_alert(told, audit.FLOOD_BEGAN)
        turn.episodes[so_far.episode] = _told(turn, told, route)


def flood_over(turn: Turn) -> int | None:
    """When the latest flood has passed: the instant its window holds too few pages again; None without a flood."""
    most = turn.paging.flood - 1
    if turn.flood is None or len(turn.recent) < most:
        return None if turn.flood is None else turn.now
    return turn.recent[-most] + turn.paging.flood_window


def end_flood(turn: Turn) -> None:
    """The flood has passed: its page is closed."""
    if turn.flood is not None:
        turn.note(audit.FLOOD_ENDED, alert=turn.flood.episode)
        _end(turn, turn.flood, FLOOD)
        turn.flood = None


def digest(turn: Turn, alert: Alert, route: Route, every: int) -> None:
    """Keeps an alert for the route's next digest."""
    so_far = turn.digests.get(route.name) or Gathered("", route.name, 0, (), turn.now + every)
    lines = (*so_far.lines, _line(alert))[-LINES:]
    turn.digests[route.name] = replace(so_far, count=so_far.count + 1, lines=lines, due=so_far.due or turn.now + every)
    turn.note_alert(alert, audit.DIGESTED, until=turn.digests[route.name].due)


def send_digest(turn: Turn, name: str) -> None:
    """The digest is due: the one before is closed, and this one told."""
    due = turn.digests.pop(name)
    if due.last is not None:
        _end(turn, replace(due, episode=due.last), DIGEST)
    route = turn.paging.route(name)
    if route is None or not due.count:
        return
    made = replace(due, episode=_id(turn, f"{DIGEST}/{name}", turn.now))
    told = _summary(turn, made, DIGEST, "advisory", f"{due.count} in {_span(route.digest or 0)}: {'; '.join(due.lines)}")
    turn.episodes[made.episode] = _told(turn, told, route)
    turn.digests[name] = Gathered("", name, 0, (), turn.now + (route.digest or 0), made.episode)


def _told(turn: Turn, told: Alert, route: Route) -> Episode:
    said = told.said
    return incident.begin(turn, Episode(said.id, said.kind, said.subject, said.level, said.seq, told.decided), told, route)


def _end(turn: Turn, gathered: Gathered, kind: str) -> None:
    episode = turn.episodes.pop(gathered.episode, None)
    if episode is not None:
        turn.ended[episode.id] = episode.seq
        body = _summary(turn, gathered, kind, "clear", f"The {kind} is over: {gathered.count} pages")
        incident.end(turn, episode, body.raw)


def _id(turn: Turn, what: str, moment: int) -> str:
    return hashlib.sha256(f"{turn.book.patient}|{what}|{moment}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _line(alert: Alert) -> str:
    return f"{alert.said.subject} {alert.said.level}"


def _flood_words(turn: Turn) -> str:
    assert turn.flood is not None
    return f"{turn.flood.count} pages since {_span(turn.paging.flood_window)}, told as one: {'; '.join(turn.flood.lines)}"


def _span(length: int) -> str:
    return f"{length // MINUTE} min"


def _summary(turn: Turn, gathered: Gathered, kind: str, level: str, message: str) -> Alert:
    """The alert that is made up, with the fields every alert has."""
    now = text(turn.now)
    told = {
        "id": gathered.episode,
        "seq": gathered.count,
        "patient": turn.book.patient,
        "subject": kind,
        "kind": kind,
        "system": None,
        "level": level,
        "priority": PRIORITY[level],
        "transition": "resolved" if level == "clear" else "opened",
        "at": now,
        "decided": now,
        "value": gathered.count,
        "unit": "1",
        "limit": None,
        "evidence": [],
        "message": message,
        "action": [],
    }
    return read(msgspec.json.encode(told))
