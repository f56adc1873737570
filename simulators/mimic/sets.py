"""Readings of one moment as records: a code once in each, so that none hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Reading = dict[str, Any]


def apart(readings: Iterable[Reading], repeated: Callable[[], None]) -> list[list[Reading]]:
    """The readings in as few sets as hold no code twice; of equal ones only the first, `repeated` is told of each other."""
    sets: list[dict[str, Reading]] = []
    for reading in readings:
        if any(there.get(reading["code"]) == reading for there in sets):
            repeated()
            continue
        free = next((there for there in sets if reading["code"] not in there), None)
        if free is None:
            sets.append(free := {})
        free[reading["code"]] = reading
    return [list(there.values()) for there in sets]
