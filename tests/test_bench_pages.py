"""The benchmark of pages runs from end to end and prints its line.

What the figure is is not asserted: the machine decides that.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import pages
from tests.streams.kafka.brokers_here import required

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("taken", "expected", "verdict"),
    [([0.1] * 200, 200, "met"), ([0.1] * 190 + [1.3] * 10, 200, "NOT met"), ([0.1] * 199, 200, "NOT met")],
    ids=["all soon", "some late", "one missing"],
)
def test_the_aim_is_met_only_if_every_page_came(taken: list[float], expected: int, verdict: str) -> None:
    assert pages.line(taken, expected, 10).endswith(f"1000 ms: {verdict}")


@pytest.mark.kafka
@pytest.mark.campaign("soak")
def test_the_benchmark_runs_from_end_to_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.pages", "--seconds", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    if "are not measured" in done.stdout and not required():
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 of 40 pages in 2 s: p50 " in done.stdout
