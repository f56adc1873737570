"""Decide which record of an id is in force: the ranking of statuses (criteria.md section 1)."""

from __future__ import annotations

from collections.abc import Iterable

from rules.wire.events import Event, Withdrawal

RANK = {"preliminary": 0, "final": 1, "corrected": 2, "entered-in-error": 2}
PRELIMINARY, FINAL, LAST_WORD = RANK["preliminary"], RANK["final"], RANK["corrected"]


def outranks(rank: int, before: int) -> bool:
    """Return whether a record of rank `rank` replaces one of rank `before` that was known earlier.

    A final replaces a preliminary, a correction or a withdrawal both, and a later one an earlier one.
    """
    return rank > before or rank == before == LAST_WORD


def settled(events: Iterable[Event]) -> list[Event]:
    """Return the records in force at the end, in order of `at`.

    Takes one patient's events in order of `known`.
    """
    kept: dict[str, Event] = {}
    for event in events:
        if event.id not in kept or outranks(RANK[event.status], RANK[kept[event.id].status]):
            kept[event.id] = event
    in_force = (event for event in kept.values() if not isinstance(event, Withdrawal))
    return sorted(in_force, key=lambda event: event.at)
