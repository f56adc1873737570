"""The systemd units: verified by systemd, hardened, and what they start survives what a supervisor sees.

systemd is not process 1 here: a supervisor of the tests obeys the units' keys (tests/deploy/supervisor.py).
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from streams.cli.main import COMMANDS, load
from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import HOST, free
from streams.kafka.topic_creation import TopicSettings, create
from streams.service.exit_codes import STUCK, USAGE
from tests.deploy.places import DEPLOY
from tests.deploy.supervisor import ALL, UNDERSTOOD, UNITS, Supervisor, keys
from tests.patience import until
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import had
from tests.streams.worker.test_wall import page

WORKER = DEPLOY / "systemd" / "il2watch-worker.service"
MOST_EXPOSED = 2.0
each = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)


def analyzed(*words: str) -> str:
    """What `systemd-analyze` says; skips without it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", ALL, ids=lambda path: path.stem)
def test_systemd_finds_no_fault_in_a_unit(unit: Path, tmp_path: Path) -> None:
    there = tmp_path / unit.name
    program = "/opt/il2watch/bin/il2watch"
    there.write_text(unit.read_text(encoding="utf-8").replace(program, "/bin/true"), encoding="utf-8")
    assert analyzed("verify", str(there)) == ""
    there.write_text(there.read_text(encoding="utf-8").replace("Type=", "Type=sometimes-"))
    assert "sometimes" in analyzed("verify", str(there))


@each
def test_a_unit_is_exposed_less_than_most(unit: Path) -> None:
    report = analyzed("security", "--offline=true", "--no-pager", str(unit))
    level = float(report.rpartition("exposure level for ")[2].partition(": ")[2].split()[0])
    assert level <= MOST_EXPOSED


@each
def test_a_unit_starts_a_command_there_is_with_options_it_takes(unit: Path) -> None:
    words = keys(unit)["ExecStart"].split()[1:]
    command = next(found for found in (" ".join(words[:2]), words[0]) if found in COMMANDS)
    load(COMMANDS[command].parser)().parse_args(words[len(command.split()) :])


@each
def test_a_unit_starts_again_but_for_a_wrong_configuration_and_waits_longer_than_a_service_stops(
    unit: Path,
) -> None:
    found = keys(unit)
    assert set(found) >= UNDERSTOOD
    assert (found["Restart"], found["RestartPreventExitStatus"]) == ("on-failure", str(USAGE))
    assert int(found["TimeoutStopSec"]) > 10
    assert found["StartLimitIntervalSec"] == "0"


@pytest.mark.slow
def test_a_wrong_configuration_is_not_started_again(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("[nothing]\n", encoding="utf-8")
    with Supervisor(WORKER, tmp_path, "--config", str(tmp_path / "site.toml")) as worker:
        assert until(worker.over.is_set), worker.printed()
    assert [one.code for one in worker.lives] == [USAGE]


@pytest.mark.slow
def test_a_working_folder_that_cannot_be_made_is_told_and_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    options = ("--broker", "127.0.0.1:1", "--state-dir", str(tmp_path / "file" / "state"))
    with Supervisor(WORKER, tmp_path, *options) as worker:
        assert until(worker.over.is_set), worker.printed()
    assert [one.code for one in worker.lives] == [USAGE]
    assert "Not a directory; name another" in worker.printed()


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.xdist_group("systemd")
def test_a_worker_waits_for_its_broker_over_restarts_and_comes_back_from_a_kill_and_stops(
    tmp_path: Path,
) -> None:
    port, probe = free(2)
    options = ("--broker", f"{HOST}:{port}", "--metrics-port", str(probe), "--patience", "2")
    with Supervisor(WORKER, tmp_path, *options) as worker, ExitStack() as until_end:
        assert until(lambda: len(worker.lives) == 2), worker.printed()
        assert [one.code for one in worker.lives] == [STUCK, STUCK]
        kafka = had(partial(ApacheKafka, port=port, jvm=class_archive.options()), until_end)
        assert isinstance(kafka, ApacheKafka)
        create(kafka.settings, TopicSettings(partitions=3))
        worker.command[-1] = "120"
        assert until(partial(answers, probe)), worker.printed()
        killed = len(worker.lives)
        worker.kill()
        assert until(lambda: len(worker.lives) > killed)
        assert worker.lives[killed].code == -9
        # It joins the group while the one before it still counts: told to stop then, it stops.
        assert until(partial(alive, probe)), worker.printed()
        assert worker.stop() < float(worker.keys["TimeoutStopSec"])
    assert worker.lives[-1].code == 0, worker.printed()
    assert "Traceback" not in worker.printed()


def answers(port: int) -> bool:
    return page(port, "/-/ready")[0] == 200


def alive(port: int) -> bool:
    return page(port, "/-/healthy")[0] == 200
