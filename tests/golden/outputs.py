"""Every golden output by name, and how it is made now."""

from __future__ import annotations

from tests.golden import commands, pager, worker

NAMES = (*worker.OUTPUTS, worker.SYSTEM, *commands.PRINTED, *pager.OUTPUTS)
"""The pager's are last: it is fed with the worker's as they were recorded."""


def lines(name: str) -> list[str]:
    """Make an output anew."""
    if name == worker.SYSTEM:
        return worker.system()
    if name in worker.OUTPUTS:
        return worker.lines(name)
    return commands.lines(name) if name in commands.PRINTED else pager.lines(name)
