"""A second reading of editions.md: what each pack makes of a patient at a clock, from all the facts known."""

from functools import lru_cache
from typing import Any

from .. import _by_patient, _decoded, courses
from ..clock import parse
from ..records import Event, Record
from ..subjects import LOW
from . import judged
from .packs import PACKS

KEYS = tuple(PACKS)


def assess_at(events: list[Event], key: str, clocks: list[str]) -> list[dict[str, dict[str, Any]]]:
    """Each patient's state under a pack at each clock; none for the discharged."""
    patients = _by_patient([r for _, r in _decoded(events) if isinstance(r, Record)])
    ats = tuple(map(parse, clocks))
    lows = {p: open_lows(p, tuple(mine), ats) for p, mine in patients.items()}
    found: list[dict[str, dict[str, Any]]] = []
    for at in ats:
        told = {p: judged.assess(key, mine, at, at in lows[p]) for p, mine in patients.items()}
        found.append({p: one for p, one in told.items() if one is not None})
    return found


@lru_cache(32)
def open_lows(patient: str, records: tuple[Record, ...], clocks: tuple[int, ...]) -> frozenset[int]:
    """At which of the clocks an episode of hypotension is open: it is the same under every pack."""
    folded = courses(patient, records, clocks)
    return frozenset(at for at, course in folded if LOW in course.journal.open)


__all__ = ["KEYS", "assess_at"]
