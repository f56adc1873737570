"""Artefact bursts: for some minutes a probe measures something that is not the patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulators.faults.chance import Spell, Spells
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord, readings

NAME = "artefact"
LASTS = (1.0, 6.0)
"""Minutes. Assumption: a flush, a zeroing, a blood sample, a lead or probe reattached."""

Values = dict[str, float]

BURSTS: tuple[tuple[str, float, Values], ...] = (
    ("flushed line", 0.30, {"systolic-bp": 300, "diastolic-bp": 290, "mean-bp": 324}),
    ("line open to air", 0.25, {"systolic-bp": -23, "diastolic-bp": -23, "mean-bp": -23}),
    ("probe off", 0.20, {"spo2": 0}),
    ("leads off", 0.15, {"heart-rate": 0}),
    ("damped line", 0.10, {}),
)
"""Name, share, and the values measured instead.

All but the damped line lie outside what is plausible (criteria.md section 8); a damped line reads low and
plausible, and no rule on single readings can distinguish it from a patient.
"""
DAMPED = 0.75


def artefact(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Replace the values of one of a patient's probes during each spell."""
    spells = Spells(seed, NAME, rate, LASTS)
    bursts: dict[str, tuple[Spell, int]] = {}
    for record in records:
        if (
            record.type == "vitals"
            and record.patient is not None
            and (spell := spells.over(record.patient, record.known)) is not None
        ):
            disturb(record, *BURSTS[burst(bursts, record.patient, spell)])
        yield record


def burst(bursts: dict[str, tuple[Spell, int]], patient: str, spell: Spell) -> int:
    """Return which kind of burst a spell is: drawn once a spell."""
    found = bursts.get(patient)
    if found is None or found[0] is not spell:
        found = bursts[patient] = (
            spell,
            int(spell.rng.choice(len(BURSTS), p=[share for _, share, _ in BURSTS])),
        )
    return found[1]


def disturb(record: FeedRecord, kind: str, share: float, instead: Values) -> None:
    """Replace the readings of that probe by the artefact's; a record without them is not altered."""
    body, was = record.body, {}
    for reading in readings(body):
        code, value = reading.get("code"), reading.get("value")
        found = measured(code, value, instead)
        if found is not None:
            was[code] = value
            reading["value"] = found
    if was:
        record.rewrite(body, NAME, kind=kind, was=was, implausible=bool(instead))


def measured(code: Any, value: Any, instead: Values) -> float | None:
    """Return what the probe reads instead; None for a reading of another probe."""
    if instead:
        return instead.get(code)
    return round(value * DAMPED) if code == "systolic-bp" and isinstance(value, (int, float)) else None
