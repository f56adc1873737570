"""What of a file is sent, and in which order; what cannot be is said with its line."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.wire.instants import parse
from streams.replay.source import moved, source
from tests.streams.replay import table
from tests.streams.samples import record, vitals

Write = Callable[..., str]


def test_records_stand_in_order_of_known_with_ties_in_file_order(write: Write) -> None:
    late = vitals("late", "2026-03-02T09:00:00Z", heart_rate=90) | {"known": "2026-03-02T12:00:00Z"}
    path = write(
        late,
        vitals("a", "2026-03-02T12:00:00Z", heart_rate=90),
        vitals("b", "2026-03-02T11:00:00Z", heart_rate=90),
    )
    assert [json.loads(one.value)["id"] for one in source(path).records] == ["b", "late", "a"]


def test_each_line_keeps_its_bytes(write: Write) -> None:
    odd = (
        b'{ "type":"vitals","id":"v1", "patient":"p\\u0031","at":"2026-03-02T10:00:00+00:00","readings":[] }'
    )
    (one,) = source(write(odd + b"\r\n")).records
    assert one.value == odd
    assert one.patient == "p1"


def test_a_gzip_file_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(gzip.compress(json.dumps(vitals("v1", "2026-03-02T10:00:00Z", heart_rate=90)).encode()))
    assert len(source(str(path)).records) == 1


def test_a_table_gives_the_same_records_as_its_lines(write: Write, tmp_path: Path) -> None:
    events = [vitals(f"v{hour}", f"2026-03-02T1{hour}:00:00Z", heart_rate=90, spo2=97) for hour in range(5)]
    ours, theirs = source(write(*events)), source(table.write(events, tmp_path / "events.csv"))
    assert [(one.known, one.patient, json.loads(one.value)) for one in theirs.records] == [
        (one.known, one.patient, json.loads(one.value)) for one in ours.records
    ]


def test_what_cannot_be_sent_is_said_and_counted(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        b"nonsense\n",
        vitals("v1", "2026-03-02T10:00:00", heart_rate=90),
        vitals("v2", "2026-03-02T10:00:00Z", heart_rate=90),
        b"x" * (2 << 20),
    )
    found = source(path)
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{path}:1: malformed: ")
    assert second.startswith(f"{path}:2: bad-time: ")
    assert third.startswith(f"{path}:4: malformed: ")
    assert found.unsendable == Counter({"malformed": 2, "bad-time": 1})
    assert found.refusal_line == "3 not sent (malformed 2, bad-time 1)"
    assert len(found.records) == 1


def test_the_patients_are_those_named_without_the_one_that_is_all(write: Write) -> None:
    at = "2026-03-02T10:00:00Z"
    found = source(
        write(vitals("v1", at, "p2", spo2=97), vitals("v1", at, "p1", spo2=97), record("tick", "t1", at, "*"))
    )
    assert found.patients == {"p1", "p2"}


def test_an_empty_file_has_nothing_to_send(write: Write) -> None:
    found = source(write(b""))
    assert (found.records, found.refusal_line, found.first) == ([], None, 0)
    assert moved(found, 5).records == []


def test_a_file_is_moved_so_that_its_first_known_is_the_time_asked(write: Write) -> None:
    path = write(
        vitals("v1", "2026-03-02T10:00:00Z", spo2=97),
        vitals("v2", "2026-03-02T09:00:00Z", spo2=97) | {"known": "2026-03-02T09:30:00Z"},
    )
    found = moved(source(path), parse("2030-01-01T00:00:00Z"))
    assert [json.loads(one.value)["at"] for one in found.records] == [
        "2029-12-31T23:30:00Z",
        "2030-01-01T00:30:00Z",
    ]
    assert found.first == parse("2030-01-01T00:00:00Z")
