"""Run a process that ends with its owner, however the owner ends: normally, by a signal, or killed.

All that the process started ends too. It gets a session of its own, so that Ctrl-C in a terminal reaches its
owner alone, which stops it in order. On Linux the kernel ends it when its owner dies (PR_SET_PDEATHSIG, which
psutil has not). That signal is tied to the *thread* that started it, and would come when the thread ends: it
is set only from the main thread, and elsewhere, as on macOS, the owner's own exit stops it (`atexit`).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from typing import IO

import psutil

from streams.kafka.ports import wait_until

# PR_SET_PDEATHSIG is 1; it outlives exec. If the owner died before it was set, the parent is another process.
BOUND = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""
GRACE_S = 10.0


def start(command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program; what it prints goes to `output`, a real file.

    Raises OSError when it cannot be run.
    """
    process = subprocess.Popen(
        bound_to_owner(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    atexit.register(kill, process)
    return process


def stop(process: subprocess.Popen[bytes], grace_s: float = GRACE_S) -> None:
    """Ask a process and what it started to end, then kill them. Nothing is done for one that has ended."""
    if process.poll() is not None:
        return
    until, started = time.monotonic() + grace_s, started_by(process)
    process.terminate()
    send(signal.SIGTERM, started)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(grace_s)
    wait_until(lambda: not any(map(runs, started)), until - time.monotonic())
    kill(process)
    send(signal.SIGKILL, started)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process at once (SIGKILL), with what it started."""
    if process.poll() is None:
        started = started_by(process)
        process.kill()
        process.wait()
        send(signal.SIGKILL, started)


def send(what: signal.Signals, processes: Iterable[psutil.Process]) -> None:
    """Send a signal to the processes that still exist."""
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.send_signal(what)


def started_by(process: subprocess.Popen[bytes]) -> set[psutil.Process]:
    """Return a process's descendants, and those of its session.

    A process whose parent has ended is no descendant any more.
    """
    found: set[psutil.Process] = set()
    with contextlib.suppress(psutil.NoSuchProcess):
        found.update(psutil.Process(process.pid).children(recursive=True))
    found.update(one for one in psutil.process_iter() if session(one.pid) == process.pid)
    return {one for one in found if one.pid != process.pid}


def runs(one: psutil.Process) -> bool:
    """Return whether a process has not ended.

    psutil's own `wait_procs` waits for a zombie too, for as long as nothing reaps it: in a container that is
    for ever.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(one.status() != psutil.STATUS_ZOMBIE)
    return False


def session(number: int) -> int | None:
    """Return the session of a process; None for one that has ended or may not be inspected."""
    with contextlib.suppress(OSError):
        return os.getsid(number)
    return None


def bound_to_owner(command: Sequence[str]) -> list[str]:
    """Return the command, run by a program that first asks the kernel to end it with its owner.

    `preexec_fn` is not used: threads make it unsafe.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return list(command)
    return [sys.executable, "-ISc", BOUND, str(os.getpid()), *command]
