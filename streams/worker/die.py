"""Ending at once. On the way to an orderly stop something might still be acknowledged that was not done."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

CRASHED = 1


def die(fault: BaseException) -> NoReturn:
    """Ends the process with exit code 1, after saying why. Whoever takes over begins with what was not acknowledged."""
    traceback.print_exception(fault)
    print(f"il2watch worker: stops, since going on would lose records: {fault!r}", file=sys.stderr, flush=True)
    os._exit(CRASHED)
