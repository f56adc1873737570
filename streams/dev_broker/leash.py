"""A process that ends with the one that started it, whichever way that ends: normally, by a signal, or
killed.

It gets a process group of its own, so that Ctrl-C in a terminal reaches its owner alone, who stops it in
order. On Linux the kernel ends it when its owner dies (PR_SET_PDEATHSIG). That signal is tied to the *thread*
that started it, and would come when the thread ends: it is set only from the main thread, and elsewhere, as
on macOS, the owner's own exit stops it (`atexit`).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO

# PR_SET_PDEATHSIG is 1; it outlives exec. An owner that died before it was set is seen by its children having
# another parent.
LEASH = """
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
        leashed(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    atexit.register(kill, process)
    return process


def stop(process: subprocess.Popen[bytes], grace_s: float = GRACE_S) -> None:
    """Asks it to end, then ends it; answers when it is gone. Nothing to do for one that is."""
    if process.poll() is None:
        to_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends it at once (SIGKILL), with what it started."""
    if process.poll() is None:
        to_group(process, signal.SIGKILL)
        process.wait()


def to_group(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, what)


def leashed(command: Sequence[str]) -> list[str]:
    """The command, run by one that first asks the kernel to end it with its owner.

    Without `preexec_fn`, which threads make unsafe.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return list(command)
    return [sys.executable, "-ISc", LEASH, str(os.getpid()), *command]
