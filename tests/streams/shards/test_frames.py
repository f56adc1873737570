"""The fold over a pandas group gives under Dask and Spark what the offline commands print."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import msgspec
import pandas
import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from streams.shards import parquet
from streams.shards.frames import fold
from tests.docs.followed import FENCE
from tests.kept import ROOT
from tests.streams.shards.wards import in_shards, monitored, typed

pytestmark = pytest.mark.slow
Capture = pytest.CaptureFixture[bytes]
END = "2026-03-02T10:00:00Z"


@pytest.fixture
def ward(tmp_path: Path) -> str:
    path = tmp_path / "ward.jsonl"
    path.write_bytes(b"".join(monitored(4, 60)))
    return str(path)


@pytest.fixture
def printed(ward: str, capfdbinary: Capture) -> dict[str, list[str]]:
    """What `run` and `assess` print, sorted: groups come in any order."""
    lines = {
        command: typed(capfdbinary, command, ward, option, END, "-o", "json")[1].decode().splitlines()
        for command, option in (("run", "--until"), ("assess", "--at"))
    }
    assert all(lines.values())
    return {command: sorted(found) for command, found in lines.items()}


def frame(ward: str) -> pandas.DataFrame:
    events = Path(ward).read_text().splitlines()
    patients = [msgspec.json.decode(line)["patient"] for line in events]
    return pandas.DataFrame({"patient": patients, "position": range(len(events)), "event": events})


def test_pandas_itself(ward: str, printed: dict[str, list[str]]) -> None:
    for command, lines in printed.items():
        groups = [group for _, group in frame(ward).groupby("patient")]
        found = pandas.concat([fold(group, SCHWARTZENTRUBER_2001, command, END) for group in groups])
        assert sorted(found["json"]) == lines
        assert set(found["patient"]) <= {"p0", "p1", "p2", "p3"}


def test_without_an_instant_a_group_ends_at_its_own_last_record(ward: str, capfdbinary: Capture) -> None:
    alone = [line for line in Path(ward).read_text().splitlines() if '"p2"' in line]
    Path(ward).write_text("\n".join(alone))
    for command in ("run", "assess"):
        expected = typed(capfdbinary, command, ward, "-o", "json")[1].decode().splitlines()
        assert list(fold(frame(ward), SCHWARTZENTRUBER_2001, command)["json"]) == expected


def test_dask(
    ward: str, printed: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, capfdbinary: Capture
) -> None:
    """The commands on a scheduler, and the function mapped over groups, on one cluster."""
    from distributed import Client, LocalCluster

    groups = [group for _, group in frame(ward).groupby("patient")]
    in_shards(monkeypatch)
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        for command, lines in printed.items():
            found = client.gather(
                client.map(fold, groups, guideline=SCHWARTZENTRUBER_2001, command=command, until=END)
            )
            assert sorted(pandas.concat(found)["json"]) == lines
        expected = typed(capfdbinary, "run", ward, "-o", "json", "--jobs", "1")
        address = cluster.scheduler_address
        assert typed(capfdbinary, "run", ward, "-o", "json", "--scheduler", address) == expected


@pytest.mark.skipif(
    find_spec("pyspark") is None or which("java") is None,
    reason="needs PySpark and Java 17: pip install 'il2watch[spark]' (half a gigabyte: neither [dev] nor .ci/run has it)",
)
def test_spark(ward: str, tmp_path: Path, capfdbinary: Capture) -> None:
    """`applyInPandas`, as the how-to page has it, on a folder of Parquet that the commands write."""
    page = (ROOT / "docs" / "howto" / "backtest-ten-years.md").read_text(encoding="utf-8")
    (script,) = (text for _, title, text in FENCE.findall(page) if title == "on_spark.py")
    (tmp_path / "on_spark.py").write_text(script, encoding="utf-8")
    with parquet.folder(str(tmp_path / "ward.parquet")) as into:
        into.write(Path(ward).read_bytes())
    options = (
        "--master local[1] --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=2 pyspark-shell"
    )
    env = {"PYSPARK_SUBMIT_ARGS": options, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "on_spark.py"],
        cwd=tmp_path,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    until = "2026-03-05T00:00:00Z"
    for made, command, option in (("alerts", "run", "--until"), ("assessments", "assess", "--at")):
        expected = typed(capfdbinary, command, ward, option, until, "-o", "json")[1].decode().splitlines()
        assert len(expected) > 2
        assert sorted(pandas.read_parquet(tmp_path / f"{made}.parquet")["json"]) == sorted(expected)
