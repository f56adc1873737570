"""Read what is typed while the screen is redrawn, and send the acknowledgement it asks for."""

from __future__ import annotations

import os
import select
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

from streams.kafka import commands
from streams.kafka.settings import Broker
from streams.projections.pages import OpenPage

LONGEST = 4
ENTER, RUBOUT = ("\n", "\r"), ("\x7f", "\b")


class Entry:
    """A line being typed. Pure."""

    def __init__(self) -> None:
        self.text = ""

    def type(self, characters: str) -> list[int]:
        """Return the numbers completed by Enter; skip what is not a digit."""
        found = []
        for one in characters:
            if one in ENTER and self.text:
                found.append(int(self.text))
                self.text = ""
            elif one in RUBOUT:
                self.text = self.text[:-1]
            elif one.isascii() and one.isdigit() and len(self.text) < LONGEST:
                self.text += one
        return found


class Keyboard:
    """A context manager: inside, the terminal delivers each key at once and echoes none.

    `there`: whether there is a terminal to type on; Ctrl-C stays Ctrl-C.
    """

    def __init__(self) -> None:
        self.there = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
        self._before: list[Any] | None = None

    def pressed(self) -> str:
        """Return what was typed since the last call, without waiting."""
        if not self.there or not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        data = os.read(sys.stdin.fileno(), 256)
        self.there = bool(data)
        return data.decode(errors="ignore")

    def __enter__(self) -> Keyboard:
        if self.there:
            import termios
            import tty

            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)


WHO = commands.Who("demo", "seen on the demo's screen")


class Acknowledging:
    """A sender of acknowledgements; a context manager. `fault`: why the latest failed, if it did."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="acknowledging")
        self._latest: Future[None] | None = None

    def send(self, page: OpenPage, at: int) -> None:
        """Send an acknowledgement in the background, as of the ward's time, ms."""
        self._latest = self._pool.submit(
            commands.send, self.broker, commands.acknowledgement(page.patient, page.alert, WHO, at)
        )

    @property
    def fault(self) -> BaseException | None:
        """Why the latest acknowledgement failed; None when it has not."""
        return self._latest.exception() if self._latest is not None and self._latest.done() else None

    def __enter__(self) -> Acknowledging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
