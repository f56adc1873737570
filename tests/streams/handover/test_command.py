"""`il2watch handover`: forms, units, what came late, and what is wrong with what is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.ingest.decode import decode
from rules.wire import pages
from rules.wire.pages import PageRecord
from rules.wire.vocabulary import LABS
from streams.cli import main
from streams.handover.folded import Wanted, handover
from streams.projections.pages import answer
from tests.streams.board.wards import GUIDE, at, oliguria, vitals

Capture = pytest.CaptureFixture[str]
Write = Callable[..., str]
SHIFT = "2026-03-02T07:00:00Z"
NOW = 430
"""Minutes after 08:00: 15:10, ten minutes after the shift ended."""


def tick(minutes: float = NOW) -> dict[str, Any]:
    return {"type": "tick", "id": f"t{minutes}", "patient": "*", "at": at(minutes)}


def command(type: str, id: str, minutes: float, **fields: Any) -> dict[str, Any]:
    return {
        "type": type,
        "id": id,
        "patient": "p1",
        "at": at(minutes),
        "by": "dr-3",
        "reason": "known",
    } | fields


def printed(capsys: Capture, *arguments: str) -> str:
    capsys.readouterr()
    assert main.main(["handover", *arguments]) == 0
    return capsys.readouterr().out


def sheets(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(printed(capsys, *arguments, "-o", "json"))["sheets"]
    return found


def texts(sheet: dict[str, Any], section: str) -> list[str]:
    return [line["text"] for one in sheet["sections"] if one["name"] == section for line in one["lines"]]


def lines(sheet: dict[str, Any], section: str) -> list[dict[str, Any]]:
    return [line for one in sheet["sections"] if one["name"] == section for line in one["lines"]]


def test_the_default_is_the_last_shift_that_is_over(write: Write, capsys: Capture) -> None:
    path = write(*oliguria(), tick())
    found = json.loads(printed(capsys, path, "-o", "json"))
    assert (found["start"], found["end"], found["until"]) == (
        SHIFT,
        "2026-03-02T15:00:00Z",
        "2026-03-02T23:00:00Z",
    )


def test_the_shift_is_of_the_sites_zone(write: Write, capsys: Capture, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[shifts]\ntimezone = "Europe/Berlin"\n')
    path = write(*oliguria(), tick())
    found = json.loads(printed(capsys, path, "--config", str(site), "-o", "json"))
    assert (found["zone"], found["start"], found["end"]) == (
        "Europe/Berlin", "2026-03-02T06:00:00Z", "2026-03-02T14:00:00Z",
    )  # fmt: skip
    assert "Urine 8 mL; least hour 8 mL/h (11:00)" in texts(found["sheets"][0], "figures")


def test_a_sheet_says_what_is_open_since_when_and_that_nobody_answered(write: Write, capsys: Capture) -> None:
    [sheet] = sheets(capsys, write(*oliguria(), tick()))
    first = lines(sheet, "open")[0]
    assert (first["text"], first["level"], first["note"]) == (
        "Urine 8 mL/h, below 10", "absolute", "since 10:00; not acknowledged",
    )  # fmt: skip
    assert texts(sheet, "dose")[0] == "Not due yet: 1 given, last 08:00; next due 16:00"
    assert "16:00 dose 2 due" in texts(sheet, "ahead")


def test_the_dose_names_what_stands_against_it_in_words(write: Write, capsys: Capture) -> None:
    [sheet] = sheets(capsys, write(*oliguria(), tick(500), tick(910)), "--shift", "2026-03-02T15:00:00Z")
    dose = texts(sheet, "dose")
    assert dose[0].startswith("Hold the dose: 1 given, last 08:00; next due 16:00, 7:00 h late")
    assert dose[1].startswith("Against it: ")
    assert "Urine" in dose[1]


def test_commands_in_force_stand_with_their_ends(write: Write, capsys: Capture) -> None:
    silence = command("silence", "s1", 400, subject="hypotension", level="relative", until=at(460))
    accept = command("accept", "x1", 401, criterion="bilirubin", level="relative", until=at(470))
    [sheet] = sheets(capsys, write(*oliguria(), silence, accept, tick()))
    assert texts(sheet, "in-force") == [
        "Accepted: Bilirubin up to relative, until 15:50",
        "Silenced: Hypotension up to relative, until 15:40",
    ]
    ahead = texts(sheet, "ahead")
    assert ahead.index("15:40 silence of Hypotension ends") < ahead.index(
        "15:50 acceptance of Bilirubin ends"
    )
    assert [line["note"] for line in lines(sheet, "answers")] == ["known", "known"]


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ([pages.ACKNOWLEDGED], ""),
        ([pages.ALREADY], " (it was acknowledged before)"),
        ([pages.ACK_OVER], " (it was over by then, nothing is acknowledged)"),
        ([pages.ACK_EARLY, pages.ACKNOWLEDGED], ""),
        ([pages.ACK_EARLY], " (the pager knew no such alert, nothing is acknowledged)"),
        (
            [pages.ACK_EARLY, pages.ACK_EXPIRED],
            " (the alert never came to the pager, nothing is acknowledged)",
        ),
        ([], " (no pager has said what became of it)"),
    ],
)
def test_an_answer_says_what_the_pager_made_of_it(outcomes: list[str], words: str) -> None:
    events = [
        *oliguria(),
        {"type": "ack", "id": "a1", "patient": "p1", "at": at(200), "alert": "x", "by": "rn", "reason": "ok"},
        command("silence", "s1", 210, subject="hypotension", level="relative", until=at(460)),
        tick(),
    ]
    read = [event for one in events if (event := decode(json.dumps(one).encode())[0]) is not None]
    answers: dict[str, PageRecord] = {}
    for outcome in outcomes:
        answer(answers, PageRecord(when=at(200), outcome=outcome, patient="p1", command="a1"))
    answer(
        answers,
        PageRecord(when=at(210), outcome=pages.SILENCE_CUT, patient="p1", command="s1", until=at(445)),
    )

    def texts_of(pager: dict[str, PageRecord] | None) -> list[str]:
        found = handover(read, GUIDE, Wanted(), lambda _, location: location, pager)
        return [line.text for line in found.sheets[0].section("answers")]

    acked, silenced = texts_of(answers)
    assert acked == f"rn acknowledged 11:20 an alert that is not known here{words}"
    assert silenced.endswith("until 15:25 (no longer is possible at this level)")
    assert not any("(" in text for text in texts_of(None))


def acked(identity: str, minute: int, **other: str) -> dict[str, Any]:
    body = {"alert": "x", "by": "rn", "reason": "ok"} | other
    return {"type": "ack", "id": identity, "patient": "p1", "at": at(minute)} | body


UNKNOWN = "an alert that is not known here"


@pytest.mark.parametrize(
    ("second", "expected", "sources"),
    [
        (acked("a2", 300), [("rn acknowledged 11:20, 12:20, 13:00 " + UNKNOWN, "ok")], "a1 a3 a2"),
        (
            acked("a2", 300, alert="y"),
            [("rn acknowledged 11:20, 12:20, 13:00 " + UNKNOWN, "ok")],
            "a1 a3 a2",
        ),
        (
            acked("a2", 240, by="dr"),
            [("rn acknowledged 11:20, 12:20 " + UNKNOWN, "ok"), ("dr acknowledged 12:00 " + UNKNOWN, "ok")],
            "a1 a3 a2",
        ),
        (
            acked("a2", 180, reason="no"),
            [("rn acknowledged 11:00 " + UNKNOWN, "no"), ("rn acknowledged 11:20, 12:20 " + UNKNOWN, "ok")],
            "a2 a1 a3",
        ),
    ],
)
def test_what_a_person_acknowledged_for_one_reason_is_one_line_with_the_time_and_source_of_each(
    second: dict[str, Any], expected: list[tuple[str, str]], sources: str, write: Write, capsys: Capture
) -> None:
    [sheet] = sheets(capsys, write(*oliguria(), acked("a1", 200), acked("a3", 260), second, tick()))
    printed = lines(sheet, "answers")
    assert [(line["text"], line["note"]) for line in printed] == expected
    assert [one["id"] for line in printed for one in line["sources"]] == sources.split()


def test_each_subject_and_what_the_pager_made_of_each_answer_stand_behind_their_own_times(
    write: Write, capsys: Capture
) -> None:
    [sheet] = sheets(capsys, write(*oliguria(), tick()))
    urine = lines(sheet, "open")[0]["sources"][0]["id"]
    events = [
        *oliguria(), acked("a1", 200, alert=urine), acked("a2", 260), acked("a3", 290, alert=urine),
        acked("a4", 300), acked("a5", 310), tick(),
    ]  # fmt: skip
    read = [event for one in events if (event := decode(json.dumps(one).encode())[0]) is not None]
    answers: dict[str, PageRecord] = {}
    for number in range(1, 6):
        outcome = pages.ALREADY if number > 3 else pages.ACKNOWLEDGED
        answer(answers, PageRecord(when=at(310), outcome=outcome, patient="p1", command=f"a{number}"))
    found = handover(read, GUIDE, Wanted(), lambda _, location: location, answers)
    [line] = found.sheets[0].section("answers")
    assert line.text == (
        f"rn acknowledged 11:20, 12:50 Urine; 12:20 {UNKNOWN}; "
        f"13:00, 13:10 {UNKNOWN} (it was acknowledged before)"
    )
    assert [one.id for one in line.sources if one.kind == "fact"] == ["a1", "a3", "a2", "a4", "a5"]
    assert [one.id for one in line.sources if one.kind == "alert"] == [urine]


@pytest.mark.parametrize(
    ("late", "text", "corrected"),
    [
        (
            {"status": "corrected", "readings": [{"code": "systolic-bp", "value": 70, "unit": "mm[Hg]"}]},
            "Systolic pressure 70 (09:50) to 86 mmHg (09:40)",
            "known later; before: Systolic pressure 86 (09:40) to 86 mmHg (09:40)",
        ),
        (
            {"status": "entered-in-error"},
            "Systolic pressure 86 (09:40) to 86 mmHg (09:40)",
            "",
        ),
    ],
)
def test_a_correction_after_the_shift_is_marked(
    late: dict[str, Any], text: str, corrected: str, write: Write, capsys: Capture
) -> None:
    fact = {"type": "vitals", "id": "v2", "patient": "p1", "at": at(110), "known": at(428)} | late
    [sheet] = sheets(capsys, write(*oliguria(), fact, tick()))
    line = next(one for one in lines(sheet, "figures") if one["text"].startswith("Systolic"))
    assert (line["text"], line.get("corrected", "")) == (text, corrected)


def labs(identity: str, minute: int, known: int, **values: float) -> dict[str, Any]:
    readings = [
        {"code": code, "value": value, "unit": LABS[code]} for code, value in values.items()
    ]  # fmt: skip
    fact = {"type": "labs", "id": identity, "patient": "p1", "at": at(minute), "known": at(known)}
    return fact | {"source": identity, "readings": readings}


RESULTS = (
    labs("l1", 300, 425, potassium=4.1, platelets=210),
    labs("l2", 240, 310, magnesium=1.9),
    labs("l3", 300, 330, glucose=101),
)


def test_results_known_after_the_shift_come_last_under_one_mark(write: Write, capsys: Capture) -> None:
    path = write(*oliguria(), *RESULTS, tick())
    [sheet] = sheets(capsys, path)
    assert [(one["text"], one.get("corrected", "")) for one in lines(sheet, "labs")] == [
        ("12:00: Magnesium 1.9 mg/dL", ""),
        ("13:00: Glucose 101 mg/dL", ""),
        ("13:00: Potassium 4.1 mmol/L", "known later"),
        ("Platelets 210 ×10³/µL", "known later"),
    ]
    text = [line.strip() for line in printed(capsys, path, "-o", "text").splitlines()]
    first = text.index("12:00: Magnesium 1.9 mg/dL; 13:00: Glucose 101 mg/dL")
    assert text[first + 1] == "[known later] 13:00: Potassium 4.1 mmol/L; Platelets 210 ×10³/µL"
    html = printed(capsys, path, "-o", "html")
    section = html[html.index('data-section="labs"') :].partition("</section>")[0]
    runs = [re.sub(r"<[^>]+>", "|", one) for one in section.split("<ul>")[1:]]
    assert [("(known later)" in one, one.count("known later")) for one in runs] == [(False, 0), (True, 1)]
    assert "Magnesium" in runs[0]
    assert runs[1].index("(known later)") < runs[1].index("Potassium") < runs[1].index("Platelets")


def test_an_alert_of_the_shift_that_was_decided_after_it_is_marked(write: Write, capsys: Capture) -> None:
    late = {
        "type": "labs", "id": "l1", "patient": "p1", "at": at(300), "known": at(425),
        "readings": [{"code": "platelets", "value": 20, "unit": "10*3/uL"}],
    }  # fmt: skip
    [sheet] = sheets(capsys, write(*oliguria(), late, tick()))
    assert "Platelets" not in " ".join(texts(sheet, "open"))
    line = next(one for one in lines(sheet, "late") if one["text"].startswith("Platelets 20"))
    assert (line["level"], line["corrected"]) == ("absolute", "decided 15:05")
    assert [one["corrected"] for one in lines(sheet, "labs")] == ["known later"]


def test_patients_of_whom_nothing_was_charted_in_the_shift_are_handed_over(
    write: Write, capsys: Capture
) -> None:
    [sheet] = sheets(capsys, write(*oliguria(), tick(910)), "--shift", "2026-03-02T15:00:00Z")
    assert "Systolic pressure: none charted" in texts(sheet, "figures")
    assert any("Vital signs not charted" in text for text in texts(sheet, "attention"))


def test_what_nobody_charted_is_said_and_not_left_out(write: Write, capsys: Capture) -> None:
    events = [one for one in oliguria() if one["type"] not in ("vitals", "io")]
    [sheet] = sheets(capsys, write(*events, tick()))
    found = texts(sheet, "figures")
    for name in ("Systolic pressure", "Heart rate", "SpO2", "Urine"):
        assert f"{name}: none charted" in found
    assert any("not charted" in text for text in texts(sheet, "attention"))


def test_a_reading_that_was_set_aside_is_named_once_a_code(write: Write, capsys: Capture) -> None:
    odd = [vitals(f"w{n}", 200 + n, hr=500) for n in range(3)]
    [sheet] = sheets(capsys, write(*oliguria(), *odd, tick()))
    assert "Not used: heart rate 3 times, last 500 /min (11:22)" in texts(sheet, "attention")


def test_verbose_prints_where_each_line_comes_from(write: Write, capsys: Capture) -> None:
    out = printed(capsys, write(*oliguria(), tick()), "-o", "text", "--verbose")
    assert re.search(r"Urine 8 mL/h, below 10.*\n +from alert [0-9a-f]{16}/\d+", out)
    assert re.search(r"Urine 8 mL; least hour 8 mL/h \(10:00\).*\n +from fact u1", out)
    assert "from assessment 2026-03-02T15:00:00Z dose" in out


def test_the_page_has_every_line_and_no_markup_of_a_patient(write: Write, capsys: Capture) -> None:
    odd = "<b>p</b>"
    events = [one | {"patient": odd} for one in oliguria()]
    path = write(*events, tick())
    page = printed(capsys, path, "-o", "html")
    assert "&lt;b&gt;p&lt;/b&gt;" in page
    assert odd not in page
    assert "<title>Handover</title>" in page
    for section in sheets(capsys, path)[0]["sections"]:
        for line in section["lines"]:
            assert line["text"].replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in page


def test_units_are_those_of_the_configuration_else_the_charted_location(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[board]\nunits = [{ patients = "w4-*", unit = "4 West" }]\n')
    path = write(*oliguria("p1"), *oliguria("w4-1"), tick())
    config = ("--config", str(site))
    assert [one["patient"] for one in sheets(capsys, path, *config, "--unit", "4 West")] == ["w4-1"]
    assert [one["patient"] for one in sheets(capsys, path, *config, "--unit", "ward")] == ["p1"]
    assert [one["unit"] for one in sheets(capsys, path)] == ["ward", "ward"]


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (["--unit", "wrad"], "no patient in 'wrad'; did you mean ward?"),
        (["--shift", "2026-03-02T15:00:00Z"], "the shift from Monday 15:00 ends Monday 23:00, and nothing"),
        (["--shift", "2026-02-27T07:00:00Z"], "no patient was in care from 2026-02-27T07:00:00Z to"),
        (["--shift", "7:00"], "'7:00' is not an RFC 3339 time"),
        (["--at", at(-400)], "there is no fact of any patient"),
    ],
)
def test_what_cannot_be_handed_over_is_a_clear_error(
    more: list[str], fault: str, write: Write, capsys: Capture
) -> None:
    path = write(*oliguria(), tick())
    assert main.main(["handover", path, *more]) == 2
    assert fault in capsys.readouterr().err


def test_a_made_up_patient_is_in_no_handover(write: Write, capsys: Capture) -> None:
    path = write(*oliguria(), *oliguria("il2watch-test-1"), tick())
    assert [one["patient"] for one in sheets(capsys, path)] == ["p1"]


def test_a_discharged_patient_is_handed_over_once_more(write: Write, capsys: Capture) -> None:
    gone = {"type": "encounter", "id": "e9", "patient": "p1", "at": at(200), "event": "discharge"}
    path = write(*oliguria(), gone, vitals("z1", 500, "p2", hr=90), tick(910))
    assert [one["advised"] for one in sheets(capsys, path, "--shift", SHIFT)] == ["discharged"]
    assert [one["patient"] for one in sheets(capsys, path)] == ["p2"]
