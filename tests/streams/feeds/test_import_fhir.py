"""`import fhir`: resources, bundles and bulk exports as events (docs/spec/feeds.md, Commands)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rules.ingest.decode import decode
from streams.cli.main import main
from tests.streams.feeds.support import HERE, SAMPLES
from tests.streams.feeds.test_fhir import identified, observation, version

SITE = ["--config", str(HERE / "site.toml"), "--feed", "fhir"]
COUNT = {"system": "http://loinc.org", "code": "777-3"}


def imported(capsys: pytest.CaptureFixture[str], *files: Path) -> list[dict[str, Any]]:
    main(["import", "fhir", *map(str, files), *SITE])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_import_is_in_order_of_knowing_and_the_engine_takes_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = observation(value=60, **version(5))
    later = observation(value=70, id="o2", **version(3))
    (tmp_path / "a.json").write_text(json.dumps(first, indent=1))
    (tmp_path / "b.json").write_text(json.dumps(later))
    found = imported(capsys, tmp_path)
    assert [each["known"] for each in found] == ["2026-03-02T15:03:00Z", "2026-03-02T15:05:00Z"]
    assert all(decode(json.dumps(record))[0] is not None for record in found)


@pytest.mark.parametrize("name", ["bulk.ndjson", "bulk.ndjson.gz", "bulk.txt"])
def test_a_bulk_export_is_read_line_by_line_and_a_bad_line_disturbs_no_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    lines = [observation(value=value, id=f"o{value}") for value in (60, 61)]
    bad = '{"resourceType":"Observation","status":5}' if name.endswith("txt") else "{broken"
    text = "\n".join([json.dumps(lines[0]), bad, "", json.dumps(lines[1]), ""]).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    assert main(["import", "fhir", str(path), *SITE, "--strict"]) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["readings"][0]["value"] for line in out.splitlines()] == [60, 61]
    assert f"{path}: resource 2:" in err


def test_the_patients_of_an_export_may_stand_in_any_file_of_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "Observation.ndjson").write_text(json.dumps(observation(**version(1))))
    (tmp_path / "Patient.ndjson").write_text(json.dumps(identified(**version(2))))
    main(["import", "fhir", str(tmp_path), *SITE[:-1], "fhir-mrn"])
    out, err = capsys.readouterr()
    assert [json.loads(line)["patient"] for line in out.splitlines()] == ["4711"]
    assert err == ""


def test_a_result_is_known_when_it_was_issued_if_its_version_is_older(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    result = observation(
        code=COUNT,
        valueQuantity={"value": 90, "code": "10*3/uL"},
        issued="2026-03-02T15:40:00Z",
        **version(5),
    )
    (tmp_path / "a.json").write_text(json.dumps(result))
    assert [each["known"] for each in imported(capsys, tmp_path)] == ["2026-03-02T15:40:00Z"]


def test_the_samples_come_through_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    found = imported(capsys, SAMPLES / "fhir" / "11-cerner-shape-medicationadministration.ndjson")
    assert [(each["type"], each["given"]) for each in found] == [("dose", True), ("dose", False)]


def test_a_missing_file_and_a_cut_one_are_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["import", "fhir", str(tmp_path / "none.json"), *SITE]) == 2
    assert "none.json: no such file or folder" in capsys.readouterr().err
    cut = tmp_path / "cut.ndjson.gz"
    cut.write_bytes(gzip.compress(b"{}" * 100)[:-9])
    assert main(["import", "fhir", str(cut), *SITE]) == 2
    assert f"{cut}: " in capsys.readouterr().err
