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
    fault_log = str(tmp_path / "faults.jsonl.gz")
    found = score(
        [*simulated(tmp_path, "--faults", "all", "--fault-log", fault_log), "--fault-log", fault_log], capsys
    )
    assert found["records"]["accounted"] is True
    assert set(found["records"]["refused"]) >= {"malformed", "bad-time", "bad-unit"}
    assert found["records"]["ledger"]["lost"] > 0


MOST_PAGES = 3.0
"""A patient-day, reminders counted. The aim is 2.0: docs/reference/edition-2.md says what is missing to it."""
LEAST_TRUE = 0.88
"""Share of the pages. The aim is 0.95: as above."""


@pytest.mark.campaign("simulators", slices=3)
def test_a_ward_of_two_hundred_is_watched_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figures: Callable[..., None], campaign_slice: int
) -> None:
    """Seven days, vital signs each minute; the seed is the slice's number. Prints what it comes to."""
    found = score(ward(tmp_path, campaign_slice), capsys)
    figures(summary(f"seed {campaign_slice}, no faults", found))
    assert sensitivities(found) == (1.0, pytest.approx(1.0, abs=0.01))
    assert found["readiness"]["unsafe_min"] == 0
    assert scores(found) >= 98
    assert found["records"]["refused"] == {}
    assert found["pages"]["with_reminders_per_patient_day"] <= MOST_PAGES
    assert found["pages"]["share_true"] >= LEAST_TRUE


@pytest.mark.campaign("simulators", slices=3)
def test_a_ward_of_two_hundred_is_watched_well_through_a_bad_feed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figures: Callable[..., None], campaign_slice: int
) -> None:
    """The same ward with all faults."""
    fault_log = str(tmp_path / "faults.jsonl.gz")
    wanted = ward(tmp_path, campaign_slice, "--faults", "all", "--fault-log", fault_log)
    found = score([*wanted, "--fault-log", fault_log], capsys)
    figures(summary(f"seed {campaign_slice}, all faults", found))
    assert min(sensitivities(found)) >= 0.99
    assert found["readiness"]["unsafe_min"] == 0
    assert found["records"]["accounted"] is True


SHARE_LATER = 0.05
"""Of the onsets that may be paged later by minute charting than by hourly charting."""


def test_minute_charting_of_a_few_patients_pages_no_later_than_hourly_charting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later, onsets = compared(tmp_path, 1, capsys, "--days", "4", patients=6)
    assert len(onsets) >= 12
    assert len(later) <= SHARE_LATER * len(onsets), sorted(later)


@pytest.mark.campaign("simulators", slices=3)
def test_minute_charting_pages_no_later_than_hourly_charting_of_the_same_patients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figures: Callable[..., None], campaign_slice: int
) -> None:
    later, onsets = compared(tmp_path, campaign_slice, capsys, patients=40)
    figures(f"seed {campaign_slice}: {len(later)} of {len(onsets)} onsets later: {sorted(later)}")
    assert onsets
    assert len(later) <= SHARE_LATER * len(onsets)


Onset = tuple[str, str, str]
"""Patient, subject and begin of a true episode."""


def compared(
    folder: Path, seed: int, capsys: pytest.CaptureFixture[str], *more: str, patients: int
) -> tuple[set[Onset], set[Onset]]:
    """Return the onsets that minute charting pages later than hourly charting, and all of both.

    Every dose is given, so that both chartings are of the same courses.
    """
    minute, hourly = (
        paged(score(naive_ward(folder / vitals, seed, vitals, *more, patients=patients), capsys))
        for vitals in ("minute", "hourly")
    )
    both = minute.keys() & hourly.keys()
    return {onset for onset in both if minute[onset] > hourly[onset]}, both


def naive_ward(folder: Path, seed: int, vitals: str, *more: str, patients: int) -> list[str]:
    """Write a ward in which every dose is given; return the arguments of the score."""
    folder.mkdir()
    return ward(folder, seed, "--policy", "naive", "--vitals", vitals, *more, patients=patients)


def paged(found: dict[str, Any]) -> dict[Onset, float]:
    """Return the minutes from each true onset to its page; never paged is later than all."""
    return {
        (one["patient"], one["subject"], one["start"]): NEVER
        if one["delay_min"] is None
        else one["delay_min"]
        for one in found["onsets"]["all"]
    }


NEVER = float("inf")


def ward(folder: Path, seed: int, *more: str, patients: int = 200) -> list[str]:
    """Write a ward and its truth; return the arguments of the score."""
    events, truth = (str(folder / name) for name in ("ward.jsonl.gz", "truth.jsonl.gz"))
    wanted = ["--patients", str(patients), "--seed", str(seed), "-o", events, "--truth", truth]
    assert main.main(["simulate", "ward", *wanted, *more]) == 0
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


def summary(what: str, found: dict[str, Any]) -> str:
    absolute, relative = sensitivities(found)
    pages = found["pages"]
    watched = (
        f"{what}: {found['patients']} patients, sensitivity {absolute} absolute, {relative} "
        f"relative; score {scores(found)}"
    )
    attention = (
        f"{pages['per_patient_day']} pages a patient-day, {pages['with_reminders_per_patient_day']} with "
        f"reminders, share true {pages['share_true']}, new {pages['share_new']}"
    )
    unsafe = f"unsafe readiness {found['readiness']['unsafe_min']} min"
    return f"{watched}, {attention}, {unsafe}, refused {found['records']['refused']}"
