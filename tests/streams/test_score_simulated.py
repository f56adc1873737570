"""A simulated ward, spoiled by every fault, scored: nothing is lost in silence, and what truly held distinctly is told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams import cli

pytestmark = pytest.mark.slow

PATIENTS, DAYS = 6, 3


def simulated(folder: Path, *more: str) -> list[str]:
    """Writes a small ward; the arguments of the score."""
    events, truth = (str(folder / name) for name in ("ward.jsonl.gz", "truth.jsonl.gz"))
    wished = ["simulate", "typical-course", "--patients", str(PATIENTS), "--days", str(DAYS), "--seed", "7", "-o", events, "--truth", truth]
    assert cli.main([*wished, *more]) == 0
    return ["score", events, "--truth", truth, "-o", "json"]


def score(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert cli.main(arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_without_faults_every_distinct_episode_is_detected_and_no_record_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = score(simulated(tmp_path), capsys)
    assert found["patients"] == PATIENTS
    assert found["criteria"]["relative"]["distinct"]["episodes"] > 0
    for level in ("absolute", "relative"):
        assert found["criteria"][level]["distinct"]["sensitivity"] in (None, 1.0)
    assert found["records"]["refused"] == {}


def test_with_all_faults_whatever_is_refused_is_in_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(tmp_path / "ledger.jsonl.gz")
    found = score([*simulated(tmp_path, "--faults", "all", "--ledger", ledger), "--ledger", ledger], capsys)
    assert found["records"]["accounted"] is True
    assert set(found["records"]["refused"]) >= {"malformed", "bad-time", "bad-unit"}
    assert found["records"]["ledger"]["lost"] > 0
