"""Events as bytes, and where they go."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from rules.ingest.decode import decode
from simulators.charting.records import line, reading, sink, write

RECORDS = [(1, b'{"a":1}'), (2, b'{"a":2}')]


def test_a_record_is_one_object_with_the_common_fields_first() -> None:
    known, data = line("vitals", "n1", "p1", 0, {"readings": [reading("heart-rate", 80, "/min")]})
    assert known == 0
    frame = b'{"type":"vitals","id":"n1","patient":"p1","at":"1970-01-01T00:00:00Z",'
    assert data == frame + b'"readings":[{"code":"heart-rate","value":80,"unit":"/min"}]}'


def test_known_is_written_only_where_it_differs_and_orders_the_record() -> None:
    known, data = line("finding", "f1", "p1", 0, {"code": "infection", "present": True}, 61_000)
    assert known == 61_000
    assert json.loads(data)["known"] == "1970-01-01T00:01:01Z"


@pytest.mark.parametrize("patient", ['a "quoted" name', "Ärztin", "100 %", "back\\slash"])
def test_any_name_of_a_patient_reads_back(patient: str) -> None:
    event, problems = decode(line("finding", "f1", patient, 0, {"code": "infection", "present": True})[1])
    assert problems == ()
    assert event is not None
    assert event.patient == patient


def test_a_file_is_lines_and_a_name_in_gz_makes_it_gzip(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz"):
        with sink(str(tmp_path / name)) as file:
            assert write(RECORDS, file) == 2
            assert write([], file) == 0
    assert (tmp_path / "a.jsonl").read_bytes() == b'{"a":1}\n{"a":2}\n'
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == b'{"a":1}\n{"a":2}\n'


def test_the_bytes_of_a_gzip_file_know_neither_its_name_nor_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, now in (("a.gz", 1.0), ("b.gz", 2e9)):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        with sink(str(tmp_path / name)) as file:
            write(RECORDS, file)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_standard_output_is_left_open(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for _ in range(2):
        with sink("-") as file:
            write(RECORDS, file)
    assert capfdbinary.readouterr().out == b'{"a":1}\n{"a":2}\n' * 2
