"""A worker that stops itself (SIGSTOP) at a chosen moment, once: just before it writes rows or publishes.

The moment is named by the file of IL2_STOP_FILE: `rows` or `alerts`. Only the moment is chosen; all else is the
worker as it is.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from streams.cli.main import main
from streams.worker.processor import BatchProcessor

CHOSEN = Path(os.environ["IL2_STOP_FILE"])


def stopping(phase: str, step: Callable[..., Awaitable[Any]], records: int) -> Callable[..., Awaitable[Any]]:
    """Return the step, before which the process stops when its phase is chosen.

    `records`: the place of what it writes among its arguments.
    """

    async def stopped(*arguments: Any) -> Any:
        if arguments[records] and CHOSEN.exists() and CHOSEN.read_text() == phase:
            CHOSEN.unlink()
            os.kill(os.getpid(), signal.SIGSTOP)
        return await step(*arguments)

    return stopped


processor: Any = BatchProcessor
processor._append_rows = stopping("rows", processor._append_rows, 1)
processor._publish = stopping("alerts", processor._publish, 3)
processor._append_assessments = stopping("alerts", processor._append_assessments, 2)

if __name__ == "__main__":
    sys.exit(main())
