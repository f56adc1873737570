"""`il2watch simulate`: a ward as files."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from rules.decide.engine import Outcome, fold
from rules.evaluate import recheck
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.events import Dose, Encounter, Event
from simulators.course import output_files
from simulators.scenarios import SCENARIOS
from simulators.truth.file import load_truth as truths
from streams.cli.main import main
from streams.kafka import ports
from tests.kept import ROOT
from tests.not_ignored import not_ignored
from tests.patience import PATIENCE_S

DAY = ("--days", "1", "--patients", "2")


def simulated(path: Path, scenario: str, *arguments: str) -> bytes:
    """The bytes that were written to a file."""
    assert main(["simulate", scenario, "-o", str(path), *arguments]) == 0
    return path.read_bytes()


def events(data: bytes) -> list[Event]:
    """The events of a file, each record taken whole."""
    decoded = [decode(line) for line in data.splitlines()]
    assert [problem for _, problems in decoded for problem in problems] == []
    return [event for event, _ in decoded if event is not None]


def folded(data: bytes) -> Outcome:
    return fold(events(data), GUIDELINE)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_the_same_seed_writes_the_same_bytes_and_another_one_others(name: str, tmp_path: Path) -> None:
    first, again, other = (
        simulated(tmp_path / f"{turn}-{name}", "ward", *DAY, "--seed", seed)
        for turn, seed in enumerate("778")
    )
    assert first == again
    assert first != other


def test_the_truth_and_the_faults_are_the_same_bytes_too(tmp_path: Path) -> None:
    for turn in ("a", "b"):
        beside = ("--truth", str(tmp_path / f"{turn}.truth.gz"), "--fault-log", str(tmp_path / f"{turn}.l"))
        simulated(tmp_path / turn, "ward", *DAY, "--faults", "all", *beside)
    for name in ("{}", "{}.truth.gz", "{}.l"):
        assert (tmp_path / name.format("a")).read_bytes() == (tmp_path / name.format("b")).read_bytes()


@pytest.mark.slow
def test_any_number_of_processes_writes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output_files, "FEWEST", 2)
    monkeypatch.setattr(output_files, "WORTH", 0.0)
    made = []
    for jobs in ("1", "2"):
        folder = tmp_path / jobs
        folder.mkdir()
        beside = ("--truth", str(folder / "truth.gz"), "--fault-log", str(folder / "faults.jsonl"))
        ward = ("--days", "0.6", "--patients", "5", "--faults", "all", "--jobs", jobs)
        simulated(folder / "ward.jsonl.gz", "ward", *ward, *beside)
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        made.append((files, capsys.readouterr().err))
    assert made[0] == made[1]
    assert sorted(made[0][0]) == ["faults.jsonl", "truth.gz", "ward.jsonl.gz"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("name", ["ward.jsonl.gz", "ward.parquet"])
def test_a_signal_ends_every_process_and_leaves_no_file(
    name: str, number: signal.Signals, tmp_path: Path
) -> None:
    for folder in ("made", "temporary"):
        (tmp_path / folder).mkdir()
    files = ("-o", str(tmp_path / "made" / name), "--truth", str(tmp_path / "made" / "truth.gz"))
    with not_ignored(number):
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "simulate", "ward", "--patients", "64", "--jobs", "2", *files],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
            stderr=subprocess.PIPE,
        )
    assert ports.wait_until(lambda: len(list(tmp_path.glob("temporary/*/records-*"))) == 2, PATIENCE_S)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, err = process.communicate()
    assert (process.returncode, err) == (130, b"")
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert alive == []
    assert [path for folder in ("made", "temporary") for path in (tmp_path / folder).iterdir()] == []


def test_faults_change_what_arrives_and_never_what_happened(tmp_path: Path) -> None:
    clean = simulated(tmp_path / "a", "ward", *DAY, "--truth", str(tmp_path / "a.truth"))
    spoiled = simulated(
        tmp_path / "b",
        "ward",
        *DAY,
        "--faults",
        "drop=0.1",
        "--truth",
        str(tmp_path / "b.truth"),
        "--fault-log",
        str(tmp_path / "b.l"),
    )
    lost = [json.loads(line) for line in (tmp_path / "b.l").read_bytes().splitlines()]
    assert (tmp_path / "a.truth").read_bytes() == (tmp_path / "b.truth").read_bytes()
    assert len(lost) == len(clean.splitlines()) - len(spoiled.splitlines()) > 0
    assert set(spoiled.splitlines()) < set(clean.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "vitals"), [("uneventful", "minute"), ("uneventful", "hourly"), ("typical-course", "hourly")]
)
def test_a_fully_charted_course_is_never_overdue(scenario: str, vitals: str, tmp_path: Path) -> None:
    outcome = folded(simulated(tmp_path / "u", scenario, "--patients", "3", "--vitals", vitals))
    assert outcome.refused == []
    asked = Counter(alert.subject for alert in outcome.alerts if alert.kind == "monitoring")
    # A single bad reading asks for another, however complete the charting is.
    assert {subject for subject in asked if not subject.startswith(recheck.PREFIX)} == set()


@pytest.mark.parametrize("vitals", ["minute", "hourly"])
def test_records_come_in_order_of_known_and_end_with_a_discharge_or_the_last_day(
    vitals: str, tmp_path: Path
) -> None:
    found = events(
        simulated(tmp_path / "u", "typical-course", "--patients", "2", "--days", "3", "--vitals", vitals)
    )
    assert all(before.known <= after.known for before, after in pairwise(found))
    assert all(event.at <= event.known for event in found)
    left = {
        event.patient: event.known
        for event in found
        if isinstance(event, Encounter) and event.event == "discharge"
    }
    assert [event for event in found if event.known > left.get(event.patient, event.known)] == []


def test_by_hand_a_patient_has_an_hourly_set_and_under_a_monitor_one_a_minute(tmp_path: Path) -> None:
    minute, hourly = (
        simulated(tmp_path / vitals, "uneventful", *DAY, "--vitals", vitals)
        for vitals in ("minute", "hourly")
    )
    assert minute.count(b'"source":"monitor"') == pytest.approx(2 * 1440, abs=120)
    assert hourly.count(b'"source":"monitor"') == 0


@pytest.mark.slow
def test_doses_come_regardless_under_the_naive_policy_and_wait_under_the_guideline(tmp_path: Path) -> None:
    def doses(policy: str) -> int:
        data = simulated(
            tmp_path / policy,
            "sepsis",
            "--patients",
            "2",
            "--days",
            "4",
            "--vitals",
            "hourly",
            "--policy",
            policy,
        )
        return sum(isinstance(event, Dose) and event.given for event in events(data))

    assert doses("naive") == 2 * 11
    assert doses("guideline") < doses("naive")


def test_the_truth_names_every_patient_of_the_file(tmp_path: Path) -> None:
    data = simulated(tmp_path / "w", "ward", *DAY, "--truth", str(tmp_path / "truth.jsonl.gz"))
    assert gzip.decompress((tmp_path / "truth.jsonl.gz").read_bytes())
    assert [truth.patient for truth in truths(tmp_path / "truth.jsonl.gz")] == sorted(
        {event.patient for event in events(data)}
    )


def test_a_start_moves_every_time_of_the_file(tmp_path: Path) -> None:
    data = simulated(tmp_path / "w", "uneventful", *DAY, "--start", "2027-01-01T07:00:00+00:00")
    assert {event.at // 86_400_000 for event in events(data)} == {20_819, 20_820}


def test_events_go_to_standard_output_when_no_file_is_named(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["simulate", "uneventful", *DAY, "--vitals", "hourly"]) == 0
    captured = capfdbinary.readouterr()
    assert len(events(captured.out)) > 100
    assert captured.err.startswith(b"il2watch: uneventful, seed 1: 2 patients, ")


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")] == list(
        SCENARIOS
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a scenario"),
        (["uneventfull"], "did you mean 'uneventful'"),
        (["ward", "--patients", "0"], "no number of patients"),
        (["ward", "--patients", "1.5"], "no number of patients"),
        (["ward", "--seed", "-1"], "no seed"),
        (["ward", "--days", "0"], "no number of days"),
        (["ward", "--days", "nan"], "no number of days"),
        (["ward", "--start", "2026-03-02T07:05:00Z"], "not a full quarter of an hour"),
        (["ward", "--start", "yesterday"], "write it like"),
        (["ward", "--faults", "dropp"], "did you mean 'drop'"),
        (["ward", "--vitals", "daily"], "invalid choice"),
        (["ward", "-o", "/nowhere/at/all.jsonl"], "/nowhere/at/all.jsonl: no folder /nowhere/at; make it"),
        (
            ["ward", "-o", "/nowhere/at/all.parquet"],
            "/nowhere/at/all.parquet: no folder /nowhere/at; make it",
        ),
        (["ward", "--truth", "/nowhere/truth.jsonl"], "/nowhere/truth.jsonl: No such file"),
        (["ward", "-o", "a.jsonl", "--truth", "a.jsonl"], "a.jsonl is named twice"),
    ],
)
def test_a_mistake_is_told_in_a_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("il2watch: ")
    assert len(error.splitlines()) == 1
