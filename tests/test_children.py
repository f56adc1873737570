"""Nothing that a test run starts outlives it, whichever way the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.kafka.ports import wait_until
from tests.children import VARIABLE, named
from tests.patience import PATIENCE_S
from tests.streams.board.browser.conftest import missing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

ROOT = Path(__file__).parents[1]

STUBBORN = """
import subprocess, threading, time
from pathlib import Path

def test_that_starts_what_does_not_end_by_itself(tmp_path):
    subprocess.Popen(["sh", "-c", "trap '' TERM INT HUP; echo > {up}/shell; sleep 600; :"], start_new_session=True)
    subprocess.Popen(["sh", "-c", "setsid sleep 600 & echo > {up}/orphan"], start_new_session=True).wait()
    started = threading.Thread(target=lambda: subprocess.Popen(["sleep", "600"]))
    started.start()
    started.join()
    Path("{up}/thread").touch()
    time.sleep({seconds})
"""
BROWSING = """
import time
from pathlib import Path

def test_that_looks_at_a_page(chromium, embedded):
    page = chromium.new_page()
    page.goto("about:blank")
    Path("{up}/page").touch()
    time.sleep({seconds})
"""


def environment(name: str) -> dict[str, str]:
    return os.environ | {VARIABLE: f"{os.environ[VARIABLE]}:{name}", "PYTHONPATH": str(ROOT)}


@contextmanager
def run(
    folder: Path,
    test: str,
    *options: str,
    up: tuple[str, ...] = ("shell", "orphan", "thread"),
    seconds: float = 600,
) -> Iterator[subprocess.Popen[bytes]]:
    """A test run in which this test has started all of `up`, known by the name of its folder."""
    marks = folder / "up"
    marks.mkdir()
    (folder / "pytest.ini").touch()
    (folder / "test_it.py").write_text(test.format(up=marks, seconds=seconds))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.children",
        "-p",
        "no:cacheprovider",
        *options,
        str(folder / "test_it.py"),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder.name), stdout=log, stderr=log, start_new_session=True
        )
    begun = wait_until(
        lambda: all((marks / name).exists() for name in up) or process.poll() is not None, PATIENCE_S
    )
    assert begun, (folder / "log").read_text()
    yield process


def left(folder: Path) -> list[str]:
    return [command for _, command in named(folder.name)]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_that_is_ended_takes_all_with_it(workers: str, end: signal.Signals, tmp_path: Path) -> None:
    with run(tmp_path, STUBBORN, "-n", workers) as process:
        assert wait_until(lambda: len(left(tmp_path)) >= 5, PATIENCE_S), left(tmp_path)
        process.send_signal(end)
        process.wait(PATIENCE_S)
        assert wait_until(lambda: not left(tmp_path), PATIENCE_S), left(tmp_path)


def test_a_worker_that_is_killed_takes_what_it_started_with_it(tmp_path: Path) -> None:
    with run(tmp_path, STUBBORN, "-n", "1", "--max-worker-restart", "0") as process:
        (worker,) = [number for number, command in named(tmp_path.name) if "sys.stdin.readline" in command]
        os.kill(worker, signal.SIGKILL)
        assert wait_until(
            lambda: not any("sleep 600" in command for command in left(tmp_path)), PATIENCE_S
        ), left(tmp_path)
        assert process.wait(PATIENCE_S) == 1


def test_what_a_test_forgot_ends_with_the_run_and_is_named(tmp_path: Path) -> None:
    with run(tmp_path, STUBBORN, seconds=0) as process:
        assert process.wait(PATIENCE_S) == 0
    assert left(tmp_path) == []
    assert (tmp_path / "log").read_text().count("left behind by the tests, and killed: ") >= 3


@pytest.mark.browser
def test_browsers_and_brokers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    plugins = ("-p", "tests.streams.kafka.brokers_here", "-p", "tests.browser")
    with run(tmp_path, BROWSING, *plugins, up=("page",)) as process:
        if process.poll() is not None:
            missing((tmp_path / "log").read_text())
        assert [
            name
            for name in ("chrom", "node", "tansu")
            if not any(name in command for command in left(tmp_path))
        ] == []
        process.kill()
        process.wait()
        assert wait_until(lambda: not left(tmp_path), PATIENCE_S), left(tmp_path)
