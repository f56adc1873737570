"""Wards for the tests of shards: the recorded one, and one of monitors that is as large as is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.wire.instants import MINUTE, parse, text
from streams.cli import main, sharing
from tests.kept import ROOT

RECORDED = ROOT / "tests" / "data" / "golden" / "ward.jsonl.gz"
START = parse("2026-03-02T08:00:00Z")


def event(kind: str, name: str, patient: str, minute: int, /, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "id": name, "patient": patient, "at": text(START + minute * MINUTE)} | fields


def monitored(patients: int, minutes: int) -> Iterator[bytes]:
    """A set of vital signs a minute of each patient, all patients in turn."""
    for bed in range(patients):
        admitted = event("encounter", f"e{bed}", f"p{bed}", 0, event="cycle-start", location="icu")
        yield json.dumps(admitted).encode() + b"\n"
    for minute in range(1, minutes + 1):
        for bed in range(patients):
            readings = [{"code": "heart-rate", "value": 90 + (minute + bed) % 40, "unit": "/min"}]
            vitals = event("vitals", f"v{bed}-{minute}", f"p{bed}", minute, readings=readings)
            yield json.dumps(vitals).encode() + b"\n"


def save(path: Path, patients: int, minutes: int) -> str:
    path.write_bytes(b"".join(monitored(patients, minutes)))
    return str(path)


def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as small: it is folded in one."""
    monkeypatch.setattr(sharing, "FEW", 1 << 40)
    monkeypatch.setattr(sharing, "SMALL", 1 << 40)


def in_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large."""
    monkeypatch.setattr(sharing, "FEW", 10)


def typed(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, bytes, bytes]:
    """The exit code of a command, and what it wrote to stdout and to stderr."""
    code = main.main(list(arguments))
    out, err = capfdbinary.readouterr()
    return code, out, err


def truth(patient: str, minutes: int, **criteria: list[list[Any]]) -> bytes:
    """A line of the ground truth: a stay of so many minutes, and when a criterion held."""
    start = text(START)
    found = {"patient": patient, "origin": start, "minutes": minutes, "cycle_start": start, "discharge": None}
    return json.dumps(found | {"criteria": criteria, "possible": {}}).encode() + b"\n"
