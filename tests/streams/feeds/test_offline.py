"""The offline twins: `import hl7`, `feed check`, `feed map` (docs/spec/feeds.md, Commands)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.ingest.decode import decode
from streams.cli.main import main
from tests.streams.feeds.support import HERE, SAMPLES, sample

SITE = ["--config", str(HERE / "site.toml"), "--feed"]


def imported(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    main(["import", "hl7", *arguments])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def paths(*numbers: str) -> list[str]:
    return [str(path) for number in numbers for path in SAMPLES.glob(f"hl7/{number}-*")]


def test_an_import_is_in_order_of_knowing_and_the_engine_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = imported(capsys, *paths("82", "81", "80"), *SITE, "strict")
    assert [record["known"] for record in found] == sorted(str(record["known"]) for record in found)
    assert [(record["known"], record.get("status", "final")) for record in found] == [
        ("2026-03-02T12:05:00Z", "preliminary"),
        ("2026-03-02T12:20:00Z", "final"),
        ("2026-03-02T14:00:00Z", "corrected"),
    ]
    assert all(decode(json.dumps(record))[0] is not None for record in found)


def test_a_merge_moves_what_came_before_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "1.hl7").write_bytes(sample("90").replace(b"T0000001", b"T0000077"))
    (tmp_path / "2.hl7").write_bytes(sample("105"))
    (tmp_path / "3.hl7").write_bytes(sample("91").replace(b"T0000001", b"T0000077"))
    found = imported(capsys, str(tmp_path), *SITE, "strict")
    assert [(record["patient"], str(record["id"])[:7], record.get("status")) for record in found] == [
        ("T0000077", found[0]["id"][:7], None),
        ("T0000001", found[1]["id"][:7], None),
        ("T0000001", "merged:", None),
        ("T0000077", found[0]["id"][:7], "entered-in-error"),
    ]
    assert found[2]["id"] == f"merged:{found[0]['id']}"
    assert found[2]["volume"] == 15


def test_what_is_refused_is_said_with_its_place_and_strict_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "hl7", *paths("86", "115"), *SITE, "strict", "--strict"]) == 1
    errors = capsys.readouterr().err
    assert "message 1: OBX 3: bad-unit: a unit that does not convert" in errors
    assert "message 1: 200: ORM not taken" in errors


def test_a_check_of_mapped_traffic_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feed", "check", *paths("80", "81", "90", "100"), *SITE, "strict"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "everything is mapped, nothing is refused",
        "feed strict: 4 files, 4 messages",
    ]


FIRST_LINES = {
    "an unknown code": ("39", "", "", "1 code not mapped"),
    "a code that is not its name": ("54", "^^^^||DOE", "^^^HOSP^MR||DOE", "code-disagrees 4"),
    "times without a zone": ("56", "", "", "bad-time 8"),
    "a unit that does not convert": ("80", "mg/dL", "mmol", "bad-unit 1"),
    "a text for a number": ("80", "2.6", "hemolyzed", "not-a-number 1"),
    "no patient": ("108", "", "", "unassociated 1"),
    "a message that is not taken": ("115", "", "", "not taken 1"),
}


@pytest.mark.parametrize(("number", "old", "new", "first"), FIRST_LINES.values(), ids=FIRST_LINES)
def test_the_first_line_of_a_check_says_what_is_wrong(
    number: str, old: str, new: str, first: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "captured.hl7"
    path.write_bytes(sample(number).replace(old.encode(), new.encode()))
    assert main(["feed", "check", str(path), *SITE, "strict"]) == 1
    assert capsys.readouterr().out.splitlines()[0] == first


def test_a_check_finds_serial_draws_and_silent_corrections(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "1.hl7").write_bytes(sample("81"))
    later = (
        sample("81")
        .replace(b"20260302072000", b"20260302110000")
        .replace(b"20260302060000", b"20260302100000")
    )
    (tmp_path / "2.hl7").write_bytes(later.replace(b"LAB0002", b"LAB0009").replace(b"|2.6|", b"|2.2|"))
    main(["feed", "check", str(tmp_path), *SITE, "strict", "--json"])
    (report,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert report["serial_draws"] == ["LN 2160-0", "LN 2823-3"]
    assert report["tally"]["silent-correction labs"] == 2


def test_a_check_prints_nothing_of_a_patient(capsys: pytest.CaptureFixture[str]) -> None:
    main(["feed", "check", str(SAMPLES / "hl7"), *SITE, "ward"])
    main(["feed", "check", str(SAMPLES / "hl7"), *SITE, "ward", "--json"])
    output = capsys.readouterr().out
    assert not any(text in output for text in ("DOE", "JANE", "T000000", "5550100", "P0001", "1 TEST ST"))


def test_the_map_is_printed_with_where_each_row_is_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feed", "map", *SITE, "ward"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "L,GLU,,,,labs,glucose,,0,ward.csv:15" in printed
    assert main(["feed", "map", *SITE, "ward", "--lint"]) == 0
    assert capsys.readouterr().out == ""


def test_a_map_that_cannot_be_right_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "icu.csv").write_text("system,code,type,our_code\nLN,3150-6,vitals,fio2\n", encoding="utf-8")
    site = tmp_path / "site.toml"
    site.write_text('[feeds.icu]\nkind = "mllp"\nmap = ["icu.csv"]\n', encoding="utf-8")
    assert main(["feed", "map", "--lint", "--config", str(site)]) == 1
    assert (
        capsys.readouterr().err
        == "icu.csv: line 2: LN 3150-6: its check digit is wrong: no such LOINC code\n"
    )


def test_a_feed_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feed", "map", "--config", str(HERE / "site.toml")]) == 2
    assert "--feed is missing: there are strict, ignoring, mpi, ward" in capsys.readouterr().err


CONFIGURED = {
    'listen = "0.0.0.0:2575"': "others can reach it",
    'listen = "2575"': "is not address:port",
    'allow = ["10.0.8.1/24"]': "has host bits set",
    'tls-cert-file = "a.pem"': "go together",
    'client-ca-file = "a.pem"': "needs tls-cert-file",
    'bearer-file = "a"': "belongs to a feed of kind fhir",
    'time-zone = "Chicago"': "no zone",
    'charset = "latin-9000"': "no character set",
    'hold = "soon"': "not a duration",
    'map = ["nowhere.csv"]': "nowhere.csv: No such file",
    'time-zon = "UTC"': "did you mean",
    'max-message = "900 MiB"': "at most 64 MiB",
}


@pytest.mark.parametrize(("line", "fault"), CONFIGURED.items())
def test_a_wrong_key_of_a_feed_is_named_with_its_line(
    line: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(f'[feeds.icu]\nkind = "mllp"\n{line}\n', encoding="utf-8")
    assert main(["config", "check", str(site)]) == 1
    errors = capsys.readouterr().err
    assert fault in errors
    assert f"line 3: feeds.icu.{line.partition(' ')[0]}" in errors
