"""The fold over a pandas group gives under Dask what the offline commands print."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pandas
import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from streams.shards.frames import fold
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
