"""Which record of each id is drawn or told: the last word, as the chart takes it (criteria.md, section 1)."""

from __future__ import annotations

from collections.abc import Iterable

from rules.wire.events import Event, Withdrawal

RANK = {"preliminary": 0, "final": 1, "corrected": 2, "entered-in-error": 2}
LAST_WORD = 2


def settled(events: Iterable[Event]) -> list[Event]:
    """The records that stand at the end, in order of `at`. Takes one patient's events in order of `known`."""
    kept: dict[str, Event] = {}
    for event in events:
        if event.id not in kept or outranks(event, kept[event.id]):
            kept[event.id] = event
    return sorted((event for event in kept.values() if not isinstance(event, Withdrawal)), key=lambda event: event.at)


def outranks(new: Event, old: Event) -> bool:
    """A final replaces a preliminary, a correction or withdrawal both, and a later one an earlier one."""
    return RANK[new.status] > RANK[old.status] or RANK[new.status] == RANK[old.status] == LAST_WORD
