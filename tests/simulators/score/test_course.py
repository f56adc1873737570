"""The truth file as the score reads it, and the ledger."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.wire.instants import parse
from simulators.faults import FaultLog, apply
from simulators.score import expected, load_courses
from simulators.score.true_spans import ABSOLUTE, RELATIVE, LevelSpan
from tests.simulators.faults.feeds import ward


def truth(**fields: Any) -> dict[str, Any]:
    plain = {
        "patient": "p1", "origin": "2026-03-02T07:00:00Z", "minutes": 600, "cycle_start": "2026-03-02T08:00:00Z", "discharge": None,
        "criteria": {"creatinine": [["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "absolute", False]]},
        "possible": {"creatinine": [["2026-03-02T08:30:00Z", "2026-03-02T10:30:00Z", "relative"]]},
        "latent": {"every_min": 10, "codes": {}}, "doses": [], "margins": {},
    }  # fmt: skip
    return plain | fields


def at(clock: str) -> int:
    return parse(f"2026-03-02T{clock}:00Z")


def written(path: Path, *rows: dict[str, Any]) -> str:
    content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return str(path)


@pytest.mark.parametrize("name", ["truth.jsonl", "truth.jsonl.gz"])
def test_a_truth_is_read_without_its_latent_course(tmp_path: Path, name: str) -> None:
    (course,) = load_courses(written(tmp_path / name, truth()))
    assert (course.patient, course.start, course.end) == ("p1", at("08:00"), at("17:00"))
    assert course.true == {"creatinine": [LevelSpan(at("09:00"), at("10:00"), ABSOLUTE, distinct=False)]}
    assert course.possible == {"creatinine": [LevelSpan(at("08:30"), at("10:30"), RELATIVE)]}


def test_alerts_are_given_until_the_discharge(tmp_path: Path) -> None:
    (course,) = load_courses(written(tmp_path / "t", truth(discharge="2026-03-02T12:00:00Z")))
    assert course.end == at("12:00")


def test_a_cycle_that_never_started_has_no_time_in_which_alerts_are_given(tmp_path: Path) -> None:
    (course,) = load_courses(written(tmp_path / "t", truth(cycle_start=None)))
    assert course.start == course.end


def test_a_line_that_is_no_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(load_courses(written(tmp_path / "t", truth(), {"patient": "p2"})))


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.jsonl.gz"])
def test_a_ledger_adds_up_to_what_its_faults_counted(tmp_path: Path, name: str) -> None:
    rows: list[dict[str, Any]] = []
    fault_log = FaultLog(rows.append)
    list(apply(iter(ward(240)), "all,drop=0.1,garbled=0.1,wrong-unit=0.1", 1, fault_log))
    found = expected(written(tmp_path / name, *msgspec.to_builtins(rows)))
    assert found == {
        "altered": len(rows),
        "lost": fault_log.counts["lost"],
        "refused": fault_log.counts["refused"],
    }
    assert found["lost"] > 0
    assert set(found["refused"]) == {"bad-time", "bad-unit", "malformed"}


def test_a_line_that_is_no_entry_of_a_ledger_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 1"):
        expected(written(tmp_path / "l", {"nothing": True}))
