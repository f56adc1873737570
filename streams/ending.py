"""How a service ends: told by a signal, or by itself since it cannot go on; with an exit code that tells a supervisor what to do."""

from __future__ import annotations

import asyncio
import signal

from streams.cli import DONE, INTERRUPTED

STUCK = 3
"""It could not go on and is to be started again."""


class Ending:
    """What a service waits for: `told` is set once it is to end, with `code`."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.code = DONE

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, DONE), (signal.SIGINT, INTERRUPTED)):
            loop.add_signal_handler(number, self._end, code)

    def _end(self, code: int) -> None:
        self.code = code
        self.told.set()
