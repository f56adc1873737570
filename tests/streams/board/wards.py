"""A ward for the board without Kafka: events folded as the worker folds them, and all that comes of it as
records of the topics.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from rules.guideline import SCHWARTZENTRUBER_2001, Guideline
from rules.ingest.decode import decode
from rules.wire.instants import parse
from rules.wire.topics import ALERTS, ASSESSMENTS, topic_of
from streams.cli import event_files
from streams.projections.patients import PatientProjection, Patients, TopicRecord

START = "2026-03-02T08:00:00Z"
GUIDE = SCHWARTZENTRUBER_2001


def at(minutes: float) -> str:
    """An instant so many minutes after the start."""
    from rules.wire.instants import text

    return text(parse(START) + round(minutes * 60_000))


def ms(minutes: float) -> int:
    return parse(START) + round(minutes * 60_000)


def key(patient: str) -> str:
    """What stands for a patient in addresses, here the same every time."""
    return f"k-{abs(hash(('board', patient))) % 10**12:012d}"


def vitals(id: str, minutes: float, patient: str = "p1", **readings: float) -> dict[str, Any]:
    codes = {
        "hr": ("heart-rate", "/min"),
        "sbp": ("systolic-bp", "mm[Hg]"),
        "spo2": ("spo2", "%"),
        "temp": ("temperature", "Cel"),
    }
    listed = [
        {"code": codes[name][0], "value": value, "unit": codes[name][1]} for name, value in readings.items()
    ]
    return {"type": "vitals", "id": id, "patient": patient, "at": at(minutes), "readings": listed}


def cycle(patient: str = "p1") -> list[dict[str, Any]]:
    """A patient with a baseline, in a cycle, on the first dose."""
    baseline = [
        {"code": "systolic-bp", "value": 124, "unit": "mm[Hg]"},
        {"code": "weight", "value": 70, "unit": "kg"},
    ]
    return [
        {
            "type": "encounter",
            "id": "e1",
            "patient": patient,
            "at": at(-60),
            "event": "baseline",
            "location": "ward",
            "age": 54,
            "readings": baseline,
        },
        {"type": "encounter", "id": "e2", "patient": patient, "at": at(0), "event": "cycle-start"},
        {
            "type": "dose",
            "id": "d1",
            "patient": patient,
            "at": at(0),
            "agent": "aldesleukin",
            "given": True,
            "amount": 600000,
            "unit": "[iU]/kg",
        },
    ]


def oliguria(patient: str = "p1") -> list[dict[str, Any]]:
    """Urine of 8 mL in the hour, pressure below target: an absolute and a relative alert."""
    urine = {
        "type": "io",
        "id": "u1",
        "patient": patient,
        "start": at(60),
        "at": at(120),
        "direction": "out",
        "kind": "urine",
        "volume": 8,
        "unit": "mL",
    }
    low = [vitals(f"v{n}", 100 + 5 * n, patient, hr=104, sbp=86, spo2=97) for n in range(5)]
    return [*cycle(patient), *low, urine]


def record(event: dict[str, Any]) -> TopicRecord:
    """An event as it stands in its topic."""
    known = parse(str(event.get("known", event["at"])))
    return TopicRecord(topic_of(event["type"]), event["patient"].encode(), json.dumps(event).encode(), known)


def published(
    events: list[dict[str, Any]], until: str | None = None, guideline: Guideline = GUIDE
) -> list[TopicRecord]:
    """The events, and the alerts and assessments that come of them."""
    read = sorted(
        (found for event in events if (found := decode(json.dumps(event).encode())[0]) is not None),
        key=lambda one: one.known,
    )
    folded = event_files.fold_events(read, guideline, None if until is None else parse(until))
    raised = [
        TopicRecord(ALERTS, one.patient.encode(), msgspec.json.encode(one), parse(one.decided))
        for one in folded.alerts
    ]
    shown = [
        TopicRecord(ASSESSMENTS, one.patient.encode(), msgspec.json.encode(one), folded.clock)
        for one in event_files.assessments(folded)
    ]
    return [*map(record, events), *raised, *shown]


def ward(events: list[dict[str, Any]], until: str | None = None) -> Patients:
    """The ward after all that."""
    made = Patients(GUIDE, key)
    for one in published(events, until):
        made.apply(one)
    return made


def projection(
    events: list[dict[str, Any]], patient: str = "p1", until: str | None = None
) -> PatientProjection:
    return ward(events, until).patients[patient]
