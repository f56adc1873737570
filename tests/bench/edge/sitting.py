"""A sitting: the points of one run of the benchmark, a line of JSON each, stored as soon as they are measured.

A point that is there is not measured again: a run that was ended goes on where it stood.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.pipeline.contest import ROOT, Stuck

FOLDER = ROOT / "build" / "bench-edge"
Point = dict[str, Any]


class OutOfTime(Exception):
    """A point would begin when the time for the whole is over."""


class Sitting:
    """The points of a file; `until`: the monotonic second after which none is begun."""

    def __init__(self, path: Path, until: float = float("inf")) -> None:
        self.path, self.until = path, until
        self.left_out: list[str] = []

    def __iter__(self) -> Iterator[Point]:
        """Yield every line, the head first; not what a run that was killed left half written."""
        for line in self.path.read_bytes().splitlines() if self.path.exists() else ():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def add(self, **record: Any) -> Point:
        """Append a line."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            whole = not file.tell() or (file.seek(-1, os.SEEK_END), file.read(1) == b"\n")[1]
            file.write((b"" if whole else b"\n") + json.dumps(record).encode() + b"\n")
        return record

    def point(self, measure: Callable[[], Point], **what: Any) -> Point:
        """Return the point of these settings: the one that is stored, else measured now and stored.

        Raises OutOfTime. What gets nowhere is a point too, with the reason under `failed`.
        """
        stored = next((one for one in self if what.items() <= one.items()), None)
        if stored is not None:
            return stored
        if time.monotonic() >= self.until:
            self.left_out.append(words(what))
            raise OutOfTime(words(what))
        began = time.monotonic()
        try:
            found = measure()
        except Stuck as fault:
            found = {"failed": str(fault)[-600:]}
        point = self.add(**what, **found, at=now(), took_s=round(time.monotonic() - began, 1))
        print(f"  {words(what)}: {summary(point)}", flush=True)
        return point


def words(what: Point) -> str:
    """Return the settings of a point in one line."""
    return ", ".join(f"{name} {value}" for name, value in what.items() if value is not None)


SHOWN = (
    "p50_ms", "p99_ms", "missing", "behind", "held", "us_a_record", "rss_mb", "at_work_s", "first_alert_s",
    "first_p99_ms", "us_an_event", "records_s", "load_before", "failed",
)  # fmt: skip


def summary(point: Point) -> str:
    return ", ".join(f"{name} {point[name]}" for name in SHOWN if point.get(name) is not None)


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def commit(root: Path = ROOT) -> str:
    """Return the commit of a checkout, with a plus where it has changes that are not committed."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, check=False
        ).stdout.strip()

    return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")


def machine() -> Point:
    """Return what the figures depend on."""
    models = [
        line.partition(": ")[2]
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def begin(head: Point, name: str | None = None, folder: Path = FOLDER) -> Path:
    """Return the file to go on with: the named sitting's, else the last one that is unfinished and of this head.

    Where there is none a new one is begun, with its head.
    """
    if name is not None:
        path = folder / f"{name}.jsonl"
    else:
        path = next(
            (path for path in sittings(folder) if goes_on(path, head)),
            folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl",
        )
    if not path.exists():
        Sitting(path).add(sitting=path.stem, begun=now(), **head)
    return path


def sittings(folder: Path = FOLDER) -> list[Path]:
    """Return the files of all sittings, the last one first."""
    return sorted(folder.glob("*.jsonl"), reverse=True)


def goes_on(path: Path, head: Point) -> bool:
    """Return whether a sitting has not ended, and has this head."""
    lines = list(Sitting(path))
    return bool(lines) and head.items() <= lines[0].items() and not any("ended" in line for line in lines)
