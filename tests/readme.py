"""The worked example of the README and of the first tutorial, run: `python -m tests.readme` writes into
both what their commands print now.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "tutorial" / "worked-patient.md"
WORKED = (README, TUTORIAL)
BLOCK = re.compile(r"```console\n(\$ .*?)```", re.DOTALL)
WIDTH = "120"


def refreshed(text: str) -> str:
    """The text with the output of each `$ ` line of its console blocks put below it; all run in one empty
    folder, in order.
    """
    with tempfile.TemporaryDirectory() as folder:
        return BLOCK.sub(lambda block: f"```console\n{answered(block[1], Path(folder))}```", text)


def answered(block: str, folder: Path) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{printed(line.removeprefix('$ '), folder)}" for line in commands)


def printed(command: str, folder: Path) -> str:
    """What a command line prints, `il2watch` and `python` being those of this checkout."""
    python = shlex.quote(sys.executable)
    names = f'il2watch() {{ {python} -m streams "$@"; }}\npython() {{ {python} "$@"; }}\n'
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": WIDTH, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        ["sh", "-c", names + command],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


if __name__ == "__main__":
    for page in WORKED:
        page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
