"""Encode the small fields of a patient's state, which change with every decision."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.earlier import NOTHING_EARLIER, Earlier
from rules.chart.stays import Stay
from rules.decide.state import AfterDischarge, Patient, Reminders
from rules.guideline.edition import Guideline
from rules.wire.instants import Instant


class Head(msgspec.Struct, array_like=True):
    """The small fields of a patient's state; dirty flags are stored by name."""

    id: str
    now: Instant
    due: Instant | None
    seq: int
    dirty: list[str]
    dirty_amended: list[str]
    dirty_replaced: list[str]
    amendments: tuple[str, ...]
    pending: bool
    dirty_on_vitals: list[str]
    cycles: int
    cycle_start: int | None
    cycle_since: int | None
    quiet: bool
    intensive_since: int | None
    acks: tuple[tuple[str, str], ...]
    resumed: tuple[str, ...]
    discharged: Instant | None
    stay: Stay
    sealed: Instant
    after: AfterDischarge | None
    reminders: Reminders
    given: dict[str, list[int]]
    watched: bool
    fresh: tuple[int, ...]
    rules_n: int
    accepted: frozenset[str]
    outgrown: frozenset[str]
    pack: str = ""
    pack_since: int | None = None
    pack_missing: bool = False
    course: Earlier = NOTHING_EARLIER


FIELDS = Head.__struct_fields__
FLAGS = ("dirty", "dirty_amended", "dirty_replaced", "dirty_on_vitals")
"""Fields of the head that are dirty flags."""
_PLACES = tuple(map(FIELDS.index, FLAGS))
_fields_of: Callable[[Patient], tuple[Any, ...]] = attrgetter(*FIELDS)


def head_of(patient: Patient) -> Head:
    """Return the small fields of a patient."""
    values = list(_fields_of(patient))
    for i in _PLACES:
        values[i] = names(values[i])
    return Head(*values)


def names(mask: int) -> list[str]:
    """Return the names of the inputs whose dirty flags are set."""
    return [name for name, bit in dirty_flags.BIT.items() if mask & bit] if mask else []


def patient_of(head: Head, chart: Chart, guideline: Guideline) -> Patient:
    """Return a patient with these fields; the pack of a running cycle decides, if it is still there."""
    patient = Patient(head.id, guideline.deciding, chart)
    for name in FIELDS:
        value = getattr(head, name)
        setattr(patient, name, dirty_flags.bits(value) if name in FLAGS else value)
    if patient.pack:
        running = guideline.running(patient.pack)
        patient.pack_changed = running is None
        patient.guideline = guideline.deciding if running is None else running
    return patient
