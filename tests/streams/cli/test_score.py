"""`il2watch score` on a file whose truth is known: what it prints, and what it refuses to do."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from tests.streams.samples import record

Capture = pytest.CaptureFixture[str]
Write = Callable[..., str]


def at(clock: str) -> str:
    return f"2026-03-02T{clock}:00Z"


def creatinine(id: str, clock: str, value: float, unit: str = "mg/dL", **fields: Any) -> dict[str, Any]:
    return record(
        "labs", id, at(clock), readings=[{"code": "creatinine", "value": value, "unit": unit}], **fields
    )


def started(patient: str = "p1") -> dict[str, Any]:
    return record("encounter", "e1", at("07:00"), patient, event="cycle-start", location="ward")


EVENTS = (
    started(),
    creatinine("l1", "08:00", 1.0),
    creatinine("l2", "10:00", 3.1, known=at("11:00")),
    creatinine("l3", "14:00", 1.2, known=at("15:00")),
    record("tick", "t", at("19:00"), "*"),
)


def truth(patient: str = "p1", **criteria: Any) -> dict[str, Any]:
    held = {
        code.replace("_", "-"): [
            [at(start), at(end), level, distinct] for start, end, level, distinct in spans
        ]
        for code, spans in criteria.items()
    }
    return {
        "patient": patient, "origin": at("07:00"), "minutes": 720, "cycle_start": at("07:00"), "discharge": None, "criteria": held, "possible": {},
    }  # fmt: skip


KNEW = truth(creatinine=[("09:30", "12:00", "absolute", True)])


def scored(
    write: Write,
    capsys: Capture,
    *more: str,
    events: tuple[Any, ...] = EVENTS,
    truths: tuple[Any, ...] = (KNEW,),
) -> list[dict[str, Any]]:
    """What the command prints as JSON."""
    assert (
        main.main(
            ["score", write(*events), "--truth", write(*truths, name="truth.jsonl"), "-o", "json", *more]
        )
        == 0
    )
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_absolute_creatinine_is_detected_when_its_result_comes(write: Write, capsys: Capture) -> None:
    (found,) = scored(write, capsys)
    part = found["subjects"]["creatinine"]["absolute"]
    assert part["all"] == {"episodes": 1, "detected": 1, "sensitivity": 1.0}
    assert part["delay_min"] == {"median": 90.0, "worst": 90.0}
    assert part["hours"] == {"tp": 1, "tn": 6, "fp": 3, "fn": 2, "score": 35.0}
    assert found["subjects"]["creatinine"]["pages"]["true"] == 1


def test_what_nobody_was_told_of_is_listed(write: Write, capsys: Capture) -> None:
    (found,) = scored(write, capsys, truths=(truth(platelets=[("08:00", "09:00", "relative", True)]),))
    assert [(one["subject"], one["level"], one["start"], one["end"]) for one in found["missed"]] == [
        ("platelets", "relative", at("08:00"), at("09:00"))
    ]
    assert [(one["subject"], one["verdict"], one["at"]) for one in found["untrue"]] == [
        ("creatinine", "false", at("10:00"))
    ]


def test_records_that_are_refused_or_not_used_are_accounted_for(write: Write, capsys: Capture) -> None:
    spoiled = (creatinine("l4", "15:30", 1.0, unit="xx"), b"not json\n", creatinine("l5", "16:00", 99.0))
    (found,) = scored(write, capsys, events=(*EVENTS[:-1], *spoiled, EVENTS[-1]))
    assert found["records"] == {
        "read": 8,
        "refused": {"bad-unit": 1, "malformed": 1},
        "implausible": {"creatinine": 1},
        "unused": {},
        "ledger": None,
        "accounted": None,
    }


@pytest.mark.parametrize(("refused", "code"), [(["malformed"], 0), ([], 1), (["bad-unit"], 1)])
def test_what_is_refused_must_be_in_the_ledger(
    write: Write, capsys: Capture, refused: list[str], code: int
) -> None:
    events = write(*EVENTS[:-1], b"not json\n", EVENTS[-1])
    entry = {
        "patient": "p1",
        "id": "x",
        "type": "labs",
        "known": at("15:00"),
        "faults": [],
        "lost": False,
        "refused": refused,
    }
    fault_log = write(entry, name="faults.jsonl")
    assert (
        main.main(
            [
                "score",
                events,
                "--truth",
                write(KNEW, name="truth.jsonl"),
                "--fault-log",
                fault_log,
                "-o",
                "json",
            ]
        )
        == code
    )
    found = json.loads(capsys.readouterr().out)
    assert found["records"]["accounted"] == (code == 0)


def test_each_configuration_is_scored_over_one_reading_of_the_file(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    lax = tmp_path / "lax.toml"
    lax.write_text("[criteria.creatinine]\nabsolute = 4.0\n")
    strict = tmp_path / "strict.toml"
    strict.write_text("")
    found = scored(write, capsys, "--config", str(strict), "--config", str(lax))
    assert [one["configuration"] for one in found] == [str(strict), str(lax)]
    assert [one["criteria"]["absolute"]["all"]["detected"] for one in found] == [1, 0]
    assert found[0]["guideline"]["sha256"] != found[1]["guideline"]["sha256"]


def test_the_plot_is_the_same_bytes_each_time(write: Write, capsys: Capture, tmp_path: Path) -> None:
    pages = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for page in pages:
        scored(write, capsys, "--plot", str(page))
    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert b"<svg" in pages[0].read_bytes()


def test_for_people_it_is_tables_and_a_summary(write: Write, capsys: Capture) -> None:
    missed = truth(
        creatinine=[("09:30", "12:00", "absolute", True)], platelets=[("08:00", "09:00", "relative", True)]
    )
    assert (
        main.main(["score", write(*EVENTS), "--truth", write(missed, name="truth.jsonl"), "-o", "text"]) == 0
    )
    text = " ".join(capsys.readouterr().out.split())
    assert "sensitivity absolute: all 1 (1 of 1)" in text
    assert "missed: p1 platelets relative 2026-03-02T08:00:00Z to 2026-03-02T09:00:00Z" in text
    assert "1 patients, 0.5 patient-days" in text


def test_gzip_is_known_by_the_name_of_the_truth(write: Write, capsys: Capture, tmp_path: Path) -> None:
    packed = tmp_path / "truth.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(KNEW).encode() + b"\n"))
    assert main.main(["score", write(*EVENTS), "--truth", str(packed), "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["patients"] == 1


@pytest.mark.parametrize(
    ("events", "truths", "says"),
    [
        ((EVENTS[1], EVENTS[0]), (KNEW,), "2: known before the line above it"),
        (EVENTS, ({"patient": "p1"},), "truth.jsonl: line 1"),
    ],
)
def test_a_file_that_cannot_be_scored_is_told_in_one_line(
    write: Write, capsys: Capture, events: Any, truths: Any, says: str
) -> None:
    assert main.main(["score", write(*events), "--truth", write(*truths, name="truth.jsonl")]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["events.jsonl"], "--truth"),
        (["events.jsonl", "--truth", "nowhere.jsonl"], "nowhere.jsonl: no such file"),
        (["events.jsonl", "--truth", "t", "--plot", "p.txt"], ".svg, .png or .pdf"),
        (["events.jsonl", "--truth", "nowhere.gz"], "nowhere.gz: no such file"),
    ],
)
def test_wrong_arguments_are_told_with_the_remedy(arguments: list[str], says: str, capsys: Capture) -> None:
    assert main.main(["score", *arguments]) == 2
    assert says in capsys.readouterr().err


LABEL, TIL = "proleukin-us-label/2024-12", "til-2024/1"


@pytest.mark.parametrize(("pack", "detected", "false_hours"), [(LABEL, 0, 0), (TIL, 1, 3)])
def test_a_pack_that_decides_is_scored_by_what_it_sees(
    pack: str, detected: int, false_hours: int, write: Write, capsys: Capture
) -> None:
    """The label has no row for creatinine; TIL holds from 2.5 mg/dL, as 2001 does from 3."""
    (found,) = scored(write, capsys, "--edition", pack, "--allow-draft")
    part = found["subjects"]["creatinine"]["absolute"]
    assert (f"{found['guideline']['id']}/{found['guideline']['version']}", found["guideline"]["status"]) == (
        pack,
        "draft",
    )
    assert part["all"]["detected"] == detected
    assert part["hours"]["fp"] == false_hours


def test_packs_beside_change_no_figure_of_the_deciding_one(write: Write, capsys: Capture) -> None:
    (alone,), (beside,) = scored(write, capsys), scored(write, capsys, "--overlay", LABEL, "--overlay", TIL)
    assert beside.pop("guideline")["id"] == alone.pop("guideline")["id"]
    assert beside == alone


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--edition", TIL), "a draft pack may not decide"),
        (("--edition", "til-2024"), "no pack 'til-2024'"),
        (("--overlay", "label"), "no pack 'label'"),
    ],
)
def test_a_draft_is_scored_only_where_that_is_meant(
    options: tuple[str, ...], says: str, write: Write, capsys: Capture
) -> None:
    assert main.main(["score", write(*EVENTS), "--truth", write(KNEW, name="truth.jsonl"), *options]) == 2
    assert says in capsys.readouterr().err
