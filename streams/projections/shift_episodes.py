"""Group one patient's alert transitions by episode, as a shift sees them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rules.wire.alerts import CLEAR, RANK, AlertRecord
from rules.wire.instants import parse

CHANGES = ("opened", "worsened", "improved", "resolved", "amended")
"""The transitions that change an episode; a reminder does not."""


class ShiftEpisode(NamedTuple):
    """An episode that was open in a shift (start, end].

    `opening`: its first transition; `changes`: those decided in the shift; `late`: those of the shift that
    were decided after it; `last`: the latest by its end; `worst`: the latest at the highest level of the
    shift, before the end if it ended.
    """

    opening: AlertRecord
    changes: tuple[AlertRecord, ...]
    late: tuple[AlertRecord, ...]
    last: AlertRecord
    worst: AlertRecord

    @property
    def open(self) -> bool:
        """Whether it is open at the shift's end."""
        return self.last.level != CLEAR


def shift_episodes(alerts: Iterable[AlertRecord], start: int, end: int) -> list[ShiftEpisode]:
    """Return the episodes that were open in a shift, or that ended in it, in order of opening.

    `alerts`: every transition of the patient, in order of decision. `start`, `end`: ms.
    """
    by_id: dict[str, list[AlertRecord]] = {}
    for alert in alerts:
        if alert.transition in CHANGES:
            by_id.setdefault(alert.id, []).append(alert)
    found = (_episode(transitions, start, end) for transitions in by_id.values())
    return [one for one in found if one is not None]


def _episode(transitions: list[AlertRecord], start: int, end: int) -> ShiftEpisode | None:
    by_then = [one for one in transitions if parse(one.decided) <= end]
    late = tuple(one for one in transitions if parse(one.decided) > end and start < parse(one.at) <= end)
    if not by_then:
        return ShiftEpisode(late[0], (), late, late[0], late[0]) if late else None
    changes = tuple(one for one in by_then if parse(one.decided) > start)
    last = by_then[-1]
    if last.level == CLEAR and not changes and not late:
        return None
    before = [one for one in by_then if parse(one.decided) <= start][-1:]
    seen = [one for one in (*before, *changes) if one.level != CLEAR] or [transitions[0]]
    worst = max(reversed(seen), key=lambda one: RANK[one.level])
    return ShiftEpisode(transitions[0], changes, late, last, worst)
