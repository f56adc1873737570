"""`il2watch qualify` against a running worker and pager: it passes, and fails plainly when something is wrong."""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire import pages
from streams.cli import main
from streams.config.feeds import FeedTable
from streams.errors import UsageError
from streams.kafka import ports
from streams.qualify import command, services
from streams.qualify.end_to_end import RECEIVER, TestPatient
from streams.qualify.interface import Interface
from streams.service.exit_codes import version
from tests.streams.pager.process import audits
from tests.streams.qualify.stack import Service, Stack, stack
from tests.streams.worker.process import ROOT

PILOT = ROOT / "docs" / "howto" / "pilot.md"
LIBFAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.slow,
    pytest.mark.xdist_group("qualify"),
    pytest.mark.skipif(sys.platform != "linux", reason="libfaketime, and a broker in a wheel"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack(tmp_path_factory.mktemp("stack")) as made:
        yield made


def test_an_installation_that_is_whole_passes_and_nobody_but_the_test_route_is_paged(
    running: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "qualification.html"
    code = main.main(
        [
            *typed({"site.toml": running.config, report.name: report}),
            "--broker", running.broker.servers, "--metrics-file", str(tmp_path / "il2watch.prom"),
            *(word for address in running.services for word in ("--service", address)),
        ]
    )  # fmt: skip
    assert capsys.readouterr().out == f"passed: {report}\n"
    found = json.loads(report.with_suffix(".json").read_bytes())
    assert (code, found["result"]) == (0, "passed"), found["steps"]
    results = {step["name"]: step["result"] for step in found["steps"]}
    assert results.pop("packages") in ("passed", "warned")
    assert {name for name, result in results.items() if result == "skipped"} == {
        "files", "broker-clock", "partitions",
    }  # fmt: skip
    assert set(results.values()) == {"passed", "skipped"}
    assert [
        "through the feed laboratory" in line
        for step in found["steps"]
        if step["name"] == "page"
        for line in step["found"]
    ] == [True]
    assert found["identity"]["guideline sha256"] == SCHWARTZENTRUBER_2001.sha256
    assert f"\npassed: {report.name}\n" in PILOT.read_text(encoding="utf-8")
    html = report.read_text(encoding="utf-8")
    assert all(re.search(rf"<th[^>]*>{step['title']}</th>", html) for step in found["steps"])
    assert "Signatures" in html
    listed = re.findall(r"^ok {7}(.+) \([\d.]+ s\)$", PILOT.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [step["title"] for step in found["steps"]]
    assert 'il2_qualification_steps{result="failed"} 0.0' in (tmp_path / "il2watch.prom").read_text()
    arrived = [one.did for one in running.receiver.arrivals if "absolute" in one.key]
    assert arrived == ["opened", "acknowledged", "resolved"]
    sent = [one for one in audits(running.broker) if one["outcome"] in (pages.ACCEPTED, pages.ENQUEUED)]
    assert {one["channel"] for one in sent} == {"probe"}


def test_what_fails_is_told_with_what_to_do_and_keeps_no_other_step_from_being_made(
    running: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Topics of another number of partitions, and a service that nobody serves. The installation is tried above."""
    monkeypatch.setattr(command, "installed", lambda *_: None)
    report, nobody = tmp_path / "qualification.html", f"127.0.0.1:{ports.free(1)[0]}"
    code = main.main(
        [
            *typed({"site.toml": running.config, report.name: report}),
            "--broker", running.broker.servers, "--partitions", "24",
            "--service", running.services[0], "--service", nobody,
        ]
    )  # fmt: skip
    steps = json.loads(report.with_suffix(".json").read_bytes())["steps"]
    failed = [step["title"] for step in steps if step["result"] == "failed"]
    assert (code, failed) == (1, ["Topics", "Versions of the running services"])
    captured = capsys.readouterr()
    assert captured.out == f"failed: {report}\n"
    for line in (
        "FAILED   Topics (",
        "         do: il2watch topics create makes those that are missing",
        f"         no service answers at {nobody} (",
        "ok       From a record to a page (",
        "ok       Test patient gone (",
    ):
        assert f"\n{line}" in f"\n{captured.err}"
    html = report.read_text(encoding="utf-8")
    assert "Failed: Topics, Versions of the running services. Not to be used until these pass." in html


def typed(files: dict[str, Path]) -> list[str]:
    """The command of the page on a pilot, with these files for those that it names."""
    (line,) = re.findall(r"^\$ il2watch (qualify .*)$", PILOT.read_text(encoding="utf-8"), re.MULTILINE)
    return [str(files.get(word, word)) for word in line.split()]


def test_a_test_patient_is_in_no_metric_of_patients_alerts_or_pages(running: Stack) -> None:
    patient = TestPatient(running.broker, 20.0)
    try:
        assert patient.page().result in ("passed", "warned")
        worker, pager, _ = (metrics(address) for address in running.services)
        assert {float(value) for value in re.findall(r"^il2_patients\{.*\} (\S+)$", worker, re.M)} == {0.0}
        assert {float(value) for value in re.findall(r"^il2_active_alerts\{.*\} (\S+)$", worker, re.M)} == {0}
        assert not re.search(r"^il2_alerts_total\{", worker, re.M)
        kinds = re.findall(r'^il2_(?:pager_alerts|pages_enqueued)_total\{.*kind="([^"]*)"', pager, re.M)
        assert set(kinds) <= {"system"}
        assert not re.search(r'^il2_pages_total\{channel="probe",outcome="accepted"\} [1-9]', pager, re.M)
    finally:
        patient.discharge()
        patient.close()


def metrics(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics") as answer:
        return str(answer.read().decode())


def test_a_receiver_that_is_gone_is_named_and_what_to_do(running: Stack) -> None:
    patient = TestPatient(running.broker, 6.0)
    running.receiver.down = True
    try:
        found = patient.page()
    finally:
        running.receiver.down = False
        patient.discharge()
        patient.close()
    assert (found.result, found.remedy) == ("failed", RECEIVER)
    page = PILOT.read_text(encoding="utf-8")
    assert f"\n         do: {RECEIVER}\n" in page
    (shown,) = re.findall(r"^ {9}(no attempt of .*)$", page, re.MULTILINE)
    tried = re.sub(r"127\.0\.0\.1:\d+", "calls.example", found.found[0])
    assert re.sub(r"of \d+", "of N", tried) == re.sub(r"of \d+", "of N", shown)


def test_a_feed_that_is_not_there_is_named(running: Stack) -> None:
    table = FeedTable(kind="mllp", listen=f"127.0.0.1:{ports.free(1)[0]}")
    patient = TestPatient(running.broker, 6.0, Interface("pharmacy", table))
    try:
        with pytest.raises(UsageError, match=r"the feed pharmacy does not answer at 127.0.0.1:\d+ \("):
            patient.page()
        assert patient.discharge().result == "skipped"
    finally:
        patient.close()


def test_an_older_worker_and_a_clock_that_is_two_minutes_off_are_found(
    running: Stack, tmp_path: Path
) -> None:
    """A worker of its own group, that says it is of an older version, on a host whose clock is ahead."""
    if not LIBFAKETIME.exists():
        pytest.skip("libfaketime is not installed (Debian: libfaketime)")
    old = tmp_path / "old" / "il2watch-0.0.9.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: il2watch\nVersion: 0.0.9\n")
    ahead = {"LD_PRELOAD": str(LIBFAKETIME), "FAKETIME": "+120s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    options = ("--broker", running.broker.servers, "--listen", "127.0.0.1", "--id", "older")
    with Service(tmp_path, "worker", *options, PYTHONPATH=str(old.parent), **ahead) as worker:
        worker.until_it_answers()
        answers = [services.ask(address) for address in (worker.address, running.services[1])]
    here = version()
    found = services.versions(answers, here, SCHWARTZENTRUBER_2001.sha256)
    assert found.result == "failed"
    assert found.found == (f"{worker.address}: version 0.0.9, here {here}",)
    clocks = services.clocks(answers)
    assert clocks.result == "failed"
    assert re.fullmatch(rf"{worker.address}: 1[0-3]\d s ahead of this host", clocks.found[0])
    assert clocks.found[1] == f"{running.services[1]}: within 10 s of this host"
