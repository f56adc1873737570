"""A signal that the tests' own shell ignores (`nohup`, a job in the background) is not ignored here."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_ignored(number: signal.Signals) -> Iterator[None]:
    """Within the context a signal does what it does by default, in a process begun meanwhile too."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)
