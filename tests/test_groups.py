"""Tests that share a broker, a ward or a browser run in one process: else each process would start
its own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TEXT = """
import os
from pathlib import Path

import pytest

@pytest.mark.xdist_group("{group}")
@pytest.mark.parametrize("number", range(8))
def test_where(number):
    with Path("{group}").open("a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


@pytest.mark.slow
def test_the_tests_of_a_group_share_a_process(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    for group in ("one", "other"):
        (tmp_path / f"test_{group}.py").write_text(TEXT.format(group=group))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadgroup"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    places = {group: (tmp_path / group).read_text().split() for group in ("one", "other")}
    assert {group: (len(found), len(set(found))) for group, found in places.items()} == {
        "one": (8, 1),
        "other": (8, 1),
    }
