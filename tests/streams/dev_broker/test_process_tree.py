"""What is started for a laptop ends with all that it started, asked or not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from streams.dev_broker import process_tree
from streams.kafka.ports import wait_until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shells and signals are POSIX")

SHAPES = {
    "a child": "sleep 600 & echo $!; wait",
    "a child whose parent has ended": "(sleep 600 & echo $!); sleep 600",
    "a child in a session of its own": "setsid sleep 600 & sleep 600",
    "a child that will not hear of it": "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 600; done' & wait",
}


Started = tuple[subprocess.Popen[bytes], list[psutil.Process]]


@pytest.fixture
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Started]:
    """A shell of one of the shapes, and all that it started, the shell itself left out."""
    with (tmp_path / "said").open("wb") as output:
        process = process_tree.start(["sh", "-c", SHAPES[request.param]], output)

    def sleeping() -> bool:
        """A parent that ends at once is a zombie for a moment, and has no command line."""
        with suppress(psutil.Error):
            return any("sleep" in one.cmdline()[0] for one in process_tree.started_by(process))
        return False

    assert wait_until(sleeping, PATIENCE_S), (tmp_path / "said").read_text()
    yield process, list(process_tree.started_by(process))
    process_tree.kill(process)


@pytest.mark.parametrize("started", SHAPES, indirect=True)
@pytest.mark.parametrize(
    "end", [process_tree.kill, lambda process: process_tree.stop(process, 0.2)], ids=["kill", "stop"]
)
def test_all_that_it_started_ends_with_it(
    started: Started, end: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    process, others = started
    assert others
    end(process)
    assert process.returncode < 0
    assert wait_until(lambda: not any(map(process_tree.runs, others)), PATIENCE_S), others


def test_one_that_ended_by_itself_is_left_alone(tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as output:
        process = process_tree.start(["sh", "-c", "exit 3"], output)
    process.wait()
    process_tree.stop(process)
    process_tree.kill(process)
    assert process.returncode == 3
