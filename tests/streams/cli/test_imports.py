"""`il2watch import`: MIMIC-IV's tables, or one's own, to a file of events."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from simulators.mimic_iv import convert, tables
from streams.cli import imports, main, sharing
from streams.replay.source import source
from streams.service.files import filling
from tests.not_ignored import not_ignored
from tests.simulators.mimic_iv.folder import STAY, STAYS, Rows, chart, collected, mimic

Capture = pytest.CaptureFixture[str]
ROWS: Rows = {
    "icu/chartevents": [
        chart("09:00", 220045, 88),
        chart("10:00", 999999, 1),
        chart("10:00", 220045, value=""),
    ],
    "icu/outputevents": [collected("10:00", 226559, 60, storetime="2150-03-01 09:00:00")],
}
TABLE = """\
type,id,patient,at,known,code,value,unit
vitals,v2,p1,2026-03-02T11:00:00Z,,heart-rate,90,/min
vitals,v1,p1,2026-03-02T10:00:00Z,2026-03-02T10:05:00Z,heart-rate,88,/min
vitals,v1,p1,2026-03-02T10:00:00Z,2026-03-02T10:05:00Z,spo2,97,%
"""


def events(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    return [
        json.loads(line) for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    ]


def test_mimic_is_written_as_events(tmp_path: Path, capsys: Capture) -> None:
    into = tmp_path / "events.jsonl"
    assert main.main(["import", "mimic-iv", str(mimic(tmp_path / "mimic", ROWS)), "-o", str(into)]) == 0
    assert [event["type"] for event in events(into)] == [
        "encounter",
        "encounter",
        "encounter",
        "vitals",
        "io",
        "encounter",
    ]
    assert {event["patient"] for event in events(into)} == {str(STAY)}
    assert capsys.readouterr().out == ""


def test_without_a_file_the_events_go_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main.main(["import", "mimic-iv", str(mimic(tmp_path, ROWS))]) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 6


def test_the_same_tables_give_the_same_compressed_bytes(tmp_path: Path) -> None:
    folder, files = (
        mimic(tmp_path / "mimic", ROWS),
        [tmp_path / name for name in ("one.jsonl.gz", "two.jsonl.gz")],
    )
    for file in files:
        assert main.main(["import", "mimic-iv", str(folder), "-o", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(events(files[0])) == 6


def test_stderr_says_what_became_of_every_row(tmp_path: Path, capsys: Capture) -> None:
    main.main(
        ["import", "mimic-iv", str(mimic(tmp_path / "mimic", ROWS)), "-o", str(tmp_path / "events.jsonl")]
    )
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "1 stay, 6 events: encounter 4, io 1, vitals 1"
    assert "icu/chartevents: 3 rows, 1 used" in lines
    assert "  not mapped: 1 999999" in lines
    assert "  dropped: 1 no result: blanked, or not reported" in lines
    assert "  changed: 1 stored more than 15 min before its own time: known at that time instead" in lines


def test_the_report_holds_every_count(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    main.main(
        [
            "import",
            "mimic-iv",
            str(mimic(tmp_path / "mimic", ROWS)),
            "-o",
            str(tmp_path / "events.jsonl"),
            "--report",
            str(report),
        ]
    )
    written = json.loads(report.read_text())
    assert written["events"] == {"encounter": 4, "io": 1, "vitals": 1}
    assert written["tables"]["icu/chartevents"] == {
        "read": 3,
        "used": 1,
        "other-stays": 0,
        "unmapped": [{"itemid": 999999, "label": None, "rows": 1}],
        "dropped": {"no-number": 1},
        "adjusted": {},
        "wordings": {},
        "relabelled": [],
        "by-name": [],
        "unread-time": None,
    }


def test_of_many_unmapped_items_the_commonest_are_named() -> None:
    unmapped = [{"itemid": item, "label": f"Item {item}", "rows": 100 - item} for item in range(13)]
    lines = list(imports.items(unmapped))
    assert lines[:2] == ["100 0 Item 0", "99 1 Item 1"]
    assert lines[10:] == ["267 of 3 items more (--report names them)"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import", "mimic-iv", "nowhere"], "no icu/icustays.csv or icu/icustays.csv.gz"),
        (["import", "mimic-iv", "mimic", "--stays", "7"], "no stay 7"),
        (["import", "mimic-iv", "mimic", "--stays", "x"], "'x' is no stay_id"),
        (["import", "mimic-iv", "mimic", "-o", "nowhere/events.jsonl"], "no folder nowhere; make it first"),
        (["import", "csv", "nothing.csv"], "no such file"),
        (["import", "csv", "events.jsonl"], "not a table by its name"),
        (["import"], "'import' needs one of its commands: import mimic-iv, import csv"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str], message: str
) -> None:
    mimic(tmp_path / "mimic", ROWS)
    monkeypatch.chdir(tmp_path)
    assert main.main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


@pytest.mark.slow
def test_any_number_of_processes_imports_the_same_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Lines, messages and every count, in their order; ties of `known` are between stays too."""
    collections = [*ROWS["icu/outputevents"], collected("11:00", 226559, 60.5)]
    others = [
        {name: number if name == "stay_id" else cell for name, cell in row.items()}
        for number in (STAY + 1, STAY + 2)
        for row in (STAYS[0], *ROWS["icu/chartevents"], *collections)
    ]
    rows = {
        "icu/icustays": [*STAYS, *(row for row in others if "intime" in row)],
        "icu/chartevents": [*ROWS["icu/chartevents"], *(row for row in others if "valuenum" in row)],
        "icu/outputevents": [
            *(row for row in others if "valuenum" not in row and "value" in row),
            *collections,
        ],
    }
    folder = mimic(tmp_path / "mimic", rows)
    made = []
    for bucket, jobs in ((64, "1"), (1, "1"), (1, "2")):
        monkeypatch.setattr(convert, "BUCKET", bucket)
        into, report = tmp_path / "events.jsonl", tmp_path / "report.json"
        arguments = ["-o", str(into), "--report", str(report), "--jobs", jobs]
        assert main.main(["import", "mimic-iv", str(folder), *arguments]) == 0
        made.append((into.read_bytes(), report.read_bytes(), capsys.readouterr().err))
    assert made[0] == made[1] == made[2]
    assert {event["patient"] for event in events(into)} == {str(STAY + number) for number in range(3)}


@pytest.mark.slow
def test_any_number_of_processes_imports_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Rows of one record stand apart; some are of all patients, of none, of a cut name, or no rows."""
    table, into = tmp_path / "ward.csv", tmp_path / "ward.jsonl"
    lines = ["type,id,patient,at,known,code,value,unit"]
    for turn in range(2):
        for number in range(40):
            name = {3: "", 5: "*", 7: "12.0", 11: "1.23E+11"}.get(number, f"p{number % 4}")
            at = f"2026-03-02T10:{60 - number:02}:00Z" if number else "yesterday"
            lines.append(f"vitals,v{number},{name},{at},,heart-rate,{80 + turn},/min")
        lines += [
            '"open',
            "vitals,v,p1,2026-03-02T10:00:00Z,,heart-rate,1,/min,more",
            "tick,t,*,2026-03-02T11:00:00Z,,,,",
        ]
    table.write_text("\n".join(lines) + "\n")
    made = []
    for few, jobs in ((1 << 40, "1"), (10, "1"), (10, "2")):
        monkeypatch.setattr(sharing, "FEW", few)
        assert main.main(["import", "csv", str(table), "-o", str(into), "--jobs", jobs]) == 0
        made.append((into.read_bytes(), capsys.readouterr().err))
    assert made[0] == made[1] == made[2]
    assert {len(event.get("readings", ())) for event in events(into)} == {0, 2}
    assert "left out (malformed" in made[0][1]


def test_an_import_that_fails_leaves_an_earlier_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    into = tmp_path / "events.jsonl"
    into.write_text("earlier\n")
    folder = mimic(tmp_path / "mimic", ROWS)

    def broken(*arguments: object) -> Any:
        yield b"{}\n"
        raise OSError(28, "No space left on device", "spill")

    monkeypatch.setattr("simulators.mimic_iv.convert.events", broken)
    assert main.main(["import", "mimic-iv", str(folder), "-o", str(into)]) == 2
    assert into.read_text() == "earlier\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.jsonl", "mimic"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_pandas_reads_is_an_interrupt_and_no_fault_of_the_table(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    folder = mimic(tmp_path / "mimic", ROWS)
    path = folder / "icu/chartevents.csv"

    class Interrupted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            os.kill(os.getpid(), number)
            return super().read(size)

    def reading(*arguments: object) -> Any:
        yield b"{}\n"
        yield from tables.frames(path, Interrupted(path.read_bytes()), None, 1)

    monkeypatch.setattr("simulators.mimic_iv.convert.events", reading)
    with not_ignored(number):
        assert main.main(["import", "mimic-iv", str(folder), "-o", str(tmp_path / "events.jsonl")]) == 130
    assert capsys.readouterr().err == ""
    assert [each.name for each in tmp_path.iterdir()] == ["mimic"]


def test_a_table_of_one_s_own_is_written_in_order_of_known(tmp_path: Path) -> None:
    table, into = tmp_path / "ward.csv", tmp_path / "ward.jsonl.gz"
    table.write_text(TABLE)
    assert main.main(["import", "csv", str(table), "-o", str(into)]) == 0
    assert [(event["id"], len(event["readings"])) for event in events(into)] == [("v1", 2), ("v2", 1)]


def test_a_table_is_read_as_replay_reads_it(tmp_path: Path) -> None:
    table, into = tmp_path / "ward.csv", tmp_path / "ward.jsonl"
    table.write_text(TABLE)
    main.main(["import", "csv", str(table), "-o", str(into)])
    assert into.read_bytes().splitlines() == [record.value for record in source(str(table)).records]


def test_a_row_without_a_time_is_told_and_with_strict_is_exit_1(tmp_path: Path, capsys: Capture) -> None:
    table = tmp_path / "ward.csv"
    table.write_text(TABLE + "vitals,v3,p1,yesterday,,heart-rate,90,/min\n")
    into = ["-o", str(tmp_path / "ward.jsonl")]
    assert main.main(["import", "csv", str(table), *into]) == 0
    assert "1 left out (bad-time 1)" in capsys.readouterr().err
    assert main.main(["import", "csv", str(table), "--strict", *into]) == 1


def test_the_bar_is_silent_where_stderr_is_no_terminal(capsys: Capture) -> None:
    with filling() as watch:
        watch("reading icu/chartevents", 1, 2)
    assert capsys.readouterr().err == ""


def test_the_bar_has_a_line_for_each_thing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with filling() as watch:
        watch("reading icu/chartevents", 1, 2)
        watch("charting stays", 2, 2)
    assert "reading icu/chartevents" in screen.getvalue()
    assert "charting stays" in screen.getvalue()
