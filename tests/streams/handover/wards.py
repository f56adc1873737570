"""The simulated ward of sixteen whose shifts are handed over: with answers, and facts that come late."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire.alerts import Alert
from rules.wire.events import Ack
from rules.wire.instants import parse, text
from simulators.care.answers import answer
from streams.cli import main
from streams.scoring.engines import DecodedFeed, FoldingEngine
from streams.service.files import lines

PATIENTS = 16
SHIFTS = ("2026-03-03T07:00:00Z", "2026-03-03T15:00:00Z", "2026-03-03T23:00:00Z")
"""When each of the three begins."""
Event = dict[str, Any]


def simulated(folder: Path, days: float = 2.4, patients: int = PATIENTS) -> list[Event]:
    """A ward's events, in order of `known`, with acknowledgements of what pages."""
    path = folder / "simulated.jsonl"
    arguments = [
        "simulate",
        "ward",
        "--patients",
        str(patients),
        "--days",
        str(days),
        "--seed",
        "7",
        "--vitals",
        "hourly",
    ]
    assert main.main([*arguments, "-o", str(path)]) == 0
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return ordered([*found, *acknowledged(path)])


def ordered(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda one: parse(one.get("known", one["at"])))


def acknowledged(path: Path) -> list[Event]:
    """The acknowledgements that a nurse gives, every third alert is left to itself."""
    given: dict[str, Ack] = {}

    def nurse(alert: Alert) -> Ack | None:
        found = answer(alert.patient, alert.id, alert.transition, alert.level, alert.decided)
        if found is None or int(alert.id[8:12], 16) % 3 == 0:
            return None
        given[found.id] = found
        return found

    engine = FoldingEngine(SCHWARTZENTRUBER_2001, lambda alert: None, answer=nurse)
    DecodedFeed(str(path)).through(lines(str(path)), [engine])
    return [
        {"type": "ack", "id": one.id, "patient": one.patient, "at": text(one.at), "alert": one.alert,
         "by": "rn-14", "reason": "seen, acting on it"}
        for one in given.values()
    ]  # fmt: skip


def written(events: list[Event], path: Path) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in ordered(events)))
    return str(path)
