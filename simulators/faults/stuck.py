"""Stuck sensor: a monitor goes on sending what it last measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulators.faults.chance import Spell, Spells
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord, readings

NAME = "stuck"
LASTS = (10.0, 30.0)
"""Minutes. Assumption: within half an hour it is noticed that the display has frozen."""
MEASURED = frozenset({"heart-rate", "systolic-bp", "diastolic-bp", "mean-bp", "respiratory-rate", "spo2"})

Frozen = dict[str, Any]


def stuck(records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog) -> Iterator[FeedRecord]:
    """Repeat, during a spell and reading by reading, the first value that a patient's monitor sent in it."""
    spells = Spells(seed, NAME, rate, LASTS)
    frozen: dict[str, tuple[Spell, Frozen]] = {}
    for record in records:
        if (
            record.type == "vitals"
            and record.patient is not None
            and (spell := spells.over(record.patient, record.known)) is not None
        ):
            freeze(record, seen_in(frozen, record.patient, spell))
        yield record


def seen_in(frozen: dict[str, tuple[Spell, Frozen]], patient: str, spell: Spell) -> Frozen:
    """Return what the monitor sent first in this spell."""
    found = frozen.get(patient)
    if found is None or found[0] is not spell:
        found = frozen[patient] = spell, {}
    return found[1]


def freeze(record: FeedRecord, first: Frozen) -> None:
    """Keep the first values and replace later ones by them; a record whose values are the same anyway is not
    altered.
    """
    body, was = record.body, {}
    for reading in readings(body):
        code, value = reading.get("code"), reading.get("value")
        if code in MEASURED and first.setdefault(code, value) != value:
            was[code] = value
            reading["value"] = first[code]
    if was:
        record.rewrite(body, NAME, was=was)
