from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from streams.board.access.users import matches
from streams.cli.main import main


def test_a_password_is_hashed_for_the_users_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long password\n"))
    assert main(["board", "--hash"]) == 0
    assert matches("a long password", capsys.readouterr().out.strip())


def test_a_short_password_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["board", "--hash"]) == 2
    assert "at least 12 characters" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--listen", "0.0.0.0"], "others could see patients"),
        (["--port", "x"], "is not a port"),
        (["--history", "0"], "not a number of seconds above 0"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["board", "--broker", "127.0.0.1:1", "--state-dir", str(tmp_path), *options]) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert "Traceback" not in errors
