"""Whatever a test run starts ends with it, whichever way it ends: in order, by Ctrl-C, by SIGTERM or by kill
-9.

pytest, and each worker of xdist, adds a name of its own to an environment variable, which all that it starts
inherits: through shells, sessions of their own, brokers and browsers. It starts a watcher too, which holds
the other end of a pipe: when the pipe closes, the watcher kills whoever bears the name. A worker bears the
name of the run as well as its own. Processes are looked up in /proc: elsewhere than on Linux nothing is done.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VARIABLE = "IL2WATCH_TEST_RUNS"
PATIENCE_S, QUIET_LOOKS = 10.0, 10


class Watcher:
    """Ends all that this process starts from now on; at once when this process is gone, else when told to."""

    def __init__(self) -> None:
        name = f"{os.getpid()}-{uuid.uuid4().hex}"
        command = [sys.executable, "-IS", __file__, name]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
        os.environ[VARIABLE] = ":".join(filter(None, (os.environ.get(VARIABLE), name)))

    def end(self) -> None:
        """Tell what had to be killed."""
        output, _ = self.process.communicate(timeout=2 * PATIENCE_S)
        print(output, end="", file=sys.stderr)


def pytest_configure(config: Any) -> None:
    if sys.platform == "linux":
        config.add_cleanup(Watcher().end)


def named(name: str) -> Iterator[tuple[int, str]]:
    """The processes that bear a name, by id, with their command lines."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if name in names((process / "environ").read_bytes()):
                yield (
                    int(process.name),
                    (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"),
                )


def names(environment: bytes) -> list[str]:
    mine = next((line for line in environment.split(b"\0") if line.startswith(f"{VARIABLE}=".encode())), b"")
    return mine.decode(errors="replace").partition("=")[2].split(":")


def end(name: str) -> dict[int, str]:
    """Kill all who bear the name, until none has been seen for a while: one may start another meanwhile.

    Return who they were.

    A process that is just turning into another program (exec) shows no environment, and so no name, for a
    moment.
    """
    until, quiet = time.monotonic() + PATIENCE_S, 0
    killed: dict[int, str] = {}
    while quiet < QUIET_LOOKS and time.monotonic() < until:
        found = dict(named(name))
        quiet = 0 if found else quiet + 1
        killed |= found
        for number in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)
    return killed


if __name__ == "__main__":
    sys.stdin.read()
    left = end(sys.argv[1])
    message = "".join(
        f"left behind by the tests, and killed: {number} {command[:200]}\n"
        for number, command in left.items()
    )
    with contextlib.suppress(BrokenPipeError):  # nobody reads it, if the run was killed
        os.write(1, message.encode())
