"""Log to stderr as a service does: few lines, each once a minute at most.

The clients of Kafka log every attempt at a broker that is away, 300 lines a second in a worker of twelve
partitions: two minutes of that push an hour's log out of what is kept. A service says itself what it waits
for.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OWN = "il2watch"
LEVELS = {
    OWN: logging.INFO,
    "aiokafka": logging.CRITICAL,
    "kafka": logging.CRITICAL,
    # It warns whenever a batch takes a second.
    "mode.timers": logging.ERROR,
}
EVERY_S = 60.0
MOST_CAUSES = 1000


class OncePerMinute(logging.Filter):
    """A filter that passes one record a minute of one cause, and tells with it how many were left out.

    A cause is the text of our own warnings; of a library's it is the line of code, since their texts hold
    counters and addresses. What we say without warning passes. `clock`: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.clock = clock
        self.causes: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be written; its message then says how many were not."""
        own = record.name.split(".")[0] == OWN
        if own and record.levelno < logging.WARNING:
            return True
        cause = (record.name, record.getMessage() if own else f"{record.pathname}:{record.lineno}")
        since, left_out = self.causes.get(cause, (float("-inf"), 0))
        now = self.clock()
        if now - since < EVERY_S:
            self.causes[cause] = (since, left_out + 1)
            return False
        self._note(cause, now)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} times more before)", ()
        return True

    def _note(self, cause: tuple[str, str], now: float) -> None:
        """Note that a cause was written; forget those of long ago when there are many."""
        if len(self.causes) >= MOST_CAUSES:
            self.causes = {key: seen for key, seen in self.causes.items() if now - seen[0] < EVERY_S}
        self.causes[cause] = (now, 0)


def log_to_stderr() -> None:
    """Write warnings to stderr, and what the service itself has to say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.addFilter(OncePerMinute())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
