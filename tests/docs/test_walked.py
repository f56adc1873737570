"""The pages on the handover and on the review show what the commands print: each line that stands behind a `$` is
printed by it, in that order.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from streams.cli import main
from tests.kept import ROOT
from tests.streams.review.month import month, save

pytestmark = pytest.mark.slow
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "..."


def typed(page: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a page with the lines that follow it."""
    for fence in CONSOLE.findall((ROOT / "docs/howto" / page).read_text(encoding="utf-8")):
        for part in fence.split("$ ")[1:]:
            command, *lines = part.rstrip().splitlines()
            yield command, lines


def printed(arguments: list[str]) -> tuple[int, list[str]]:
    out = TextIOWrapper(BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        code = main.main(arguments)
        out.flush()
    return code, [line.rstrip() for line in out.buffer.getvalue().decode().splitlines()]  # type: ignore[attr-defined]


def follows(page: str) -> int:
    """Types every `il2watch` of a page and finds its lines; how many lines were compared."""
    compared = 0
    for command, shown in typed(page):
        words = shlex.split(command.partition(">")[0])
        if words[0] != "il2watch":
            continue
        code, lines = printed(words[1:])
        assert code == 0, command
        for line in shown:
            if line != LEFT_OUT:
                assert line in lines, f"{command}\n{line}"
                lines = lines[lines.index(line) + 1 :]
                compared += 1
    return compared


def test_the_page_on_the_handover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert follows("read-the-handover.md") > 40


def test_the_page_on_the_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(month(tmp_path), tmp_path / "records")
    monkeypatch.chdir(tmp_path)
    assert follows("hold-an-alarm-review.md") > 10
    (tmp_path / "site.toml").write_text(toml("hold-an-alarm-review.md"))
    span = ["--from", "2026-03-17T00:00:00Z", "--to", "2026-04-01T00:00:00Z"]
    arguments = ["review", "--records", "records", *span, "-o", "out", "--config", "site.toml"]
    assert printed(arguments)[0] == 1


def toml(page: str) -> str:
    return re.findall(r"^```toml\n(.*?)^```$", (ROOT / "docs/howto" / page).read_text(), re.M | re.S)[0]
