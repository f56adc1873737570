"""Take a patient's paging state into shadow and out of it. Pure.

A pager in shadow decides everything and sends nothing: each notification is an audit entry with its text and
receiver, and its incident counts as accepted at once, so that escalation and acknowledgements go their way.
What is written says which incidents no receiver has; a restart changes nothing, a switch only what follows.

Into shadow: what a receiver has open is still acknowledged and closed there, and nothing else is sent.
Out of it: what is open stands, without a page; what opens, worsens or is reminded of from then on is paged.
"""

from __future__ import annotations

from msgspec.structs import replace

from rules.wire import pages
from streams.pager.policy.notifications import DIGEST, FLOOD, TRIGGER, PagingOutcome, UnitOfWork
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import PagedEpisode, PagingState

MADE = (FLOOD, DIGEST)
"""Kinds of episodes that the pager made: they say nothing that others do not."""


def switch(state: PagingState, now: int, paging: Paging) -> PagingOutcome:
    """Return the paging state as this configuration has it: in shadow, or out of it. `now`: ms."""
    work = UnitOfWork(state, now, paging)
    if state.shadow == work.shadow:
        return work.outcome(fresh=False)
    if work.shadow:
        _begin(work)
    else:
        _end(work)
    return work.outcome()


def _begin(work: UnitOfWork) -> None:
    """Drop what was to be sent and would open something; name what receivers have open."""
    for one in [one for one in work.pending if one.action == TRIGGER]:
        work.drop(one, pages.SHADOW_BEGAN)
    for episode in work.episodes.values():
        if episode.incident is not None and episode.incident.tried:
            work.note_episode(episode, pages.STANDS_OPEN, key=episode.incident.key, reason="at receivers")


def _end(work: UnitOfWork) -> None:
    """Forget the incidents that no receiver has, and what was held back or gathered; name what is open.

    An open episode has no incident then; a worsening or a reminder begins one.
    """
    for episode in list(work.episodes.values()):
        if episode.incident is None or not episode.incident.shadow:
            work.episodes[episode.id] = replace(episode, held=None)
        elif episode.kind in MADE:
            work.ended[episode.id] = work.episodes.pop(episode.id).seq
        else:
            work.episodes[episode.id] = _unpaged(episode)
    work.recent = ()
    work.digests = {name: replace(one, count=0, lines=()) for name, one in work.digests.items()}
    if work.flood is not None and work.flood.episode not in work.episodes:
        work.flood = None
    for episode in work.episodes.values():
        acked = episode.acked
        work.note_episode(episode, pages.STANDS_OPEN, by=acked.by if acked else None, reason="not paged")


def _unpaged(episode: PagedEpisode) -> PagedEpisode:
    """Return an episode without its incident in shadow, whose key no receiver has seen: it is free again."""
    incident = episode.incident
    assert incident is not None
    level = incident.labels.level
    counts = {**episode.incidents, level: episode.incidents.get(level, 1) - 1}
    return replace(episode, incident=None, held=None, incidents={k: n for k, n in counts.items() if n})
