"""A file to read, and an engine that says what it is told to, so that the shell is tested alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.wire.assessments import Assessment
from streams.cli import event_files
from streams.config import site
from streams.times import UTC, ZONE
from tests.streams import samples


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text is as wide as into a file: a parallel run (xdist) sets COLUMNS to 80 in its workers, and a
    developer's shell may.
    """
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def clock() -> None:
    """Times are shown in UTC, whatever site a test before this one has set."""
    ZONE.set(UTC)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Writes records (or raw bytes) to a file and answers its path."""

    def writing(*records: dict[str, Any] | bytes, name: str = "events.jsonl") -> str:
        path = tmp_path / name
        path.write_bytes(
            b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in records)
        )
        return str(path)

    return writing


class StubEngine:
    """The engine's answers, set by the test: alerts, an assessment a patient, counts; `until` is what it was
    asked.
    """

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        self.assessments: dict[str, Assessment] = {}
        self.refused: list[tuple[Any, str]] = []
        self.counts: Counter[str] = Counter()
        self.until: int | None = None
        self.events: list[Any] = []

    def fold(
        self, events: list[Any], guideline: Any, until: int | None = None, gaps: bool = False
    ) -> event_files.Folded:
        self.events, self.until = list(events), until
        clock = max((event.known for event in self.events), default=0) if until is None else until
        outcome: Any = self.assessments
        return event_files.Folded(self.alerts, self.refused, self.counts, clock, outcome)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> StubEngine:
    """Commands ask this engine instead of the real one."""
    answers = StubEngine()
    monkeypatch.setattr(site, "guideline", lambda path: samples.GUIDELINE)
    monkeypatch.setattr(event_files, "fold_events", answers.fold)
    monkeypatch.setattr(
        event_files,
        "assessments",
        lambda folded: [folded.outcome[patient] for patient in sorted(folded.outcome)],
    )
    return answers
