"""Watch when a dose is called ready, minute by minute while one is due (criteria.md section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rules.decide.dose_clock import dose_clock
from rules.decide.engine import pass_to
from rules.decide.recommendation import recommend
from rules.decide.state import Patient
from rules.evaluate.dosing import due_at
from rules.wire.alerts import Alert
from rules.wire.instants import MINUTE

READY = "ready"
Told = Callable[[str, int, int], None]
"""Called with a patient and a time (ms) in which the readiness was `ready`."""


def watched(patient: Patient, until: int, told: Told) -> Iterator[Alert]:
    """Move the clock to just before `until`, a minute at a time while a dose is due; yield the alerts.

    An instant is decided only once the clock has passed it, by a millisecond here: no record has such a time,
    and further ticks change no alert (criteria.md section 1).
    """
    due = due_at(patient.chart)
    if due is None or patient.over or patient.discharged is not None:
        return
    moment = max(patient.now, due)
    while moment < until - 1:
        yield from pass_to(patient, moment + 1)
        following = min(moment + MINUTE, until)
        if is_ready(patient):
            told(patient.id, moment, following)
        moment = following


def is_ready(patient: Patient) -> bool:
    """Return whether the next dose may be given by readiness alone, as the patient stands."""
    return dose_clock(patient, recommend(patient)).readiness == READY
