"""The made-up hours (tests/deploy/hour.py) in a real Prometheus, with what recording.yml would have recorded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.hour import CALM_MIN, JOBS, LAST_MIN, START_S
from tests.deploy.hour_own import own
from tests.deploy.places import ROOT, RULES
from tests.deploy.servers import Prometheus, program, prometheus, run

EMPTY = "global: {}\n"
CALM, LAST = START_S + CALM_MIN * 60, START_S + LAST_MIN * 60


@contextmanager
def played(folder: Path) -> Iterator[Prometheus]:
    """Prometheus with these hours; its data lie in the folder."""
    program("prometheus")
    expositions = [
        subprocess.run(
            [sys.executable, "-m", "tests.deploy.hour", name], cwd=ROOT, stdout=subprocess.PIPE, check=True
        ).stdout
        for name in JOBS
    ]
    (folder / "hours.om").write_bytes(b"".join([*expositions, own().encode(), b"# EOF\n"]))
    made = [str(folder / "hours.om"), str(folder / "data")]
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", *made)
    with prometheus(folder, EMPTY) as started:
        record(started, folder)
    with prometheus(folder, EMPTY) as started:
        yield started


def record(server: Prometheus, folder: Path) -> None:
    recording = next(str(path) for path in RULES if path.name == "recording.yml")
    span = [f"--start={START_S}", f"--end={LAST}", f"--url={server.url}", f"--output-dir={folder / 'data'}"]
    run("promtool", "tsdb", "create-blocks-from", "rules", *span, recording)
