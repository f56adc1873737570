"""A real Prometheus holds a made-up hour in which all is well, and two in which everything fails in turn
(tests/deploy/hour.py).

Every panel and recording answers; every alarm is silent in the first hour and has its reason in the others.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.hour import CALM_MIN, JOBS, LAST_MIN, START_S, STEP_S
from tests.deploy.hour_own import own
from tests.deploy.places import ROOT, RULES, Expression, alarms, panel_expressions, recordings
from tests.deploy.servers import Prometheus, program, prometheus, run
from tests.deploy.test_names import exposed

pytestmark = [pytest.mark.prometheus, pytest.mark.slow, pytest.mark.xdist_group("hour")]

EMPTY = "global: {}\n"
CALM, LAST = START_S + CALM_MIN * 60, START_S + LAST_MIN * 60
ALWAYS = {"Il2Watchdog"}


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus with these hours, and what recording.yml would have recorded in them."""
    folder = tmp_path_factory.mktemp("hours")
    program("prometheus")
    played = [
        subprocess.run(
            [sys.executable, "-m", "tests.deploy.hour", name], cwd=ROOT, stdout=subprocess.PIPE, check=True
        ).stdout
        for name in JOBS
    ]
    (folder / "hours.om").write_bytes(b"".join([*played, own().encode(), b"# EOF\n"]))
    run(
        "promtool",
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        "--quiet",
        str(folder / "hours.om"),
        str(folder / "data"),
    )
    with prometheus(folder, EMPTY) as started:
        record(started, folder)
    with prometheus(folder, EMPTY) as started:
        yield started


def record(server: Prometheus, folder: Path) -> None:
    recording = next(str(path) for path in RULES if path.name == "recording.yml")
    span = [f"--start={START_S}", f"--end={LAST}", f"--url={server.url}", f"--output-dir={folder / 'data'}"]
    run("promtool", "tsdb", "create-blocks-from", "rules", *span, recording)


@pytest.mark.parametrize("expression", [*panel_expressions(), *recordings()], ids=lambda one: one.place)
def test_an_expression_returns_data_after_an_hour(expression: Expression, hours: Prometheus) -> None:
    values = [float(series["value"][1]) for series in hours.at(expression.text, CALM)]
    assert [value for value in values if not math.isnan(value)], values


@pytest.mark.parametrize("expression", recordings(), ids=lambda one: one.place)
def test_a_recording_is_there_under_its_name(expression: Expression, hours: Prometheus) -> None:
    assert hours.at(expression.place, CALM)


def test_no_metric_of_the_code_is_left_out_of_the_hours(hours: Prometheus) -> None:
    there = set(hours.get("label/__name__/values"))
    assert [name for name, names in exposed().items() if not names & there] == []


def lasted(hours: Prometheus, alarm: str, first: float, last: float) -> float:
    """For how long, in seconds, an alarm's expression was true at a stretch; -1: never."""
    longest = -1.0
    for series in hours.over(alarms()[alarm]["expr"], first, last, STEP_S):
        began = before = -math.inf
        for moment, _ in series["values"]:
            began = began if moment - before <= STEP_S else moment
            before = moment
            longest = max(longest, moment - began)
    return longest


def seconds(duration: str) -> float:
    """`2m`, `30s`, `1h` as Prometheus writes them."""
    return float(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]


@pytest.mark.parametrize("alarm", sorted(alarms().keys() - ALWAYS))
def test_an_alarm_is_silent_in_the_hour_in_which_all_is_well(alarm: str, hours: Prometheus) -> None:
    assert lasted(hours, alarm, START_S, CALM) < seconds(alarms()[alarm].get("for", "0s"))


@pytest.mark.parametrize("alarm", sorted(alarms()))
def test_an_alarm_has_its_reason_in_the_hour_in_which_everything_fails(alarm: str, hours: Prometheus) -> None:
    assert lasted(hours, alarm, CALM, LAST) >= 0
