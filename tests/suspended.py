"""A process that stands still, and has been seen to.

SIGSTOP is taken by one thread when the scheduler comes to it, and only then the others are stopped: on a busy
machine a broker of fifty threads goes on answering for a while after the signal was sent.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from tests.patience import until


def suspend(process: Popen[bytes]) -> None:
    """Stop a process (SIGSTOP), and return when each of its threads stands still."""
    process.send_signal(signal.SIGSTOP)
    assert until(lambda: stands_still(process.pid)), f"process {process.pid} goes on"


def wake(process: Popen[bytes]) -> None:
    """Let a stopped process go on."""
    process.send_signal(signal.SIGCONT)


@contextmanager
def suspended(process: Popen[bytes]) -> Iterator[None]:
    """A process that stands still inside."""
    suspend(process)
    try:
        yield
    finally:
        wake(process)


def stands_still(pid: int) -> bool:
    """Return whether each thread of a process is stopped, or has ended.

    Source: proc(5), the state in task/*/stat.
    """
    threads = Path(f"/proc/{pid}/task")
    try:
        states = {state((each / "stat").read_text(errors="replace")) for each in threads.iterdir()}
    except FileNotFoundError:
        return not threads.exists()
    return states <= {"T", "Z"}


def state(stat: str) -> str:
    """Return the state of a thread: the first word behind its name, which may hold anything."""
    return stat.rpartition(")")[2].split()[0]
