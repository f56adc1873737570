"""`il2watch faults` on a file: the same file, spoiled, and the ledger beside it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from tests.streams.samples import vitals

Capture = pytest.CaptureFixture[str]
Write = Callable[..., str]

MONITOR = [
    vitals(f"v{number}", f"2026-03-02T{7 + number // 60:02}:{number % 60:02}:00Z", heart_rate=90.0, spo2=97.0)
    for number in range(600)
]


def test_without_faults_the_file_stays_as_it_is(write: Write, tmp_path: Path, capsys: Capture) -> None:
    path, into = write(*MONITOR, b"not json\n"), tmp_path / "out.jsonl"
    assert main.main(["faults", path, "--faults", "none", "-o", str(into)]) == 0
    assert into.read_bytes() == Path(path).read_bytes()
    assert "nothing altered; 0 lost" in capsys.readouterr().err


def test_a_spoiled_file_and_its_ledger_add_up(write: Write, tmp_path: Path) -> None:
    into, fault_log = tmp_path / "out.jsonl.gz", tmp_path / "faults.jsonl.gz"
    assert (
        main.main(
            [
                "faults",
                write(*MONITOR),
                "--faults",
                "drop=0.1,duplicate=0.1",
                "-o",
                str(into),
                "--fault-log",
                str(fault_log),
            ]
        )
        == 0
    )
    entries: list[dict[str, Any]] = [
        json.loads(line) for line in gzip.decompress(fault_log.read_bytes()).splitlines()
    ]
    lost = sum(entry["lost"] for entry in entries)
    assert 0 < lost < len(entries)
    assert len(gzip.decompress(into.read_bytes()).splitlines()) == len(MONITOR) - lost + (len(entries) - lost)


def test_the_old_name_of_the_fault_log_works_for_one_release(
    write: Write, tmp_path: Path, capsys: Capture
) -> None:
    path, rates, logs = write(*MONITOR), ("--faults", "drop=0.1"), []
    for option in ("--ledger", "--fault-log"):
        log = tmp_path / option.strip("-")
        assert main.main(["faults", path, *rates, "-o", str(tmp_path / "out"), option, str(log)]) == 0
        logs.append(log.read_bytes())
    assert logs[0] == logs[1] != b""
    with pytest.raises(SystemExit):
        main.main(["faults", "--help"])
    assert "--ledger" not in capsys.readouterr().out


def test_the_same_seed_spoils_alike_and_another_does_not(write: Write, tmp_path: Path) -> None:
    def spoiled(seed: str) -> bytes:
        into = tmp_path / "out.jsonl"
        assert (
            main.main(
                ["faults", write(*MONITOR), "--faults", "all,drop=0.1", "--seed", seed, "-o", str(into)]
            )
            == 0
        )
        return into.read_bytes()

    assert spoiled("5") == spoiled("5") != spoiled("6")


def test_every_fault_is_listed_with_its_rate(capsys: Capture) -> None:
    assert main.main(["faults", "--list"]) == 0
    text = capsys.readouterr().out
    assert "clock-skew" in text
    assert "0.005" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a file of events"),
        (["f.jsonl", "--faults", "dorp"], "did you mean 'drop'"),
        (["nowhere.jsonl", "-o", "x.jsonl"], "no such file"),
    ],
)
def test_wrong_arguments_are_told_with_the_remedy(
    arguments: list[str], says: str, capsys: Capture, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["faults", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x.jsonl").exists()


def test_a_file_out_of_order_is_no_feed(write: Write, capsys: Capture) -> None:
    assert main.main(["faults", write(MONITOR[1], MONITOR[0]), "-o", "-"]) == 2
    assert ":2: known before the line above it" in capsys.readouterr().err
