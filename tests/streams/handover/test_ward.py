"""The handover of a simulated ward over three shifts: every figure is that of a second computation from the
event file, and every line's trace resolves.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire.alerts import AlertRecord
from rules.wire.instants import MINUTE, parse
from streams.cli import event_files, main
from streams.service.event_file import load
from tests.streams.handover.second_reading import Shift, seconds
from tests.streams.handover.wards import PATIENTS, SHIFTS, Event, simulated, written

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("handed over")]  # the ward is folded once for all
Handover = dict[str, Any]
AHEAD = 15 * MINUTE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handover")


@pytest.fixture(scope="module")
def ward(folder: Path) -> list[Event]:
    return simulated(folder)


@pytest.fixture(scope="module")
def path(ward: list[Event], folder: Path) -> str:
    return written(ward, folder / "ward.jsonl")


@pytest.fixture(scope="module")
def handed(path: str) -> dict[str, Handover]:
    """The handover of each shift, as JSON."""
    return {shift: handover(path, shift) for shift in SHIFTS}


@pytest.fixture(scope="module")
def published(path: str) -> list[AlertRecord]:
    """Every alert of the file, as it is published."""
    return event_files.fold_events(load(path, AHEAD).events, SCHWARTZENTRUBER_2001).alerts


def handover(path: str, shift: str, *more: str) -> Handover:
    """What the command prints."""
    from contextlib import redirect_stdout
    from io import BytesIO, TextIOWrapper

    out = TextIOWrapper(BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        assert main.main(["handover", path, "--shift", shift, "-o", "json", *more]) == 0
        out.flush()
    found: Handover = json.loads(out.buffer.getvalue())  # type: ignore[attr-defined]
    return found


def figures(sheet: dict[str, Any]) -> dict[str, dict[str, Any]]:
    lines = [line for section in sheet["sections"] for line in section["lines"]]
    return {one["code"]: one for line in lines for one in line.get("figures", ())}


def lines_of(sheet: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [line for section in sheet["sections"] if section["name"] == name for line in section["lines"]]


@pytest.mark.parametrize("shift", SHIFTS)
def test_every_figure_is_that_of_the_second_computation(
    shift: str, ward: list[Event], handed: dict[str, Handover]
) -> None:
    found = handed[shift]
    assert len(found["sheets"]) == PATIENTS
    start, end = seconds(found["start"]), seconds(found["end"])
    assert (start, end) == (seconds(shift), seconds(shift) + 8 * 3600)
    for sheet in found["sheets"]:
        own = [one for one in ward if one["patient"] == sheet["patient"]]
        expected = {
            code: value for code, value in Shift(own, start, end).figures().items() if value is not None
        }
        printed = {code: one["value"] for code, one in figures(sheet).items() if code != "o2-device"}
        assert printed == pytest.approx(expected, abs=1e-3), sheet["patient"]


@pytest.mark.parametrize("shift", SHIFTS)
def test_the_change_of_every_result_is_that_of_the_second_computation(
    shift: str, ward: list[Event], handed: dict[str, Handover]
) -> None:
    found = handed[shift]
    start, end = seconds(found["start"]), seconds(found["end"])
    for sheet in found["sheets"]:
        own = [one for one in ward if one["patient"] == sheet["patient"]]
        labs = Shift(own, start, end).labs()
        printed = {
            code[4:]: (one["value"], one.get("before"))
            for code, one in figures(sheet).items()
            if code.startswith("lab/")
        }
        assert printed == labs


@pytest.mark.parametrize("shift", SHIFTS)
def test_the_trace_of_every_line_resolves(
    shift: str, ward: list[Event], published: list[AlertRecord], handed: dict[str, Handover]
) -> None:
    found = handed[shift]
    alerts = {(one.patient, one.id, one.seq) for one in published}
    facts = {(one["patient"], one["id"]) for one in ward}
    count = 0
    for sheet in found["sheets"]:
        patient = sheet["patient"]
        for section in sheet["sections"]:
            for line in section["lines"]:
                assert line["sources"], (patient, line)
                for source in line["sources"]:
                    count += 1
                    if source["kind"] == "alert":
                        assert (patient, source["id"], source["seq"]) in alerts
                    elif source["kind"] == "fact":
                        assert (patient, source["id"]) in facts
                    else:
                        assert (source["kind"], source["id"]) == ("assessment", found["at"])
    assert count > 1000


def test_an_assessment_that_is_named_says_what_the_line_says(path: str, handed: dict[str, Handover]) -> None:
    found = handed[SHIFTS[2]]
    events = load(path, AHEAD).events
    folded = event_files.fold_events(events, SCHWARTZENTRUBER_2001, parse(found["at"]))
    assessed = {
        one.patient: json.loads(json.dumps(one, default=_plain)) for one in event_files.assessments(folded)
    }
    for sheet in found["sheets"]:
        assessment = assessed[sheet["patient"]]
        parts = {
            source["part"]
            for section in sheet["sections"]
            for line in section["lines"]
            for source in line["sources"]
            if source["kind"] == "assessment"
        }
        for part in parts:
            value: Any = assessment
            for step in part.split("."):
                value = value[step]
        assert sheet["advised"] == assessment["recommendation"]
        assert f"{assessment['dose']['number']} given" in lines_of(sheet, "dose")[0]["text"]
        overdue = [one for one in assessment["monitoring"] if one["overdue"]]
        attention = [
            line["text"] for line in lines_of(sheet, "attention") if line.get("level") == "technical"
        ]
        assert len(attention) == len(overdue)


def _plain(value: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(value)


@pytest.mark.parametrize("shift", SHIFTS)
def test_what_is_open_and_what_ended_is_what_the_alerts_say(
    shift: str, published: list[AlertRecord], handed: dict[str, Handover]
) -> None:
    found = handed[shift]
    start, end = found["start"], found["end"]
    for sheet in found["sheets"]:
        own = [one for one in published if one.patient == sheet["patient"] and one.decided <= end]
        last = {one.id: one for one in own}
        named = {
            name: {
                source["id"]
                for line in lines_of(sheet, name)
                for source in line["sources"]
                if source["kind"] == "alert"
            }
            for name in ("open", "ended", "late")
        }
        clinical = {id: one for id, one in last.items() if one.kind != "recommendation"}
        assert named["open"] == {id for id, one in clinical.items() if one.level != "clear"}
        over = {id for id, one in clinical.items() if one.level == "clear" and one.decided > start}
        late = {
            one.id
            for one in published
            if one.patient == sheet["patient"]
            and one.decided > end
            and start < one.at <= end
            and one.transition != "reminder"
            and one.kind != "recommendation"
        }
        assert named["ended"] == over
        assert named["late"] == late
        levels = [RANK[line["level"]] for line in lines_of(sheet, "open")]
        assert levels == sorted(levels, reverse=True)


RANK = {"absolute": 4, "relative": 3, "technical": 2, "advisory": 1}


@pytest.mark.parametrize("shift", SHIFTS)
def test_every_answer_of_the_shift_stands_with_who_and_why(
    shift: str, ward: list[Event], handed: dict[str, Handover]
) -> None:
    found = handed[shift]
    for sheet in found["sheets"]:
        given = [
            one
            for one in ward
            if one["type"] == "ack"
            and one["patient"] == sheet["patient"]
            and seconds(found["start"]) < seconds(one["at"]) <= seconds(found["end"])
        ]
        printed = lines_of(sheet, "answers")
        assert sorted(answered(printed)) == sorted((one["id"], one["at"][11:16]) for one in given)
        assert len(printed) == bool(given)
        assert all(line["text"].startswith("rn-14 acknowledged ") for line in printed)
        assert all(line["note"] == "seen, acting on it" for line in printed)
    assert any(lines_of(sheet, "answers") for sheet in handed[SHIFTS[2]]["sheets"])


def answered(printed: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each answer's id with the time of the day that stands for it in its line."""
    found = []
    for line in printed:
        ids = [source["id"] for source in line["sources"] if source["kind"] == "fact"]
        found += list(zip(ids, re.findall(r"[0-9]{2}:[0-9]{2}", line["text"]), strict=True))
    return found


def test_the_worst_patient_comes_first(handed: dict[str, Handover]) -> None:
    for found in handed.values():
        ranks = [sheet["rank"] for sheet in found["sheets"]]
        assert ranks == sorted(ranks, reverse=True)
        worst = [
            max((RANK[line["level"]] for line in lines_of(sheet, "open")), default=0)
            for sheet in found["sheets"]
        ]
        assert worst == sorted(worst, reverse=True)
