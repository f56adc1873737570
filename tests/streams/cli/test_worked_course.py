"""The commands over the worked patient, with the real engine: what `make demo` shows."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulators.scenarios import worked
from streams.cli import main

Capture = pytest.CaptureFixture[str]
NIGHT = "2026-03-04T00:00:00Z"


@pytest.fixture
def course(tmp_path: Path) -> str:
    path = tmp_path / "worked.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in worked.events()))
    return str(path)


@pytest.fixture
def il2watch(capsys: Capture) -> Callable[..., list[Any]]:
    """Runs a command that must succeed in silence; its JSON Lines."""

    def running(*arguments: str) -> list[Any]:
        assert main.main(list(arguments)) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return [json.loads(line) for line in out.splitlines()]

    return running


def test_several_criteria_trip_and_all_resolve(course: str, il2watch: Callable[..., list[Any]]) -> None:
    alerts = il2watch("run", course)
    tripped = {
        alert["subject"]
        for alert in alerts
        if alert["kind"] == "criterion" and alert["transition"] == "opened"
    }
    ended = {
        alert["subject"] for alert in alerts if alert["kind"] == "criterion" and alert["level"] == "clear"
    }
    assert {
        "urine-hour",
        "creatinine",
        "platelets",
        "phenylephrine-maximum",
        "oxygen-requirement",
        "sinus-tachycardia",
    } <= tripped
    assert tripped == ended
    assert {alert["transition"] for alert in alerts} == {
        "opened",
        "worsened",
        "improved",
        "resolved",
        "amended",
        "reminder",
    }
    assert [alert["seq"] for alert in alerts] == list(range(1, len(alerts) + 1))


def test_a_platelet_count_that_was_misread_is_amended(
    course: str, il2watch: Callable[..., list[Any]]
) -> None:
    transitions = [
        (a["transition"], a["level"])
        for a in il2watch("run", course)
        if a["subject"] == "platelets" and a["transition"] != "reminder"
    ]
    assert transitions == [("opened", "absolute"), ("amended", "relative"), ("resolved", "clear")]


def test_dose_6_is_held_at_midnight_and_may_be_decided_four_hours_later(
    course: str, il2watch: Callable[..., list[Any]]
) -> None:
    [held] = il2watch("assess", course, "--at", NIGHT)
    [later] = il2watch("assess", course, "--at", "2026-03-04T03:59:00Z")
    assert (held["recommendation"], held["dose"]["readiness"]) == ("delay", "hold")
    assert (later["recommendation"], later["dose"]["readiness"]) == ("correct", "decide")


def test_run_until_is_the_beginning_of_the_whole_run(course: str, il2watch: Callable[..., list[Any]]) -> None:
    part, whole = il2watch("run", course, "--until", NIGHT), il2watch("run", course)
    assert part == [alert for alert in whole if alert["decided"] <= NIGHT]


def test_gzip_on_standard_input_gives_the_same(
    course: str, il2watch: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = il2watch("run", course)
    monkeypatch.setattr(
        sys, "stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(Path(course).read_bytes())))
    )
    assert il2watch("run", "-") == plain


@pytest.mark.parametrize(
    "subject",
    ["urine-hour", "hypotension", "recommendation", "hypokalemia", "monitoring/vital-signs", "infection"],
)
def test_every_kind_of_subject_can_be_explained(
    subject: str, course: str, il2watch: Callable[..., list[Any]]
) -> None:
    [explanation] = il2watch("explain", course, "--subject", subject, "--at", NIGHT)
    assert explanation["subject"] == subject
    assert explanation["headline"]


def test_an_explanation_tells_the_collection_that_decided(
    course: str, il2watch: Callable[..., list[Any]]
) -> None:
    [explanation] = il2watch("explain", course, "--subject", "urine-hour", "--at", NIGHT)
    assert explanation["headline"].startswith("urine-hour is absolute since 2026-03-03T23:00:00Z: ")
    assert [fact["value"] for fact in explanation["facts"]] == [6.0]
    assert [alert["transition"] for alert in explanation["history"]][-1] in ("worsened", "reminder")


def test_the_guideline_is_cited_and_the_specification_only_when_asked_for(
    course: str, capsys: Capture
) -> None:
    asked = ["explain", course, "--subject", "urine-hour", "--at", NIGHT, "-o", "text"]
    assert main.main(asked) == 0
    output = capsys.readouterr().out
    assert main.main([*asked, "--verbose"]) == 0
    verbose = capsys.readouterr().out
    assert "(Table 3, renal, row 2)" in output
    assert "criteria.md" not in output
    [added] = set(verbose.splitlines()) - set(output.splitlines())
    assert added.strip() == "Specification: docs/spec/criteria.md section 3.4, urine-hour."


def test_a_subject_nobody_knows_names_the_nearest(course: str, capsys: Capture) -> None:
    assert main.main(["explain", course, "--subject", "urin-hour"]) == 2
    assert "did you mean urine-hour" in capsys.readouterr().err


def test_a_patient_who_went_home_is_not_explained(course: str, capsys: Capture) -> None:
    with open(course, "a", encoding="utf-8") as file:
        file.write(
            json.dumps(
                {
                    "type": "encounter",
                    "id": "home",
                    "patient": "worked",
                    "at": "2026-03-05T09:00:00Z",
                    "event": "discharge",
                }
            )
            + "\n"
        )
    assert main.main(["explain", course, "--subject", "urine-hour"]) == 2
    assert "is not in care at 2026-03-05 09:00Z" in capsys.readouterr().err
    assert main.main(["assess", course]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "command", [["assess"], ["run"], ["explain", "--subject", "urine-hour"]], ids=lambda words: words[0]
)
def test_text_names_no_less_than_json(command: list[str], course: str, capsys: Capture) -> None:
    assert main.main([command[0], course, *command[1:], "-o", "text"]) == 0
    out = capsys.readouterr().out
    assert "urine-hour" in out
    assert "worked" in out


def test_the_course_can_be_drawn(course: str, tmp_path: Path) -> None:
    assert main.main(["plot", course, "-o", str(tmp_path / "course.png"), "--at", NIGHT]) == 0
    assert (tmp_path / "course.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_after_discharge_can_still_be_drawn(course: str, tmp_path: Path) -> None:
    with open(course, "a", encoding="utf-8") as file:
        file.write(
            json.dumps(
                {
                    "type": "encounter",
                    "id": "home",
                    "patient": "worked",
                    "at": "2026-03-05T09:00:00Z",
                    "event": "discharge",
                }
            )
            + "\n"
        )
    assert main.main(["plot", course, "-o", str(tmp_path / "course.svg")]) == 0
