"""The processes of the demo, and what is said when one of them ends by itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from streams.broker import leash, ports
from streams.broker.settings import Broker

MEMBER = ("--session-timeout", "6")
"""Seconds. The embedded broker holds the first join of a group for half of it (docs/decisions/0015-broker.md)."""
GRACE_S = 1.5
LAST = 3


class Died(Exception):
    """A process ended by itself: which, and its last words, in one line."""


class Living(Protocol):
    """A process that can be asked."""

    @property
    def alive(self) -> bool: ...

    def said(self) -> str:
        """All, or the last, that it printed."""

    def wait(self) -> int:
        """Its exit code, once it ended; a signal's number below 0."""


class Service:
    """A context: `il2watch NAME --clock log` runs inside, and is gone after. What it prints goes to a file in `folder`; `port`: where it serves."""

    def __init__(self, name: str, broker: Broker, folder: Path, port: int, options: Sequence[str]) -> None:
        self.name, self.broker, self.folder, self.port, self.options = name, broker, folder, port, options
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Service:
        with self._log.open("wb") as output:
            self._process = leash.start(self._command(), output)
        return self

    def _command(self) -> list[str]:
        options = ("--broker", self.broker.servers, "--clock", "log", "--state-dir", str(self.folder / self.name))
        return [sys.executable, "-m", "streams", self.name, *options, *self.options]

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def wait(self) -> int:
        return 0 if self._process is None else self._process.wait()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            leash.stop(self._process, GRACE_S)


def services(broker: Broker, folder: Path, to: str, board: bool) -> Iterator[Service]:
    """Worker, pager and board. `to`: whom the pager tells."""
    made = [("worker", "--metrics-port", MEMBER), ("pager", "--metrics-port", (*MEMBER, "--to", to))]
    if board:
        made.append(("board", "--port", ()))
    for (name, door, options), port in zip(made, ports.free(len(made)), strict=True):
        yield Service(name, broker, folder, port, (door, str(port), *options))


def look(processes: dict[str, Living]) -> None:
    """Raises Died for the first that lives no more."""
    for name, process in processes.items():
        if not process.alive:
            raise Died(f"the {name} ended by itself (exit {process.wait()}); its last words: {last(process.said())}")


def last(said: str) -> str:
    """The last lines, as one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " | ".join(lines[-LAST:]) or "none"
