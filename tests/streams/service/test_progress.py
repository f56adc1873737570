"""A progress bar is for people who wait, and changes nothing of what is read."""

from __future__ import annotations

import sys

import pytest

from streams.service import files
from streams.service.files import Line

LINES = [Line(number, b"x", number) for number in range(1, 3001)]


@pytest.mark.parametrize(
    ("terminal", "bytes", "drawn"), [(False, 9 << 20, False), (True, 4 << 20, False), (True, 9 << 20, True)]
)
def test_a_bar_is_drawn_on_a_terminal_for_a_large_file_only(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, bytes: int, drawn: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(files, "size", lambda path: bytes)
    assert (files.watched(LINES, "big.jsonl") is not LINES) is drawn


def test_the_lines_pass_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(files.with_bar(LINES, "big.jsonl", 3000)) == LINES
    assert capsys.readouterr().out == ""
