"""Tables become the records of wire.md, and nothing of a cell is guessed (docs/reference/columns.md)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.ingest.decode import decode
from streams.errors import UsageError
from streams.service.tabular_files import COLUMNS, FIELDS, Row, is_table, records, rows
from tests.streams.replay import table
from tests.streams.samples import record, vitals

AT = "2026-03-02T10:00:00Z"
DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "columns.md"

EVENTS = [
    vitals("v1", AT, heart_rate=118, systolic_bp=92.5),
    record("vitals", "v2", AT, readings=[{"code": "o2-device", "value": "nasal-cannula"}, {"code": "o2-flow", "value": 3, "unit": "L/min"}]),
    record("labs", "l1", AT, known="2026-03-02T11:00:00Z",
           readings=[{"code": "troponin-t", "value": 0.09, "unit": "ng/mL", "low": 0, "high": 0.01}]),
    record("labs", "l1", AT, status="corrected", readings=[{"code": "troponin-t", "value": 0.01, "unit": "ng/mL"}]),
    record("labs", "l2", AT, status="entered-in-error"),
    record("vitals", "v3", AT, readings=[]),
    record("io", "o1", AT, start="2026-03-02T09:00:00Z", direction="out", kind="urine", volume=15, unit="mL"),
    record("dose", "d1", AT, agent="aldesleukin", given=True, amount=600000, unit="[iU]/kg"),
    record("dose", "d2", AT, agent="aldesleukin", given=False, reason="creatinine"),
    record("infusion", "i1", AT, agent="phenylephrine", rate=0.7, unit="ug/kg/min", line="a"),
    record("medication", "m1", AT, agent="acetaminophen", amount=650, unit="mg", route="PO"),
    record("finding", "f1", AT, code="disorientation", present=True),
    record("finding", "f2", AT, code="mental-status", value="changed"),
    record("encounter", "e1", AT, event="baseline", location="ward", age=54, readings=[{"code": "weight", "value": 70, "unit": "kg"}],
           findings={"recent-steroid": False, "stress-test-normal": True}),
    record("encounter", "e2", AT, event="cycle-start"),
    record("finding", "f3", AT, code="guaiac-positive", present=True, specimen="stool"),
    record("encounter", "e3", AT, event="baseline", readings=[{"code": "systolic-bp", "value": 118, "unit": "mm[Hg]"}],
           findings={"cns-evaluated": True}, targets=[{"code": "systolic-bp", "value": 85, "unit": "mm[Hg]"}]),
    record("encounter", "e4", AT, event="baseline", targets=[{"code": "systolic-bp", "value": 90, "unit": "mm[Hg]"}]),
    record("encounter", "e5", AT, event="cycle-start", pack="til-2024/1"),
    record("accept", "x1", AT, criterion="sbp-target", level="absolute", until="2026-03-02T11:00:00Z", by="dr-3",
           reason="known", pack="til-2024/1"),
    record("resume", "r2", AT, rule="permanent/sustained-vt", by="dr-3", reason="artefact",
           pack="proleukin-us-label/2024-12"),
    record("ack", "a1", AT, alert="0123456789abcdef", by="rn-14", reason="bolus running"),
    record("silence", "s1", AT, subject="hypotension", level="relative", until="2026-03-02T11:00:00Z", by="rn-14", reason="known"),
    record("resume", "r1", AT, rule="arrhythmia", by="dr-3", reason="single run"),
    record("tick", "t1", AT, patient="*", source="clock"),
]  # fmt: skip


def made(*rows: Row) -> list[dict[str, Any]]:
    return [json.loads(one.value) for one in records(rows)]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_every_type_comes_back_from_a_table_as_it_was_written(ending: str, tmp_path: Path) -> None:
    path = table.write(EVENTS, tmp_path / f"events.{ending}")
    assert [json.loads(one.value) for one in records(rows(path))] == EVENTS


def test_what_comes_back_is_what_the_worker_takes(tmp_path: Path) -> None:
    for one in records(rows(table.write(EVENTS, tmp_path / "events.csv"))):
        assert decode(one.value)[1] == ()


readings = some.lists(
    some.tuples(
        some.sampled_from(["creatinine", "platelets"]),
        some.floats(0, 1e6),
        some.none() | some.integers(0, 99),
    ),
    min_size=1,
    max_size=4,
)


@given(some.lists(readings, max_size=5))
def test_any_set_of_readings_comes_back_digit_for_digit(
    sets: list[list[tuple[str, float, int | None]]],
) -> None:
    events = [
        record("labs", f"l{number}", AT, readings=[
            {"code": code, "value": value} | ({} if high is None else {"high": high}) for code, value, high in one
        ])
        for number, one in enumerate(sets)
    ]  # fmt: skip
    cells = [
        {name: table.spelled(value) for name, value in row.items()}
        for event in events
        for row in table.rows(event)
    ]
    assert made(*cells) == events


def test_rows_of_one_record_need_not_stand_together() -> None:
    common = {"type": "vitals", "patient": "p1", "at": AT}
    found = made(
        {**common, "id": "v1", "code": "heart-rate", "value": "90"},
        {**common, "id": "v2", "code": "heart-rate", "value": "91"},
        {**common, "id": "v1", "code": "spo2", "value": "97"},
    )
    assert [[reading["code"] for reading in one["readings"]] for one in found] == [
        ["heart-rate", "spo2"],
        ["heart-rate"],
    ]


def test_a_record_is_told_by_the_row_it_begins_in() -> None:
    common = {"type": "vitals", "patient": "p1", "at": AT, "code": "heart-rate", "value": "90"}
    assert [
        one.row for one in records([common | {"id": "a"}, common | {"id": "a"}, common | {"id": "b"}])
    ] == [1, 3]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("118", 118),
        ("2.60", 2.6),
        ("mask", "mask"),
        ("true", "true"),
        ("1,5", "1,5"),
        ("Infinity", "Infinity"),
        (118.0, 118.0),
    ],
)
def test_a_value_is_a_number_only_if_it_is_written_as_one(cell: Any, value: Any) -> None:
    (one,) = made({"type": "finding", "patient": "p1", "at": AT, "code": "x", "value": cell})
    assert one["value"] == value
    assert type(one["value"]) is type(value)


@pytest.mark.parametrize(("cell", "value"), [("true", True), ("FALSE", False), (True, True), ("yes", "yes")])
def test_true_and_false_are_taken_in_any_case_and_nothing_else(cell: Any, value: Any) -> None:
    assert (
        made({"type": "finding", "patient": "p1", "at": AT, "code": "x", "present": cell})[0]["present"]
        == value
    )


@pytest.mark.parametrize(("cell", "patient"), [(12, "12"), (12.0, "12"), ("012", "012")])
def test_a_patient_id_that_a_table_took_for_a_number_is_text_again(cell: Any, patient: str) -> None:
    assert made({"type": "tick", "patient": cell, "at": AT})[0]["patient"] == patient


def test_instants_of_parquet_with_a_zone_are_instants(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    zoned = pandas.Timestamp("2026-03-02 11:00", tz="Europe/Berlin")
    pandas.DataFrame([{"type": "tick", "patient": "p1", "at": zoned, "known": pandas.NaT}]).to_parquet(path)
    (one,) = records(rows(str(path)))
    assert decode(one.value)[0].at == decode(json.dumps(record("tick", "t", AT)).encode())[0].at  # type: ignore[union-attr]


def test_an_instant_of_parquet_without_a_zone_is_a_bad_time(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    pandas.DataFrame(
        [{"type": "tick", "patient": "p1", "at": pandas.Timestamp("2120-03-02 11:00")}]
    ).to_parquet(path)
    (one,) = records(rows(str(path)))
    assert [problem.reason for problem in decode(one.value)[1]] == ["bad-time"]


def test_gaps_in_a_column_of_numbers_are_fields_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    common = {"type": "labs", "patient": "p1", "at": AT, "id": "l1"}
    pandas.DataFrame(
        [
            {**common, "code": "a", "value": 1.5, "high": None},
            {**common, "code": "b", "value": None, "high": 2},
        ]
    ).to_parquet(path)
    (one,) = records(rows(str(path)))
    assert json.loads(one.value)["readings"] == [{"code": "a", "value": 1.5}, {"code": "b", "high": 2}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type,patient\nvitals,p1\n", "no column at"),
        ("type,patient,at,vaule\nvitals,p1,x,1\n", "no field takes column 'vaule'"),
        ("", "not a table"),
    ],
)
def test_a_table_that_is_not_of_the_layout_is_a_usage_error(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        list(rows(str(path)))


@pytest.mark.parametrize("name", ["none.csv", "none.parquet"])
def test_a_table_that_is_not_there_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        list(rows(str(tmp_path / name)))


def test_what_is_no_parquet_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"PAR0")
    with pytest.raises(UsageError, match="not a table"):
        list(rows(str(path)))


@pytest.mark.parametrize(
    ("path", "table"),
    [("a.csv", True), ("a.CSV.gz", True), ("a.pq", True), ("a.jsonl", False), ("a.gz", False), ("-", False)],
)
def test_a_table_is_known_by_its_name(path: str, table: bool) -> None:
    assert is_table(path) is table


def test_the_document_names_every_column_and_no_other() -> None:
    head = DOCUMENT.read_text(encoding="utf-8").split("\n\n")[2]
    named = {name for row in head.splitlines()[2:] for name in re.findall(r"`([a-z]+)`", row.split("|")[1])}
    assert named == set(COLUMNS)


def test_the_documents_example_is_three_records(tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    path.write_text(DOCUMENT.read_text(encoding="utf-8").split("```csv\n")[1].split("```")[0])
    found = records(rows(str(path)))
    assert [decode(one.value)[1] for one in found] == [(), (), ()]


def test_the_types_are_those_of_the_wire() -> None:
    from rules.wire.topics import CARRIES

    assert set(FIELDS) == set(CARRIES)
