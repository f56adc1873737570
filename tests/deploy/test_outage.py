"""The broker goes while everything runs: few lines in each log, and each process still stops when it is told to."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from aiokafka.errors import KafkaConnectionError
from kafka.errors import KafkaTimeoutError

from streams.cli import main
from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import free
from streams.kafka.topic_creation import TopicSettings, create
from streams.service.exit_codes import DONE, STUCK
from tests.patience import PATIENCE_S, until
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import had
from tests.streams.worker.test_wall import page

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("outage")]

ROOT = Path(__file__).parents[2]
SERVICES = {
    "worker": ("worker", "--state-dir", "worker-state"),
    "pager": ("pager", "--to", "terminal", "--state-dir", "pager-state"),
    "census": ("census",),
    "board": ("board", "--port", "0", "--state-dir", "board-state"),
}
MOST_LINES = 25
"""Of the first seconds without a broker; the clients alone wrote 330 a second."""


class Running(NamedTuple):
    """A process of ours, and where it serves its health."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def lines(self) -> int:
        return len(self.log.read_text(errors="replace").splitlines())


def answers(port: int, path: str) -> bool:
    return page(port, path)[0] == 200


def has(log: Path, words: str) -> bool:
    return words in log.read_text(errors="replace")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[tuple[ApacheKafka, dict[str, Running]]]:
    """A broker of this test's own, and all services at work on it."""
    with ExitStack() as until_end:
        kafka = had(partial(ApacheKafka, jvm=class_archive.options()), until_end)
        assert isinstance(kafka, ApacheKafka)
        create(kafka.settings, TopicSettings(partitions=12))
        services = {
            name: until_end.enter_context(started(tmp_path, name, kafka.settings.servers))
            for name in SERVICES
        }
        for name, one in services.items():
            assert until(partial(answers, one.port, "/-/healthy")), name
        for name in ("worker", "pager", "census"):
            one = services[name]
            assert until(partial(answers, one.port, "/-/ready")), one.log.read_text()
        yield kafka, services


@contextmanager
def started(folder: Path, name: str, servers: str) -> Iterator[Running]:
    port, log = free()[0], folder / f"{name}.log"
    command = [sys.executable, str(ROOT / "il2watch.py"), *SERVICES[name]]
    options = ("--broker", servers, "--metrics-port", str(port))
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options], cwd=folder, stdout=output, stderr=output)
    try:
        yield Running(process, port, log)
    finally:
        process.kill()
        process.wait()


def test_without_the_broker_each_log_grows_by_a_few_lines_and_each_process_stops_when_told(
    stack: tuple[ApacheKafka, dict[str, Running]],
) -> None:
    kafka, services = stack
    before = {name: one.lines() for name, one in services.items()}
    kafka.kill(0)
    for name in ("worker", "pager"):
        log = services[name].log
        assert until(partial(has, log, "the broker does not answer")), log.read_text()
    grown = {name: one.lines() - before[name] for name, one in services.items()}
    assert {name: more for name, more in grown.items() if more > MOST_LINES} == {}
    for one in services.values():
        one.process.send_signal(signal.SIGTERM)
    ended = {name: one.process.wait(PATIENCE_S) for name, one in services.items()}
    failed = {name: services[name].log.read_text() for name, code in ended.items() if code != DONE}
    assert failed == {}
    for words in ("Traceback", "Unclosed"):
        assert [name for name, one in services.items() if words in one.log.read_text()] == []


LEAVING = """
import sys
from streams.kafka import clients
from streams.kafka.settings import Broker
sender = clients.producer(Broker(sys.argv[1]))
sender.send("il2.vitals", b"{}", key=b"p").get(60)
print("sent", flush=True)
sys.stdin.readline()
sender.send("il2.vitals", b"{}", key=b"p")
clients.leave(sender)
"""


def test_a_producer_is_left_without_a_word_when_the_broker_is_gone() -> None:
    """`replay` and the commands have reported by then what was not acknowledged."""
    with ExitStack() as until_end:
        kafka = had(partial(ApacheKafka, jvm=class_archive.options()), until_end)
        assert isinstance(kafka, ApacheKafka)
        create(kafka.settings, TopicSettings(partitions=1))
        command = [sys.executable, "-c", LEAVING, kafka.servers]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as leaving:
            assert leaving.stdout is not None
            assert leaving.stdout.readline() == "sent\n"
            kafka.kill(0)
            _, errors = leaving.communicate("\n", PATIENCE_S)
        assert (leaving.returncode, "Traceback" in errors) == (0, False), errors


@pytest.mark.parametrize("fault", [KafkaTimeoutError("flush"), KafkaConnectionError("gone")])
def test_a_command_whose_broker_goes_ends_with_3_and_one_sentence(
    fault: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(_: list[str]) -> int:
        raise fault

    monkeypatch.setattr(main, "dispatch", command)
    assert main.main([]) == STUCK
    assert capsys.readouterr().err.splitlines() == [
        f"il2watch: the broker does not answer any more ({type(fault).__name__}); is it running?"
    ]


def test_a_fault_of_our_own_is_not_taken_for_the_brokers(monkeypatch: pytest.MonkeyPatch) -> None:
    def command(_: list[str]) -> int:
        raise ValueError("ours")

    monkeypatch.setattr(main, "dispatch", command)
    with pytest.raises(ValueError, match="ours"):
        main.main([])
