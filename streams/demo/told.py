"""When the demo is told to end: Ctrl-C, SIGTERM, or its terminal closed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from streams.broker.foreground import interrupt, until_told


@contextmanager
def told() -> Iterator[None]:
    """Inside, all three raise KeyboardInterrupt, so that every context closes; under `nohup` a closed terminal is nothing. Main thread only."""
    before = signal.getsignal(signal.SIGHUP)
    with until_told():
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGHUP, before)
