"""Write the manual of the command line from the commands' own help.

Run it as `python -m streams.cli.manual docs/reference/commands.md`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from streams.cli.main import COMMANDS, Command, load, overview

COLUMNS = "100"


def manual() -> str:
    """Return every command's help as Markdown, as wide as `COLUMNS` in the environment says."""
    parts = [
        f"# The command line\n\nWritten by `make docs` from the commands' own help.\n\n{fenced(overview())}"
    ]
    parts += [f"## il2watch {name}\n\n{fenced(help_of(command))}" for name, command in COMMANDS.items()]
    return "\n".join(parts)


def help_of(command: Command) -> str:
    """Return what `--help` prints for a command."""
    text: str = load(command.parser)().format_help()
    return text


def fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    os.environ["COLUMNS"] = COLUMNS
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
