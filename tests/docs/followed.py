"""Follow a how-to page in a copy of the repository, as a reader would.

What the fences of a page ask for, in the order of the page:

    ```python title="a/new.py"    write this file, which is not there yet; any language but diff
    ```diff title="a/file.py"     change this file: where the lines without + stand, once; @@ parts the places
    ```console                    type what stands behind each $
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.kept import ROOT

HOWTO = ROOT / "docs" / "howto"
FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("rules", "streams", "simulators", "tests", "docs", "deploy", "pyproject.toml", "README.md")
LEFT_OUT = shutil.ignore_patterns("*.pdf")
"""What is compiled comes along, and holds for a file with the time and size of its source: `copy2` keeps both."""
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")


class Followed:
    """A page and the copy in which it was followed. `typed`: what each command printed."""

    def __init__(self, page: str, copy: Path) -> None:
        self.copy, self.typed = copy, dict[str, str]()
        self.touched: list[str] = []
        for kind, title, text in FENCE.findall((HOWTO / page).read_text(encoding="utf-8")):
            self.do(kind, title, text)

    def do(self, kind: str, title: str, text: str) -> None:
        """Do what one fence asks for; one without a title that is no console is for the eye."""
        if kind == "console":
            for line in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
                self.typed[line] = self.type(line)
        elif title:
            path = self.copy / title
            new = changed(path.read_text(encoding="utf-8"), text) if kind == "diff" else text
            assert kind == "diff" or not path.exists(), f"{title} is there already"
            path.write_text(new, encoding="utf-8")
            self.touched.append(title)

    def type(self, line: str) -> str:
        """Run a command line in the copy and return what it printed. Raises AssertionError when it fails."""
        python = shlex.quote(sys.executable)
        names = f'il2watch() {{ {python} -m streams "$@"; }}\npython() {{ {python} "$@"; }}\n'
        env = {name: os.environ[name] for name in INHERITED if name in os.environ}
        done = subprocess.run(
            ["sh", "-c", names + line],
            cwd=self.copy,
            env=env | {"PYTHONPATH": str(self.copy), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def lint(self) -> None:
        """Hold what the page writes to the style of the repository."""
        written = " ".join(shlex.quote(path) for path in self.touched if path.endswith(".py"))
        self.type(f"python -m ruff check {written} && python -m ruff format --check {written}")


def changed(text: str, diff: str) -> str:
    """Return a text with the places of a diff changed, each of which must stand in it once."""
    for old, new in hunks(diff):
        assert text.count(old) == 1, f"stands {text.count(old)} times:\n{old}"
        text = text.replace(old, new)
    return text


def hunks(diff: str) -> Iterator[tuple[str, str]]:
    """Yield what each place of a diff is before and after."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines()
        if lines:
            yield side(lines, "-"), side(lines, "+")


def side(lines: list[str], sign: str) -> str:
    """Return one side of a diff's place: the lines with the sign, and those with none."""
    return "".join(f"{line[1:]}\n" for line in lines if line[:1] in (sign, " ", ""))


def follow(page: str, folder: Path) -> Followed:
    """Follow a page of docs/howto in a copy of the repository, made in `folder`."""
    copy = folder / "copy"
    copy.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(ROOT / name, copy / name)
    return Followed(page, copy)
