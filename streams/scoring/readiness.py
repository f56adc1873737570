"""Watch when a dose is called ready, minute by minute while one is due (criteria.md section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rules.decide.dose_clock import dose_clock
from rules.decide.recommendation import recommend
from rules.decide.state import Patient
from rules.evaluate.dosing import due_at
from rules.wire.instants import MINUTE

READY = "ready"
Reported = Callable[[str, int, int], None]
"""Called with a patient and a time (ms) in which the readiness was `ready`."""


def minutes(patient: Patient, until: int) -> Iterator[tuple[int, int]]:
    """Yield the minutes (from, to; ms) before `until` in which a dose is due.

    Whoever consumes them moves the clock past the beginning of each: an instant is decided once the clock has
    passed it.
    """
    due = due_at(patient.chart)
    if due is None or patient.over or patient.discharged is not None:
        return
    moment = max(patient.now, due)
    while moment < until - 1:
        following = min(moment + MINUTE, until)
        yield moment, following
        moment = following


def is_ready(patient: Patient) -> bool:
    """Return whether the next dose may be given by readiness alone, as the patient stands."""
    return dose_clock(patient, recommend(patient)).readiness == READY
