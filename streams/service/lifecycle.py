"""Start, watch and end a long-running process: signals, fail fast, and whether it still gets anywhere."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple, NoReturn

from streams.service.exit_codes import CRASHED


def die(fault: BaseException) -> NoReturn:
    """Ends the process with exit code 1, after saying why.

    Whoever takes over begins with what was not acknowledged.
    """
    traceback.print_exception(fault)
    print(
        f"il2watch worker: stops, since going on would lose records: {fault!r}", file=sys.stderr, flush=True
    )
    os._exit(CRASHED)


@contextmanager
def until_terminated() -> Iterator[None]:
    """Inside, SIGTERM raises KeyboardInterrupt, so that every context around it closes; main thread only."""
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class ProgressSample(NamedTuple):
    """What is seen at one moment.

    `missing`: what there is to wait for, in words (None: nothing); `mark`: grows as something is done.
    """

    missing: str | None
    mark: int


class ProgressMonitor:
    """Follows the marks.

    `patience`: seconds without progress, while there is something to wait for, that are too long.
    """

    def __init__(self, patience: float, at: float) -> None:
        self.patience, self.since, self.mark = patience, at, 0

    def seen(self, sample: ProgressSample, at: float) -> str | None:
        """Why to give up; None while all is well. Having nothing to do is well."""
        if sample.missing is None or sample.mark > self.mark:
            self.since = at
        self.mark = sample.mark
        waited = at - self.since
        return None if waited < self.patience else f"{sample.missing}, and no progress for {waited:.0f} s"


def wall() -> int:
    """Wall time, ms."""
    return time.time_ns() // 1_000_000
