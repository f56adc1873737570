"""What an event costs the fold with decoding, by the number of patients whose records come in turn.

`python -m tests.bench.edge.folding PATIENTS MINUTES`: a process of its own, one line of JSON, processor time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from rules.decide.engine import advance
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from tests.bench.edge.load import Line, past
from tests.bench.pipeline.contest import ROOT

LEAST_EVENTS = 30_000
NOW = 1_772_467_200_000


def in_turn(first: int, patients: int, minutes: int) -> Iterator[Line]:
    """Yield a record of each patient, then the next of each, and so on."""
    courses = [list(past(number, 1, NOW))[: minutes + 1] for number in range(first, first + patients)]
    return chain.from_iterable(zip(*courses, strict=True))


def fold(lines: list[Line]) -> None:
    patients: dict[str, Patient | None] = {}
    for known, key, value in lines:
        name = key.decode()
        event, _ = decode(value, key=name, known=known)
        assert event is not None
        patients[name] = advance(patients.get(name), event, GUIDELINE)[0]


def cost(patients: int, minutes: int) -> dict[str, Any]:
    """Return processor microseconds an event; few patients are folded in many groups, one after the other."""
    fold(list(in_turn(0, 10, minutes)))
    groups = max(1, LEAST_EVENTS // (patients * (minutes + 1)))
    spent = events = 0
    for group in range(groups):
        lines = list(in_turn(group * patients, patients, minutes))
        before = time.process_time()
        fold(lines)
        spent, events = spent + time.process_time() - before, events + len(lines)
    return {"events": events, "us_an_event": round(spent / events * 1e6, 2)}


def measure(patients: int, minutes: int, root: Path = ROOT) -> dict[str, Any]:
    """Return the cost, by a process of its own, of the engine of a checkout."""
    command = [sys.executable, "-m", "tests.bench.edge.folding", str(patients), str(minutes)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(cost(int(sys.argv[1]), int(sys.argv[2]))))
