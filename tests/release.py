"""Build wheel and sdist, and try both as a stranger would: `python -m tests.release`, which `make release` runs.

Each is installed into a clean environment in a folder outside of the checkout; the README's example must print what
stands there, the demo of the wheel runs for a minute, and another qualifies while it runs. Nothing is tagged or published.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from pathlib import Path

from tests.readme import BLOCK, README, ROOT, WIDTH
from tests.streams.demo.qualifying import places, typed

DIST = ROOT / "dist"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DEMO = "il2watch demo --for 60s"


def built() -> list[Path]:
    """Return the wheel and the sdist, made anew."""
    shutil.rmtree(DIST, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "hatchling", "build"], cwd=ROOT, check=True)
    return sorted(DIST.iterdir())


class Environment:
    """A clean environment with one distribution of ours in it, and a folder that knows nothing of the checkout."""

    def __init__(self, folder: Path, distribution: Path) -> None:
        self.folder = folder / "elsewhere"
        self.folder.mkdir()
        venv.create(folder / "env", with_pip=True)
        self.programs = folder / "env" / "bin"
        self.run(f"pip install --quiet --disable-pip-version-check '{distribution}[embedded]'")

    def run(self, command: str) -> str:
        """Return what a command line prints. Raises CalledProcessError."""
        with self.started(command) as running:
            printed = running.communicate()[0]
        if running.returncode:
            raise subprocess.CalledProcessError(running.returncode, command, printed)
        return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())

    def started(self, command: str) -> subprocess.Popen[str]:
        """Start a command line."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))}
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        environment = kept | {"PATH": path, "COLUMNS": WIDTH, "PYTHONIOENCODING": "utf-8"}
        words = ["sh", "-c", command]
        return subprocess.Popen(
            words, cwd=self.folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def qualified(self) -> tuple[str, float]:
        """Qualify a demo while it runs; return the steps with their results, and for how many seconds it lasted.

        Raises CalledProcessError when a step failed.
        """
        with self.started("exec il2watch demo") as demo:
            try:
                assert demo.stdout is not None
                command = shlex.join(typed(places(demo.stdout), Path("qualified.html")))
                began = time.monotonic()
                self.run(f"il2watch {command}")
                lasted = time.monotonic() - began
            finally:
                demo.terminate()
                demo.communicate()
        steps = json.loads((self.folder / "qualified.json").read_bytes())["steps"]
        return ", ".join(f"{step['name']} {step['result']}" for step in steps), lasted


def differing(environment: Environment) -> list[str]:
    """Return the commands of the README's example that print something else than stands there."""
    found = []
    for block in BLOCK.findall(README.read_text(encoding="utf-8")):
        for one in f"\n{block}".split("\n$ ")[1:]:
            command, _, expected = one.partition("\n")
            if environment.run(command) != expected:
                found.append(command)
    return found


def tried(distribution: Path) -> None:
    """Try one distribution. Raises SystemExit with what is wrong, and CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment(Path(folder), distribution)
        version = environment.run("il2watch --version").strip()
        if version != f"il2watch {VERSION}":
            raise SystemExit(f"{distribution.name} says {version}, and pyproject.toml {VERSION}")
        if found := differing(environment):
            raise SystemExit(f"{distribution.name}: the README shows something else: {'; '.join(found)}")
        print(f"{distribution.name}: installed, and the README's example is as it stands there", flush=True)
        if distribution.suffix == ".whl":
            environment.run(DEMO)
            print(f"{distribution.name}: {DEMO} ended well", flush=True)
            steps, lasted = environment.qualified()
            print(f"{distribution.name}: a running demo qualifies, in {lasted:.0f} s: {steps}", flush=True)


def main() -> None:
    """Build and try everything."""
    for distribution in built():
        tried(distribution)


if __name__ == "__main__":
    main()
