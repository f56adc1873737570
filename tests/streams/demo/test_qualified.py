"""A demo that runs qualifies, by the addresses that it shows, and its ward goes on as if nobody had been there.

The steps on the installation alone know nothing of a demo and last longest: they are made in tests/test_installed.py
and tests/streams/qualify, and all of them beside a demo by `make release`.
"""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest

from streams.cli import main
from streams.qualify import command
from tests.patience import PATIENCE_S
from tests.streams.demo.qualifying import places, typed
from tests.streams.demo.test_demo import alone, ended, linux, started

__all__ = ["ended"]


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
def test_it_qualifies_by_the_command_of_the_tutorial_and_shows_no_test_patient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = started(tmp_path, "--patients", "2", "--speed", "600", "--no-board")
    assert demo.stdout is not None
    monkeypatch.setenv("IL2WATCH_CONFIG", "")
    monkeypatch.setattr(command, "installed", lambda *_: None)
    report = tmp_path / "qualified.html"
    code = main.main(typed(places(demo.stdout), report))
    steps = json.loads(report.with_suffix(".json").read_bytes())["steps"]
    assert code == 0, steps
    results = {step["name"]: step["result"] for step in steps}
    assert len(results) == 9
    assert {name for name, result in results.items() if result == "skipped"} == {"broker-clock"}
    demo.send_signal(signal.SIGINT)
    output, complaint = demo.communicate(timeout=PATIENCE_S)
    assert (demo.returncode, complaint) == (130, "")
    assert "il2watch-test" not in output
    alerts = re.findall(r"^([0-9]{4}-[0-9]{2})-.* opened ", output, re.MULTILINE)
    assert set(alerts) <= {"2026-03"}, "the ward's time is its own"
