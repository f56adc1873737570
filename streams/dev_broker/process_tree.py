"""A process that ends with the one that started it, whichever way that ends: normally, by a signal, or
killed; and with it all that it started.

It gets a session of its own, so that Ctrl-C in a terminal reaches its owner alone, who stops it in order. On
Linux the kernel ends it when its owner dies (PR_SET_PDEATHSIG, which psutil has not). That signal is tied to
the *thread* that started it, and would come when the thread ends: it is set only from the main thread, and
elsewhere, as on macOS, the owner's own exit stops it (`atexit`).
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

# PR_SET_PDEATHSIG is 1; it outlives exec. An owner that died before it was set is seen by its children having
# another parent.
TIED = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""
GRACE_S = 10.0


def start(command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts a program; what it prints goes to `output`, a real file.

    Raises OSError when it cannot be run.
    """
    process = subprocess.Popen(
        tied(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    atexit.register(kill, process)
    return process


def stop(process: subprocess.Popen[bytes], grace_s: float = GRACE_S) -> None:
    """Asks it and what it started to end, then ends them. Nothing to do for one that is gone."""
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
    """Ends it at once (SIGKILL), with what it started."""
    if process.poll() is None:
        started = started_by(process)
        process.kill()
        process.wait()
        send(signal.SIGKILL, started)


def send(what: signal.Signals, processes: Iterable[psutil.Process]) -> None:
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.send_signal(what)


def started_by(process: subprocess.Popen[bytes]) -> set[psutil.Process]:
    """Its descendants, and those of its session: whose parent has ended is nobody's descendant."""
    found: set[psutil.Process] = set()
    with contextlib.suppress(psutil.NoSuchProcess):
        found.update(psutil.Process(process.pid).children(recursive=True))
    found.update(one for one in psutil.process_iter() if session(one.pid) == process.pid)
    return {one for one in found if one.pid != process.pid}


def runs(one: psutil.Process) -> bool:
    """Whether it has not ended.

    psutil's own `wait_procs` waits for a dead one too, for as long as nobody reaps it: in a container that is
    for ever.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(one.status() != psutil.STATUS_ZOMBIE)
    return False


def session(number: int) -> int | None:
    """The session of a process; None for one that is gone or that may not be asked."""
    with contextlib.suppress(OSError):
        return os.getsid(number)
    return None


def tied(command: Sequence[str]) -> list[str]:
    """The command, run by one that first asks the kernel to end it with its owner.

    Without `preexec_fn`, which threads make unsafe.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return list(command)
    return [sys.executable, "-ISc", TIED, str(os.getpid()), *command]
