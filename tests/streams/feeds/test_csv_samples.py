"""A table of another layout is refused by `import csv` with line and reason, and none of it is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.main import main
from tests.streams.feeds.support import SAMPLES

NO_COLUMNS = "no column type, patient, at; docs/reference/columns.md has the layout"
HEADS = {
    "01-vitals-wide-us.csv": NO_COLUMNS,
    "02-labs-long-eu.csv": "the columns are separated by ';'; write the table with commas",
    "03-io-export.csv": NO_COLUMNS,
}
"""Each sample, and why its head is refused: no column is guessed from its name."""
RENAMED = {
    "01-vitals-wide-us.csv": (
        "MRN,Recorded Time,HR", "patient,at,type",
        "no field takes column 'BP', 'SpO2 (%)', 'O2 Device', 'O2 Flow (L/min)', 'Temp (F)', 'RR'; there are",
    ),
    "03-io-export.csv": (
        "pat_id,start,end,category,item,volume_ml", "patient,start,at,type,kind,volume", "",
    ),
}  # fmt: skip


def refused(path: Path, into: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["import", "csv", str(path), "-o", str(into)])
    shown = capsys.readouterr()
    assert shown.out == ""
    return code, shown.err


@pytest.mark.parametrize("name", HEADS)
def test_a_sample_is_refused_at_its_head(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = SAMPLES / "csv" / name
    code, complaint = refused(path, tmp_path / "events.jsonl", capsys)
    assert (code, complaint) == (2, f"il2watch: {path}:1: {HEADS[name]}\n")
    assert list(tmp_path.iterdir()) == []


def test_every_sample_is_one_of_these() -> None:
    assert {path.name for path in SAMPLES.glob("csv/*")} == HEADS.keys()


def test_with_its_columns_renamed_the_next_thing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column that no field takes would lose a reading; a row of no type is named with its line."""
    before, after, says = RENAMED["01-vitals-wide-us.csv"]
    path = tmp_path / "01.csv"
    path.write_text((SAMPLES / "csv" / "01-vitals-wide-us.csv").read_text().replace(before, after))
    code, complaint = refused(path, tmp_path / "events.jsonl", capsys)
    assert (code, complaint.startswith(f"il2watch: {path}:1: {says}")) == (2, True)
    before, after, _ = RENAMED["03-io-export.csv"]
    path = tmp_path / "03.csv"
    path.write_text((SAMPLES / "csv" / "03-io-export.csv").read_text().replace(before, after))
    code, complaint = refused(path, tmp_path / "events.jsonl", capsys)
    assert code == 1
    assert f"{path}:2: malformed: `type` 'Output' belongs to no topic" in complaint
