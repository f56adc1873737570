"""Campaigns: what belongs to one, what is told of it, and that a second call goes on where the
first ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns import PROPERTY_SLICES, Tally, plain

ROOT = Path(__file__).parents[1]
TESTS = """
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

@pytest.mark.campaign("rules", slices=4)
def test_sliced(campaign_slice, figures):
    figures(f"{campaign_slice} of 4", squared=campaign_slice**2)
    assert not Path("broken").exists() or campaign_slice != 3

@pytest.mark.campaign("rules")
def test_whole():
    pass

@pytest.mark.campaign("kills")
def test_of_another_campaign():
    raise AssertionError

def test_of_every_day():
    raise AssertionError

@settings(deadline=None)
@given(st.integers(0, 2**64))
def test_property(number):
    with Path("drawn").open("a") as file:
        file.write(f"{number}\\n")
"""
EXAMPLES = 2 * 100
SLICES = 4 + 1 + PROPERTY_SLICES

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = campaign\naddopts = -m 'not campaign'\n")
    (tmp_path / "tests" / "rules").mkdir(parents=True)
    (tmp_path / "tests" / "rules" / "test_it.py").write_text(TESTS)
    return tmp_path


def run(folder: Path, *options: str, campaign: str = "rules") -> tuple[int, str]:
    """Run a campaign; its exit code, and the line that sums it up."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.campaigns",
        "-p",
        "no:cacheprovider",
        "--campaign",
        campaign,
        *options,
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | {
        "PYTHONPATH": str(ROOT)
    }
    environment["IL2WATCH_EXAMPLES"] = "2"
    done = subprocess.run(
        [*command, "tests"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    summaries = [line for line in done.stdout.splitlines() if line.startswith(f"campaign {campaign}: ")]
    assert len(summaries) == 1, done.stdout + done.stderr
    return done.returncode, summaries[0].removeprefix(f"campaign {campaign}: ").removesuffix(
        f"; build/campaign/{campaign}.jsonl"
    )


def tallied(folder: Path) -> list[dict[str, Any]]:
    return list(Tally(folder / "build" / "campaign" / "rules.jsonl"))


def summed(before: int, now: int, failed: int = 0, left: int = 0) -> str:
    return f"{before} passed before, {now} passed now, {failed} failed, {left} left for the next call"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_every_slice_is_told_once_and_a_second_call_runs_none_of_them_again(
    workers: str, folder: Path
) -> None:
    assert run(folder, "-n", workers, "--dist", "loadgroup") == (0, summed(0, SLICES))
    found = {one["what"].rpartition("::")[2]: one for one in tallied(folder)}
    assert len(found) == len(tallied(folder)) == SLICES
    assert [found[f"test_sliced[slice-{number}]"]["slice"] for number in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert found["test_sliced[slice-2]"]["figures"] == [{"said": "2 of 4", "squared": 4}]
    assert found["test_whole"]["slice"] is None
    assert all(one["passed"] and one["seconds"] >= 0 for one in found.values())
    assert run(folder, "-n", workers, "--dist", "loadgroup") == (0, summed(SLICES, 0))
    assert len(tallied(folder)) == SLICES


def test_what_failed_is_run_again_and_what_passed_is_not(folder: Path) -> None:
    (folder / "broken").touch()
    assert run(folder) == (1, summed(0, SLICES - 1, failed=1))
    assert [one["slice"] for one in tallied(folder) if not one["passed"]] == [3]
    (folder / "broken").unlink()
    assert run(folder) == (0, summed(SLICES - 1, 1))


def test_other_code_is_tested_from_the_beginning(folder: Path) -> None:
    assert run(folder) == (0, summed(0, SLICES))
    (folder / "rules").mkdir()
    (folder / "rules" / "more.py").touch()
    assert run(folder) == (0, summed(0, SLICES))


def test_nothing_is_begun_that_would_not_be_over_in_time(folder: Path) -> None:
    assert run(folder, "--campaign-minutes", "0") == (0, summed(0, 0, left=SLICES))
    assert tallied(folder) == []
    tally = Tally(folder / "build" / "campaign" / "rules.jsonl")
    tally.add(what="tests/rules/test_it.py::test_whole", passed=True, code="older", seconds=3601.0)
    assert run(folder) == (0, summed(0, SLICES - 1, left=1))
    assert run(folder, "--campaign-minutes", "120") == (0, summed(SLICES - 1, 1))


def test_each_slice_of_a_property_test_is_a_seed_of_its_own(folder: Path) -> None:
    drawn = []
    for _ in range(2):
        run(folder, "-k", "test_property")
        drawn.append((folder / "drawn").read_text().split())
        (folder / "drawn").unlink()
        (folder / "build" / "campaign" / "rules.jsonl").unlink()
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == EXAMPLES * PROPERTY_SLICES
    assert (
        len({tuple(drawn[0][first : first + EXAMPLES]) for first in range(0, len(drawn[0]), EXAMPLES)})
        == PROPERTY_SLICES
    )


def test_a_campaign_that_does_not_exist_is_an_error(folder: Path) -> None:
    assert run(folder, campaign="runes") == (pytest.ExitCode.NO_TESTS_COLLECTED, summed(0, 0))


def test_a_line_that_was_half_written_is_passed_over_and_spoils_no_other(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "x.jsonl")
    tally.add(what="a", passed=True, code="c")
    with tally.path.open("ab") as file:
        file.write(b'{"what": "b", "pas')
    tally.add(what="d", passed=True, code="c")
    tally.add(what="e", passed=False, code="c")
    assert [one["what"] for one in tally] == ["a", "d", "e"]
    assert tally.passed("c") == {"a", "d"}
    assert tally.passed("other") == set()


@pytest.mark.parametrize("nodeid", ["tests/a.py::test_b", "tests/a.py::test_b[x@y]"])
def test_a_group_is_no_part_of_what_a_test_is_called(nodeid: str) -> None:
    assert plain(nodeid) == plain(f"{nodeid}@kafka") == nodeid
