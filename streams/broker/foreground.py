"""A service in the foreground: SIGTERM ends it the way Ctrl-C does, in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def until_told() -> Iterator[None]:
    """Inside, SIGTERM raises KeyboardInterrupt, so that every context around it closes; main thread only."""
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
