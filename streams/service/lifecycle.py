"""Start, watch and end a long-running process: signals, fail fast, and a check of its progress."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple, NoReturn

from streams.service.exit_codes import CRASHED, DONE


def die(fault: BaseException) -> NoReturn:
    """End the process with exit code 1, after printing why.

    The next owner of its partitions begins with what was not acknowledged.
    """
    traceback.print_exception(fault)
    print(
        f"il2watch worker: stops, since going on would lose records: {fault!r}", file=sys.stderr, flush=True
    )
    os._exit(CRASHED)


@contextmanager
def until_running() -> Iterator[None]:
    """Within the context SIGTERM ends the process with exit code 0, until a service takes signals itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: os._exit(DONE))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def until_terminated() -> Iterator[None]:
    """Within the context SIGTERM raises KeyboardInterrupt, so that every context around it closes.

    Main thread only.
    """
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def until_ended() -> Iterator[None]:
    """Within the context each signal that ends a process raises KeyboardInterrupt, so that its files are
    closed and removed; one that is ignored, as under `nohup`, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # SIGINT too: Python's own handler raises no instance, and pandas tells that as a table it cannot read
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in (number for number, handler in before.items() if handler is not signal.SIG_IGN):
        signal.signal(number, interrupt_once)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt_once(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt; the same signal again, as `timeout` sends it, does not stop the closing."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt."""
    raise KeyboardInterrupt


class ProgressSample(NamedTuple):
    """The progress at one moment.

    `missing`: what there is to wait for, as text (None: nothing); `mark`: grows as something is done.
    """

    missing: str | None
    mark: int


class ProgressMonitor:
    """A check that a process gets anywhere.

    `patience`: seconds without progress, while there is something to wait for, that are too long.
    """

    def __init__(self, patience: float, at: float) -> None:
        self.patience, self.since, self.mark = patience, at, 0

    def seen(self, sample: ProgressSample, at: float) -> str | None:
        """Return why to give up; None while all is well. Having nothing to wait for is well."""
        if sample.missing is None or sample.mark > self.mark:
            self.since = at
        self.mark = sample.mark
        waited = at - self.since
        return None if waited < self.patience else f"{sample.missing}, and no progress for {waited:.0f} s"


def wall() -> int:
    """Return wall time, ms."""
    return time.time_ns() // 1_000_000
