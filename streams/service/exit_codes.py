"""Define the exit codes of commands and services, the one-line error message, and the version."""

from __future__ import annotations

import sys

from streams.display import encodable, plain

DONE, FINDINGS, USAGE, INTERRUPTED = 0, 1, 2, 130
CRASHED = 1
STUCK = 3
"""It could not go on and is to be started again."""


def complain(text: str) -> int:
    """Print an error as one line on stderr; return the exit code for usage errors."""
    print(encodable(f"il2watch: {plain(' '.join(text.split()))}", sys.stderr.encoding), file=sys.stderr)
    return USAGE


def version() -> str:
    """Return the installed version, or that of a checkout that was not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("il2watch")
    except PackageNotFoundError:
        return "(not installed)"
