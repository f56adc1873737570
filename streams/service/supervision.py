"""Watch a service from a thread of its own: whatever its event loop does, the process ends in bounded time.

The loop says when it was well. A loop that says nothing for too long (it hangs, is blocked, or waits for what
never comes), or that does not end in time once it is told to, is ended from here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable

from streams.service.exit_codes import DONE, INTERRUPTED, STUCK

CHECK_S = 0.25
STOP_S = 9.5
"""How long a service may take to stop once it is told to, s."""
BEYOND_S = 8.0
"""How long beyond its patience a loop may leave the giving up to itself, s."""
GIVEN_UP_S = 9.5
"""How long beyond its patience a service that gives up may take to stop, s."""


class Supervisor:
    """The watch over one service. Times are seconds of a monotonic clock.

    `patience`: how long it may be unwell; `end`: ends the process with an exit code.
    """

    def __init__(
        self,
        patience: float,
        log: logging.Logger,
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.patience, self.log, self.end, self.clock = patience, log, end, clock
        self.well_at = clock()
        self.code = STUCK
        self.deadline: float | None = None
        self.over = threading.Event()

    def well(self, at: float) -> None:
        """Note that the service was well, or waited for nothing, at a time."""
        self.well_at = at

    def stopping(self, code: int) -> None:
        """Note that the service is to end with an exit code; the first time counts."""
        if self.deadline is None:
            by_signal = code in (DONE, INTERRUPTED)
            self.deadline = (
                self.clock() + STOP_S
                if by_signal
                else max(self.clock() + 1, self.well_at + self.patience + GIVEN_UP_S)
            )
        self.code = code

    def verdict(self, at: float) -> int | None:
        """Return the exit code to end with now; None: it may go on."""
        if self.deadline is not None:
            return self.code if at >= self.deadline else None
        return STUCK if at - self.well_at >= self.patience + BEYOND_S else None

    def start(self) -> None:
        """Watch in a thread, until `stop`."""
        threading.Thread(target=self._watch, name="supervisor", daemon=True).start()

    def stop(self) -> None:
        """End the watch: the service has ended."""
        self.over.set()

    def _watch(self) -> None:
        while not self.over.wait(CHECK_S):
            code = self.verdict(self.clock())
            if code is not None:
                self._end(code)
                return

    def _end(self, code: int) -> None:
        why = "it does not stop" if self.deadline is not None else "its event loop hangs"
        self.log.critical("ends with %d: %s", code, why)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        self.end(code)
