"""The tutorial *Connect a hospital*, followed from a captured file to a live feed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.wire.topics import INPUTS
from streams.cli.main import main
from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from tests.kept import ROOT
from tests.streams.feeds.running import FhirSender, RunningFeed, Sender, ack_of, values
from tests.streams.feeds.support import SAMPLES
from tests.streams.feeds.test_fhir import identified, observation, version
from tests.streams.kafka.brokers_here import drop

PAGE = (ROOT / "docs/tutorial/connect-a-hospital.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CAPTURED = ("56", "80", "93", "100")
SERVES = ("feed hl7", "feed fhir", "topics create")


class Reader:
    """Who follows the page in a folder: files are written, commands typed, services left to the live test."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.typed: list[str] = []

    def follow(self, text: str) -> None:
        for kind, fence in FENCE.findall(text):
            if kind == "console":
                self.type_all(fence)
            else:
                self.write({"csv": "icu.csv", "toml": "site.toml"}[kind], fence)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        (self.folder / "tokens").write_text("a-token", encoding="utf-8")
        text = text.replace("/run/secrets/ehr-tokens", str(self.folder / "tokens"))
        path.write_text(before + text, encoding="utf-8")

    def type_all(self, fence: str) -> None:
        """Type each command; what the page shows below it is what it says first."""
        for part in filter(None, fence.split("$ il2watch ")):
            line, *shown = part.splitlines()
            if line.startswith(SERVES):
                continue
            main(shlex.split(line))
            self.typed.append(line)
            assert self.capsys.readouterr().out.splitlines()[: len(shown)] == shown, line


@pytest.fixture
def reader(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captured").mkdir()
    for number in CAPTURED:
        for path in SAMPLES.glob(f"hl7/{number}-*"):
            shutil.copy(path, tmp_path / "captured")
    (tmp_path / "export").mkdir()
    lines = {"Observation": observation(**version(1)), "Patient": identified(**version(1))}
    for name, resource in lines.items():
        (tmp_path / "export" / f"{name}.ndjson").write_text(json.dumps(resource), encoding="utf-8")
    return Reader(tmp_path, capsys)


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_page_is_followed_from_a_file_to_a_rehearsal(reader: Reader) -> None:
    reader.follow(PAGE)
    assert [line.split(" --")[0] for line in reader.typed] == [
        "feed check captured/", "feed map", "feed check captured/", "import hl7 captured/", "run captured.jsonl",
        "feed check export/", "import fhir export/",
    ]  # fmt: skip
    assert {record["type"] for record in read(reader.folder / "captured.jsonl")} == {
        "vitals", "labs", "io", "encounter",
    }  # fmt: skip
    assert [record["patient"] for record in read(reader.folder / "export.jsonl")] == ["p1"]


@pytest.fixture
def empty(apache: ApacheKafka) -> Iterator[Broker]:
    """A broker without topics."""
    drop(apache.settings)
    yield apache.settings
    drop(apache.settings)


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.xdist_group("feeds-fhir")
def test_the_feeds_of_the_page_publish_what_the_rehearsal_gave(reader: Reader, empty: Broker) -> None:
    reader.follow(PAGE)
    topics = ["topics", "create", "--broker", empty.servers, "--partitions", "2", "--replication", "1"]
    assert main(topics) == 0
    site = (reader.folder / "site.toml").read_text(encoding="utf-8")
    for kind, table, port in (("mllp", "127.0.0.1:2575", free()[0]), ("fhir", "127.0.0.1:8443", free()[0])):
        assert table in site
        feed = RunningFeed(empty, reader.folder, kind=kind)
        feed.port = port
        feed.site.write_text(site.replace(table, f"127.0.0.1:{port}"), encoding="utf-8")
        feed.start()
        (send_captured if kind == "mllp" else send_exported)(feed, reader.folder)
        assert feed.stop() == 0
    rehearsed = read(reader.folder / "captured.jsonl") + read(reader.folder / "export.jsonl")
    assert _facts(values(empty, *INPUTS)) == _facts(rehearsed)


def send_captured(feed: RunningFeed, folder: Path) -> None:
    sender = Sender(feed.port)
    for path in sorted((folder / "captured").iterdir()):
        assert ack_of(sender.send(path.read_bytes())[0])[0] in ("AA", "CA")
    sender.close()


def send_exported(feed: RunningFeed, folder: Path) -> None:
    sender = FhirSender(feed.port, token="a-token")
    for name in ("Patient", "Observation"):
        assert sender.send(json.loads((folder / "export" / f"{name}.ndjson").read_bytes())) == 200
    sender.close()


def _facts(records: list[dict[str, object]]) -> list[str]:
    """Return what was published, whenever it was known."""
    stated = [{key: record[key] for key in record.keys() - {"known"}} for record in records]
    return sorted(json.dumps(each, sort_keys=True) for each in stated)
