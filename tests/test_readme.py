"""The README keeps its word: its example prints what it shows, its links lead somewhere, its table names
every command. It is short: the rest is in the documents.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.cli.main import COMMANDS
from tests.readme import README, ROOT, WORKED, refreshed

TEXT = README.read_text(encoding="utf-8")
MOST_LINES = 130


@pytest.mark.slow
@pytest.mark.parametrize("page", WORKED, ids=lambda page: page.name)
def test_the_worked_example_prints_what_is_shown(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "\n$ il2watch " in text
    assert refreshed(text) == text, "run `make docs`"


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_in_the_table(name: str) -> None:
    assert f"`il2watch {name}" in TEXT


def test_no_link_is_broken() -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_two_commands_are_there(command: str) -> None:
    target = command.removeprefix("make ")
    assert command in TEXT
    assert f"\n{target}: " in (ROOT / "Makefile").read_text(encoding="utf-8")
