"""A page acknowledged as people do: its number typed at the demo's screen, on a terminal of 80 columns and 24
lines.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.streams.demo.test_demo import ROOT, alone, had, linux, theirs

AGAIN_S, TRIES = 10, 6
DRAWN = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """A terminal with a demo on it; `text`: all that it was sent so far, without colours and moves."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self.master, self.text = process, master, ""

    def until(self, pattern: str, seconds: float = PATIENCE_S) -> re.Match[str] | None:
        """Reads on until something new is there, or so long."""
        begin, ends = len(self.text), time.monotonic() + seconds
        while (found := re.search(pattern, self.text[begin:])) is None and time.monotonic() < ends:
            self.read()
        return found

    def read(self) -> bool:
        """Takes what came, waiting a moment; False once the terminal is closed."""
        if not select.select([self.master], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # Linux says so of a terminal that its last user has left
            return False
        self.text += DRAWN.sub("", data.decode(errors="replace"))
        return bool(data)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())


@contextmanager
def terminal(folder: Path) -> Iterator[Terminal]:
    had()
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8", "TERM": "xterm"}
    for name in ("COLUMNS", "LINES"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "streams", "demo", "--speed", "300"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


@pytest.mark.embedded
@pytest.mark.slow
@alone
@linux
def test_a_number_and_enter_acknowledge_a_page(tmp_path: Path) -> None:
    with terminal(tmp_path) as screen:
        for _ in range(TRIES):  # a page may be over by the time its number is typed
            page = screen.until(
                r"pages? to acknowledge(?:, [0-9]+ acknowledged)?; type a number and Enter: _\s*([0-9]+)  [0-9:]+Z  "
            )
            assert page is not None, screen.text[-3000:]
            screen.type(f"{page[1]}\n")
            if screen.until(r"pages? to acknowledge, [1-9][0-9]* acknowledged; ", AGAIN_S):
                break
        screen.process.send_signal(signal.SIGINT)
        while screen.read():
            pass
        assert screen.process.wait(30) == 130
        assert re.search(r"[0-9]+ pages sent, [1-9][0-9]* acknowledged, [0-9]+ open", screen.text), (
            screen.text[-3000:]
        )
    assert theirs(tmp_path) == {}
