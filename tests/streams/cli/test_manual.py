"""The written manual says what the commands say."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.manual import manual

WRITTEN = Path(__file__).parents[3] / "docs" / "reference" / "commands.md"


def test_the_manual_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert WRITTEN.read_text(encoding="utf-8") == manual(), "run make docs"
