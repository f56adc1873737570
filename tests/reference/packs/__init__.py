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
    lived = {p: as_lived(p, tuple(mine), ats) for p, mine in patients.items()}
    found: list[dict[str, dict[str, Any]]] = []
    for at in ats:
        assessed = {p: judged.assess(key, mine, at, lived[p][at]) for p, mine in patients.items()}
        found.append({p: one for p, one in assessed.items() if one is not None})
    return found


@lru_cache(32)
def as_lived(patient: str, records: tuple[Record, ...], clocks: tuple[int, ...]) -> dict[int, judged.Lived]:
    """What goes by the order of knowing at each of the clocks: it is the same under every pack."""
    folded = courses(patient, records, clocks)
    return {at: judged.Lived(LOW in course.journal.open, dict(course.erred)) for at, course in folded}


__all__ = ["KEYS", "assess_at"]
