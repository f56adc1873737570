"""Run the installed command: the checks of topics and configuration, and the recorded ward."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from streams.config.site import CONFIG
from streams.qualify import installation
from streams.qualify.installation import folder
from streams.qualify.report import Finding, Recorder, passed

SCRIPT = Path(sys.executable).with_name("il2watch")
LONGEST_S = 240
GOLDEN = {
    "run-json": ("run", "ward.jsonl.gz", "-o", "json"),
    "assess-json-midway": ("assess", "ward.jsonl.gz", "-o", "json", "--at", "2026-03-28T17:00:00Z"),
}
"""Outputs over the recorded ward, and the commands that print them (tests/golden)."""
SHOWN = 8
LOOSER = re.compile(r"^.*?: warning: ")


class Done(NamedTuple):
    """What a command printed: exit code, output, complaints."""

    code: int
    out: bytes
    complaints: tuple[str, ...]


def installed(recorder: Recorder, config: str | None) -> None:
    """Make the steps that need no broker. `config`: the site's file (None: none)."""
    recorder.step("files", "Installed files as they were built", installation.files)
    recorder.step("packages", "Packages as in the lock", installation.packages)
    recorder.step("configuration", "Configuration", partial(configuration, config))
    with tempfile.TemporaryDirectory(prefix="il2watch-qualify-") as scratch:
        recorder.step("cases", "Acceptance cases", partial(cases, Path(scratch)))
    recorder.step("golden", "Recorded ward", golden)


def run(arguments: Sequence[str], cwd: Path, config: bool = True) -> Done:
    """Run the installed command in a folder. `config`: it may see the site's configuration."""
    program = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "il2watch"]
    hidden = () if config else (CONFIG, "COLUMNS", "FORCE_COLOR")
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [*program, *arguments], cwd=cwd, env=environ, capture_output=True, timeout=LONGEST_S, check=False
    )
    complaints = done.stderr.decode(errors="replace").splitlines()
    return Done(done.returncode, done.stdout, tuple(line for line in complaints if line.strip()))


def configuration(path: str | None) -> Finding:
    """Check the site's configuration; what is looser than published is a warning that somebody signs for."""
    if path is None:
        return passed("none: the guideline as published")
    done = run(("config", "check", path), Path.cwd())
    if done.code:
        return Finding("failed", done.complaints, "mend the line that is named")
    if done.complaints:
        lines = tuple(LOOSER.sub("", line) for line in done.complaints)
        return Finding("warned", lines, "alarms come later, fewer or lower: who answers for it signs for it")
    return passed(done.out.decode().strip())


def topics(options: Sequence[str]) -> Finding:
    """Check the topics, with the options of `il2watch topics check`."""
    done = run(("topics", "check", "-o", "text", *options), Path.cwd())
    lines = tuple(line.strip() for line in done.out.decode().splitlines() if line.strip())
    if done.code == 0:
        return passed("all topics are as they should be")
    return Finding(
        "failed",
        (*lines, *done.complaints)[: 4 * SHOWN],
        "il2watch topics create makes those that are missing; Kafka's own tools change settings",
    )


def cases(scratch: Path) -> Finding:
    """Run every acceptance case of the specification, in one process of the installed program."""
    program = [sys.executable, "-m", "streams.qualify.cases", str(folder("cases"))]
    environ = {name: value for name, value in os.environ.items() if name != CONFIG}
    done = subprocess.run(
        program, cwd=scratch, env=environ, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    lines = done.stdout.splitlines() or done.stderr.splitlines()[-3:] or ["the cases did not run"]
    if done.returncode == 0:
        return passed(lines[-1])
    return Finding(
        "failed",
        (*lines[:-1][:SHOWN], lines[-1]),
        "the installed program decides other than the specification: install the wheel again",
    )


def golden() -> Finding:
    """Fold the recorded ward, and compare with what was recorded, byte by byte."""
    differences = [line for name in GOLDEN if (line := difference(name)) is not None]
    if not differences:
        return passed(f"{len(GOLDEN)} outputs over the recorded ward are as they were recorded")
    return Finding(
        "failed",
        tuple(differences),
        "the installed program says other than the tested one: install the wheel again, with the lock",
    )


def difference(name: str) -> str | None:
    """Return where an output first differs from what was recorded; None: nowhere."""
    here = folder("golden")
    wanted = gzip.decompress((here / "expected" / f"{name}.gz").read_bytes()).split(b"\n")
    done = run(GOLDEN[name], here, config=False)
    found = [f"exit {done.code}".encode(), *done.out.split(b"\n")]
    pairs = enumerate(zip_longest(wanted, found), 1)
    number = next((number for number, (was, is_now) in pairs if was != is_now), None)
    return None if number is None else f"il2watch {' '.join(GOLDEN[name])}: line {number} differs"
