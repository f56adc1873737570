"""Small feeds to spoil: what two patients' monitors and the laboratory send, a record a minute."""

from __future__ import annotations

import json
from typing import Any

from rules.wire.instants import HOUR, MINUTE, parse, text
from simulators.faults import FaultLog, apply

START = parse("2026-03-02T07:00:00Z")

Line = tuple[int, bytes]


def lines(*events: dict[str, Any]) -> list[Line]:
    """Events as a feed, in order of `known`."""
    made = [
        (parse(event.get("known", event["at"])), json.dumps(event, separators=(",", ":")).encode() + b"\n")
        for event in events
    ]
    return sorted(made, key=lambda line: line[0])


def vitals(minute: int, patient: str = "p1", pulse: int | None = None) -> dict[str, Any]:
    """A monitor's set; the pulse tells the minute unless it is given."""
    measured = {
        "heart-rate": 60 + minute % 100 if pulse is None else pulse,
        "systolic-bp": 118,
        "diastolic-bp": 70,
        "mean-bp": 86,
        "spo2": 97,
    }
    units = {"heart-rate": "/min", "spo2": "%"}
    readings = [
        {"code": code, "value": value, "unit": units.get(code, "mm[Hg]")} for code, value in measured.items()
    ]
    at = text(START + minute * MINUTE)
    return {
        "type": "vitals",
        "id": f"v{minute}",
        "patient": patient,
        "at": at,
        "known": at,
        "readings": readings,
    }


def labs(minute: int, patient: str = "p1", creatinine: float = 1.2) -> dict[str, Any]:
    """A result, an hour after it was drawn."""
    readings = [
        {"code": "creatinine", "value": creatinine, "unit": "mg/dL"},
        {"code": "platelets", "value": 210, "unit": "10*3/uL"},
    ]
    at = START + minute * MINUTE
    return {
        "type": "labs",
        "id": f"l{minute}",
        "patient": patient,
        "at": text(at),
        "known": text(at + HOUR),
        "readings": readings,
    }


def finding(minute: int, patient: str = "p1") -> dict[str, Any]:
    """A nurse's round."""
    return {
        "type": "finding",
        "id": f"f{minute}",
        "patient": patient,
        "at": text(START + minute * MINUTE),
        "code": "iv-site",
        "present": True,
    }


def ward(minutes: int, patients: int = 2) -> list[Line]:
    """So many minutes of a small ward: vitals each minute, labs each half hour, a finding each hour, a tick
    at the end.
    """
    names = [f"p{number}" for number in range(1, patients + 1)]
    made = [vitals(minute, name) for minute in range(minutes) for name in names]
    made += [labs(minute, name) for minute in range(0, minutes, 30) for name in names]
    made += [finding(minute, name) for minute in range(0, minutes, 60) for name in names]
    return lines(*made, {"type": "tick", "id": "t", "patient": "*", "at": text(START + minutes * MINUTE)})


def spoiled(records: list[Line], spec: str, seed: int = 1) -> tuple[list[Line], list[dict[str, Any]]]:
    """The feed as it arrives, and the ledger's entries."""
    entries: list[dict[str, Any]] = []
    return list(apply(iter(records), spec, seed, FaultLog(entries.append))), entries


def decoded(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line[1])
    return found


def value(event: dict[str, Any], code: str) -> Any:
    """A reading's value."""
    return next(reading["value"] for reading in event["readings"] if reading["code"] == code)
