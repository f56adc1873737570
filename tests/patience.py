"""How long a test waits for what must come.

It comes in a second or two on a quiet machine. On one that does ten things at once a program takes half a
minute to start; a test that gives up then has found no fault. What has come is waited for no longer.
"""

from collections.abc import Callable

from streams.kafka import ports

PATIENCE_S = 180.0


def until(found: Callable[[], object], within: float = PATIENCE_S) -> bool:
    """Ask ten times a second; return whether it came in time."""
    return ports.wait_until(lambda: bool(found()), within, every=0.1)
