"""Run the demo's broker and processes, and report when one of them ends by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol

from rules.wire.topics import ALL
from streams.config import site
from streams.demo.hl7_ward import Interface, configure
from streams.dev_broker import process_tree
from streams.dev_broker.embedded import EmbeddedBroker
from streams.errors import UsageError
from streams.kafka import ports, settings
from streams.kafka.settings import Broker
from streams.service.lifecycle import interrupt, until_terminated


@contextmanager
def until_interrupted() -> Iterator[None]:
    """Raise KeyboardInterrupt for SIGINT, SIGTERM and SIGHUP inside, so that every context closes.

    Under `nohup` SIGHUP stays ignored. Main thread only.
    """
    before = signal.getsignal(signal.SIGHUP)
    with until_terminated():
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGHUP, before)


MEMBER = ("--session-timeout", "6")
"""Seconds.

The embedded broker holds the first join of a group for half of it (docs/decisions/0015-broker.md).
"""
GRACE_S = 1.5
LAST = 3


class Died(Exception):
    """A process ended by itself: its name, and its last output, in one line."""


class RunningProcess(Protocol):
    """A process whose state can be queried."""

    @property
    def alive(self) -> bool: ...

    def output(self) -> str:
        """Return what it printed, all or the end of it."""

    def wait(self) -> int:
        """Return its exit code, once it ended; below 0: a signal's number."""


class ServiceProcess:
    """A context manager: `il2watch NAME` runs inside, and is stopped after.

    Its output goes to a file in `folder`; `port`: where it serves; `listens`: for what else, and where.
    """

    def __init__(
        self, name: str, broker: Broker, folder: Path, port: int, options: Sequence[str], listens: str = ""
    ) -> None:
        self.name, self.broker, self.folder, self.port, self.options = name, broker, folder, port, options
        self.listens = listens
        self._log = folder / f"{name.replace(' ', '-')}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ServiceProcess:
        with self._log.open("wb") as output:
            self._process = process_tree.start(self._command(), output)
        return self

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "il2watch", *self.name.split()]
        return [*command, "--broker", self.broker.servers, *self.options]

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait(self) -> int:
        return 0 if self._process is None else self._process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            process_tree.stop(self._process, GRACE_S)


def services(
    broker: Broker, folder: Path, to: str, board: bool, shadow: bool = False
) -> Iterator[ServiceProcess]:
    """Yield worker, pager and board. `to`: whom the pager notifies; `shadow`: it notifies nobody."""
    pager = (*MEMBER, "--to", to, *(["--shadow"] if shadow else ()))
    made = [("worker", "--metrics-port", MEMBER), ("pager", "--metrics-port", pager)]
    if board:
        made.append(("board", "--port", ()))
    for (name, port_option, options), port in zip(made, ports.free(len(made)), strict=True):
        own = ("--clock", "log", "--state-dir", str(folder / name), port_option, str(port))
        yield ServiceProcess(name, broker, folder, port, (*own, *options))


def spoken_to(broker: Broker, folder: Path, interface: Interface) -> tuple[ServiceProcess, int]:
    """Return the feed that the ward's interface speaks to, and the port on which it listens for it."""
    listens, port = ports.free(2)
    site = configure(folder, interface, listens)
    options = ("--config", str(site), "--metrics-port", str(port), "--no-idempotence")
    place = f"HL7 v2 over MLLP {ports.HOST}:{listens} (feed hl7)"
    return ServiceProcess("feed hl7", broker, folder, port, options, place), listens


def look(processes: dict[str, RunningProcess]) -> None:
    """Raise Died for the first process that ended."""
    for name, process in processes.items():
        if not process.alive:
            ended = f"the {name} ended by itself (exit {process.wait()})"
            raise Died(f"{ended}; its last words: {last(process.output())}")


def last(found: str) -> str:
    """Return the last lines of an output, as one."""
    lines = [line.strip() for line in found.splitlines() if line.strip()]
    return " | ".join(lines[-LAST:]) or "none"


SITE = (site.CONFIG, settings.ADDRESS)


@contextmanager
def embedded() -> Iterator[tuple[Broker, dict[str, RunningProcess]]]:
    """Run the embedded broker; yield its address and itself.

    A site's configuration and broker are hidden from the worker inside: they are not for it. Raises
    NoEmbedded, naming the alternatives.
    """
    kept = {name: os.environ.pop(name) for name in SITE if name in os.environ}
    try:
        with EmbeddedBroker() as broker:
            yield broker.settings, {"broker": broker}
    finally:
        os.environ.update(kept)


@contextmanager
def elsewhere(broker: Broker) -> Iterator[tuple[Broker, dict[str, RunningProcess]]]:
    """Yield a broker that runs already.

    Raises UsageError when records are in its topics: made-up patients must not be mixed with others.
    """
    if held := records(broker):
        named = ", ".join(f"{topic} {number:,}" for topic, number in held.items())
        raise UsageError(
            f"--broker {broker.servers}: there are records already ({named}); made-up patients go to an "
            "empty broker alone"
        )
    yield broker, {}


def records(broker: Broker) -> dict[str, int]:
    """Return the number of records of each of our topics that has any.

    Raises UsageError when no broker answers.
    """
    from streams.kafka.admin import admin
    from streams.kafka.blocking_reader import record_counts

    with admin(broker) as connection:
        there = set(connection.names())
    return {
        topic: number
        for topic, number in record_counts(broker, [t for t in ALL if t in there]).items()
        if number
    }
