"""A simulated ward, spoiled by every fault, scored: nothing is lost in silence, and what truly held
distinctly is told of.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main

pytestmark = pytest.mark.slow

PATIENTS, DAYS = 6, 3


def simulated(folder: Path, *more: str) -> list[str]:
    """Writes a small ward; the arguments of the score."""
    events, truth = (str(folder / name) for name in ("ward.jsonl.gz", "truth.jsonl.gz"))
    wished = [
        "simulate",
        "typical-course",
        "--patients",
        str(PATIENTS),
        "--days",
        str(DAYS),
        "--seed",
        "7",
        "-o",
        events,
        "--truth",
        truth,
    ]
    assert main.main([*wished, *more]) == 0
    return ["score", events, "--truth", truth, "-o", "json"]


def score(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main.main(arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_without_faults_every_distinct_episode_is_detected_and_no_record_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = score(simulated(tmp_path), capsys)
    assert found["patients"] == PATIENTS
    assert found["criteria"]["relative"]["distinct"]["episodes"] > 0
    for level in ("absolute", "relative"):
        assert found["criteria"][level]["distinct"]["sensitivity"] in (None, 1.0)
    assert found["records"]["refused"] == {}


def test_with_all_faults_whatever_is_refused_is_in_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = str(tmp_path / "faults.jsonl.gz")
    found = score(
        [*simulated(tmp_path, "--faults", "all", "--fault-log", ledger), "--fault-log", ledger], capsys
    )
    assert found["records"]["accounted"] is True
    assert set(found["records"]["refused"]) >= {"malformed", "bad-time", "bad-unit"}
    assert found["records"]["ledger"]["lost"] > 0


@pytest.mark.campaign("simulators")
def test_a_ward_of_two_hundred_is_watched_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figures: Callable[..., None]
) -> None:
    """Seven days, vital signs each minute. Prints what it comes to."""
    plain = score(ward(tmp_path / "plain"), capsys)
    ledger = str(tmp_path / "faults.jsonl.gz")
    spoiled = score(
        [*ward(tmp_path / "spoiled", "--faults", "all", "--fault-log", ledger), "--fault-log", ledger], capsys
    )
    figures(told("no faults", plain))
    figures(told("all faults", spoiled))
    assert sensitivities(plain) == (1.0, pytest.approx(1.0, abs=0.01))
    assert min(sensitivities(spoiled)) >= 0.99
    assert scores(plain) >= 95
    assert (plain["records"]["refused"], spoiled["records"]["accounted"]) == ({}, True)
    assert plain["pages"]["per_patient_day"] <= 5


def ward(folder: Path, *more: str) -> list[str]:
    folder.mkdir()
    events, truth = (str(folder / name) for name in ("ward.jsonl.gz", "truth.jsonl.gz"))
    assert (
        main.main(
            ["simulate", "ward", "--patients", "200", "--seed", "1", "-o", events, "--truth", truth, *more]
        )
        == 0
    )
    return ["score", events, "--truth", truth, "-o", "json"]


def sensitivities(found: dict[str, Any]) -> tuple[float, float]:
    """Of distinct episodes: absolute, relative."""
    absolute, relative = (
        found["criteria"][level]["distinct"]["sensitivity"] for level in ("absolute", "relative")
    )
    return absolute, relative


def scores(found: dict[str, Any]) -> float:
    """The lower of both levels', criterion by criterion, over all hours."""
    return float(min(found["criterion_hours"][level]["hours"]["score"] for level in ("absolute", "relative")))


def told(what: str, found: dict[str, Any]) -> str:
    absolute, relative = sensitivities(found)
    pages = found["pages"]
    watched = (
        f"{what}: {found['patients']} patients, sensitivity {absolute} absolute, {relative} "
        f"relative; score {scores(found)}"
    )
    paged = f"{pages['per_patient_day']} pages a patient-day, share true {pages['share_true']}"
    return f"{watched}, {paged}, refused {found['records']['refused']}"
