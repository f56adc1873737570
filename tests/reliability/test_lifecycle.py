"""No process lives and does nothing: each starts, works, or ends in bounded time with the code that says why."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.errors import Unanswered
from streams.kafka.ports import free
from streams.kafka.topic_creation import TopicSettings, create
from streams.service import process, supervision
from streams.service.exit_codes import DONE, INTERRUPTED, STUCK, USAGE
from streams.service.lifecycle import ProgressSample
from streams.service.process import Part, Service
from streams.service.supervision import BEYOND_S, GIVEN_UP_S, STOP_S, Supervisor
from tests.patience import until
from tests.streams.worker.test_wall import page

ROOT = Path(__file__).parents[2]
LOG = logging.getLogger("il2watch.test")
NOBODY = "127.0.0.1:1"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def supervisor(clock: Clock) -> Supervisor:
    return Supervisor(20.0, LOG, end=lambda code: None, clock=clock)


@pytest.mark.parametrize(
    ("unwell", "verdict"), [(0.0, None), (20 + BEYOND_S - 0.1, None), (20 + BEYOND_S, STUCK)]
)
def test_a_loop_that_says_nothing_is_ended_within_the_patience_plus_10_s(
    unwell: float, verdict: int | None
) -> None:
    clock = Clock()
    watched = supervisor(clock)
    watched.well(clock.now)
    assert watched.verdict(clock.now + unwell) == verdict
    assert BEYOND_S < 10


@pytest.mark.parametrize("code", [DONE, INTERRUPTED])
def test_one_that_is_told_to_stop_ends_within_10_s_with_the_code_of_the_signal(code: int) -> None:
    clock = Clock()
    watched = supervisor(clock)
    clock.now += 500
    watched.well(clock.now)
    watched.stopping(code)
    assert watched.verdict(clock.now + STOP_S - 0.1) is None
    assert watched.verdict(clock.now + STOP_S) == code
    assert STOP_S + supervision.CHECK_S < 10


def test_one_that_gives_up_ends_within_the_patience_plus_10_s_however_late_it_noticed() -> None:
    clock = Clock()
    watched = supervisor(clock)
    clock.now += 20 + 7
    watched.stopping(STUCK)
    assert watched.verdict(100.0 + 20 + GIVEN_UP_S) == STUCK
    assert GIVEN_UP_S + supervision.CHECK_S < 10


def test_a_second_signal_gives_no_more_time() -> None:
    clock = Clock()
    watched = supervisor(clock)
    watched.stopping(DONE)
    clock.now += 5
    watched.stopping(DONE)
    assert watched.verdict(100.0 + STOP_S) == DONE


def test_the_watch_is_a_thread_that_a_busy_loop_cannot_stop() -> None:
    ended: list[int] = []
    done = threading.Event()

    def end(code: int) -> None:
        ended.append(code)
        done.set()

    watched = Supervisor(-BEYOND_S, LOG, end=end)
    watched.start()

    async def busy() -> None:
        while not done.is_set():
            pass

    asyncio.run(busy())
    assert ended == [STUCK]


class Late(Service):
    """A service whose broker answers at the third time, if ever."""

    def __init__(self, answers: int, patience: float = 60.0) -> None:
        super().__init__(LOG, patience=patience)
        self.asked, self.answers = 0, answers
        self.noted: list[str] = []

    async def connect(self) -> None:
        self.asked += 1
        if self.asked < self.answers:
            raise Unanswered("no broker answers")

    async def open(self) -> None:
        self.noted.append("open")

    def parts(self) -> Iterable[Part]:
        return (self.work(),)

    async def work(self) -> None:
        self._end(DONE)

    async def close(self) -> None:
        await super().close()
        self.noted.append("closed")


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOOK_S", 0.02)
    monkeypatch.setattr(process, "RETRY_S", 0.01)


@pytest.mark.usefixtures("_soon")
def test_a_service_waits_for_its_broker_and_then_works() -> None:
    async def run() -> Late:
        one = Late(3)
        assert await one.run() == DONE
        return one

    assert asyncio.run(run()).noted == ["open", "closed"]


@pytest.mark.usefixtures("_soon")
def test_a_service_whose_broker_does_not_come_gives_up_after_its_patience() -> None:
    async def run() -> Late:
        one = Late(10**9, patience=0.1)
        assert await one.run() == STUCK
        return one

    one = asyncio.run(run())
    assert one.noted == ["closed"]
    assert one.fault == "no broker answers"


class Endless(Late):
    """A service whose start never ends."""

    async def begin(self) -> None:
        await asyncio.sleep(3600)

    async def work(self) -> None: ...

    async def look(self) -> ProgressSample:
        return ProgressSample("it starts", 0)


@pytest.mark.usefixtures("_soon")
def test_a_start_that_never_ends_is_watched_too() -> None:
    async def run() -> int:
        return await Endless(1, patience=0.1).run()

    assert asyncio.run(run()) == STUCK


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(ROOT / "il2watch.py"), *arguments]
    with (folder / "said").open("wb") as output:
        running = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


SERVICES = {
    "worker": ("worker",),
    "pager": ("pager", "--to", "terminal"),
    "census": ("census",),
    "feed": ("feed", "hl7", "--config", "site.toml"),
}
SITE = '[feeds.ward]\nkind = "mllp"\nlisten = "127.0.0.1:0"\n'


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_without_a_broker_a_service_is_alive_and_not_ready_until_its_patience_then_ends_with_3(
    name: str, tmp_path: Path
) -> None:
    port = free()[0]
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    options = ("--broker", NOBODY, "--metrics-port", str(port), "--patience", "7")
    with started(tmp_path, *SERVICES[name], *options) as running:
        assert until(lambda: page(port, "/-/healthy")[0] == 200), (tmp_path / "said").read_text()
        assert page(port, "/-/ready")[0] == 503
        assert running.wait(60) == STUCK
    assert "Traceback" not in (tmp_path / "said").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("worker", signal.SIGTERM, DONE),
        ("worker", signal.SIGINT, INTERRUPTED),
        ("feed", signal.SIGTERM, DONE),
    ],
)
def test_told_to_stop_while_it_waits_for_a_broker_it_stops(
    name: str, number: int, code: int, tmp_path: Path
) -> None:
    port = free()[0]
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    options = ("--broker", NOBODY, "--metrics-port", str(port))
    with started(tmp_path, *SERVICES[name], *options) as running:
        assert until(lambda: page(port, "/-/healthy")[0] == 200)
        os.kill(running.pid, number)
        assert running.wait(30) == code


@pytest.mark.slow
@pytest.mark.parametrize("command", [("topics", "check"), ("ack", "x", "--by", "rn", "--reason", "so")])
def test_a_command_whose_broker_does_not_answer_ends_with_3_and_a_wrong_one_with_2(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    with started(tmp_path, *command, "--broker", NOBODY) as running:
        assert running.wait(60) == STUCK
    with started(tmp_path, *command, "--no-such-option") as running:
        assert running.wait(60) == USAGE


@pytest.mark.kafka
@pytest.mark.slow
def test_a_session_that_the_broker_refuses_is_no_life(apache: ApacheKafka, tmp_path: Path) -> None:
    create(apache.settings, TopicSettings(partitions=1))
    options = ("--broker", apache.settings.servers, "--metrics-port", "0", "--session-timeout", "0.5")
    began = time.monotonic()
    with started(tmp_path, "worker", *options, "--patience", "4", "--id", "refused") as running:
        assert running.wait(90) == STUCK, (tmp_path / "said").read_text()
    assert time.monotonic() - began >= 4
