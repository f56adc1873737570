"""A second reading of editions.md: what each pack makes of a patient at a clock, from all the facts known."""

from typing import Any

from .. import _by_patient, _decoded
from ..clock import parse
from ..records import Event, Record
from . import judged
from .packs import PACKS

KEYS = tuple(PACKS)


def assess_at(events: list[Event], key: str, clocks: list[str]) -> list[dict[str, dict[str, Any]]]:
    """Each patient's state under a pack at each clock; none for the discharged."""
    patients = _by_patient([r for _, r in _decoded(events) if isinstance(r, Record)])
    found: list[dict[str, dict[str, Any]]] = []
    for at in clocks:
        told = {p: judged.assess(key, mine, parse(at)) for p, mine in patients.items()}
        found.append({p: one for p, one in told.items() if one is not None})
    return found


__all__ = ["KEYS", "assess_at"]
