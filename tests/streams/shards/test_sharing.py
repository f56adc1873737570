"""The output is the same, byte for byte, whoever shares the work; and memory does not grow with the file."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pandas
import psutil
import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from streams.errors import UsageError
from streams.kafka import ports
from streams.service import tabular_files
from streams.shards import parquet
from streams.shards.fold import ShardRequest, fold_shard
from streams.shards.pool import processes
from tests.kept import ROOT
from tests.patience import PATIENCE_S
from tests.streams.shards.wards import RECORDED, at_once, in_shards, monitored, save, typed

Capture = pytest.CaptureFixture[bytes]
pytestmark = pytest.mark.slow
WARD = str(RECORDED)
NOON = "2026-03-28T12:00:00Z"
BACKTEST = ("backtest", WARD, "--against", "tests/data/golden/site.toml", "-o", "json")
RUN, ASSESS = ("run", WARD, "-o", "json"), ("assess", WARD, "-o", "json", "--strict")


@pytest.mark.parametrize(
    ("command", "jobs"),
    [
        (RUN, ["1", "2", "3"]),
        (ASSESS, ["1", "2"]),
    ],
    ids=["run", "assess"],
)
def test_any_number_of_jobs_writes_the_bytes_of_one_fold(
    command: tuple[str, ...], jobs: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: Capture
) -> None:
    monkeypatch.chdir(ROOT)
    with monkeypatch.context() as patched:
        at_once(patched)
        expected = typed(capfdbinary, *command)
    assert len(expected[1].splitlines()) > 2
    in_shards(monkeypatch)
    for number in jobs:
        assert typed(capfdbinary, *command, "--jobs", number) == expected


def test_parquet_by_patient_gives_what_the_file_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Capture
) -> None:
    events = [line.decode().strip() for line in monitored(3, 40)]
    patients = [msgspec.json.decode(line)["patient"] for line in events]
    (tmp_path / "ward.jsonl").write_text("\n".join(events))
    frame = pandas.DataFrame({"patient": patients, "event": events})
    frame.to_parquet(tmp_path / "ward", partition_cols=["patient"])
    for command in ("run", "assess"):
        expected = typed(capfdbinary, command, str(tmp_path / "ward.jsonl"), "-o", "json")
        assert expected[1]
        assert typed(capfdbinary, command, str(tmp_path / "ward"), "-o", "json") == expected
        with monkeypatch.context() as patched:
            in_shards(patched)
            assert (
                typed(capfdbinary, command, str(tmp_path / "ward"), "-o", "json", "--jobs", "1") == expected
            )


def rows_of(folder: Path) -> list[tuple[int, bytes]]:
    """The positions and lines of a folder that the commands wrote."""
    found = pandas.concat(map(pandas.read_parquet, folder.glob("patient=*/*.parquet")))
    lines = (event if isinstance(event, bytes) else event.encode() for event in found["event"])
    return sorted(zip(found["position"].tolist(), lines, strict=True))


def test_parquet_that_is_written_is_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Capture
) -> None:
    """Lines, also those that name no patient and are no text; output and messages of the other commands."""
    monkeypatch.chdir(tmp_path)
    ward = ("simulate", "typical-course", "--patients", "3", "--days", "0.5", "--faults", "garbled=0.1")
    for name in ("ward.jsonl", "ward.parquet", "ward.parquet/"):
        assert typed(capfdbinary, *ward, "-o", name)[0] == 0
    lines = (tmp_path / "ward.jsonl").read_bytes().splitlines()
    assert rows_of(tmp_path / "ward.parquet") == list(enumerate(lines, 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ward.jsonl", "ward.parquet"]
    for command in ("run", "assess"):
        code, out, err = typed(capfdbinary, command, "ward.jsonl", "-o", "json")
        same = code, out, err.replace(b"ward.jsonl", b"ward.parquet")
        assert err.count(b"malformed") > 9
        assert typed(capfdbinary, command, "ward.parquet", "-o", "json") == same
        with monkeypatch.context() as patched:
            in_shards(patched)
            assert typed(capfdbinary, command, "ward.parquet", "-o", "json", "--jobs", "1") == same


def test_parquet_has_a_patient_s_name_whatever_is_in_it(tmp_path: Path, capfdbinary: Capture) -> None:
    names = ["p/1", "007", "a=b", "Zoë %2F", "..", "*"]
    lines = [
        msgspec.json.encode({"type": "tick", "id": "t", "patient": name, "at": "2026-03-02T10:00:00Z"})
        for name in names
    ]
    with parquet.folder(str(tmp_path / "ward.parquet")) as into:
        into.writelines(line + b"\n" for line in lines)
    assert rows_of(tmp_path / "ward.parquet") == list(enumerate(lines, 1))
    frame = pandas.concat(map(tabular_files.partition, (tmp_path / "ward.parquet").glob("*/*.parquet")))
    assert sorted(frame["patient"]) == sorted(names)


def test_parquet_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    whole = tmp_path / "ward.parquet"
    with parquet.folder(str(whole)) as into:
        into.write(b'{"patient":"p1"}\n')
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(KeyboardInterrupt))
        stack.enter_context(parquet.folder(str(whole))).write(b'{"patient":"p2"}\n')
        raise KeyboardInterrupt
    assert rows_of(whole) == [(1, b'{"patient":"p1"}')]
    assert [path.name for path in tmp_path.iterdir()] == ["ward.parquet"]


@pytest.mark.parametrize("taken", ["a file", "a folder of something else"])
def test_parquet_replaces_nothing_but_its_like(taken: str, tmp_path: Path) -> None:
    whole = tmp_path / "ward.parquet"
    if taken == "a file":
        whole.write_text("mine")
    else:
        whole.mkdir()
        (whole / "mine").touch()
    with pytest.raises(UsageError, match="is no folder of Parquet by patient"), parquet.folder(str(whole)):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["ward.parquet"]


def test_a_table_by_patient_is_read_by_its_columns_too(tmp_path: Path, capfdbinary: Capture) -> None:
    rows = "type,id,patient,at,code,value,unit\n" + "".join(
        f"vitals,v{bed},p {bed},2026-03-02T10:00:00Z,heart-rate,{90 + bed},/min\n" for bed in range(2)
    )
    pandas.read_csv(io.StringIO(rows)).to_parquet(tmp_path / "ward", partition_cols=["patient"])
    code, out, err = typed(capfdbinary, "assess", str(tmp_path / "ward"), "-o", "json")
    assert (code, err) == (0, b"")
    assert [msgspec.json.decode(line)["patient"] for line in out.splitlines()] == ["p 0", "p 1"]


def test_a_record_that_cannot_be_folded_is_named_by_its_line_in_whatever_process(tmp_path: Path) -> None:
    lines = b"".join(b"%d %s" % numbered for numbered in enumerate(monitored(1, 3), 7))
    broken = msgspec.structs.replace(SCHWARTZENTRUBER_2001, shifts=None)
    with (
        pytest.raises(UsageError, match=r"^ward\.jsonl:\d+: this record could not be folded"),
        processes(1) as pool,
    ):
        list(pool(fold_shard, [ShardRequest("ward.jsonl", broken, lines)]))


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "streams", *arguments]


def test_ctrl_c_ends_every_process_with_130_and_no_traceback(tmp_path: Path) -> None:
    ward = save(tmp_path / "ward.jsonl", 60, 600)
    process = subprocess.Popen(
        command("run", ward, "--jobs", "2"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    main = psutil.Process(process.pid)
    assert ports.wait_until(lambda: len(folding(main)) == 2, PATIENCE_S)
    children = main.children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err) == (130, b"")
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert alive == []


def folding(main: psutil.Process) -> list[psutil.Process]:
    """The processes that share the work."""
    return [child for child in main.children() if "spawn_main" in " ".join(child.cmdline())]
