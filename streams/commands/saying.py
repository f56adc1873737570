"""Who asks and why: the options of every command that a person answers for."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from streams.commands import options
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.pager.send import Who


def saying(command: options.Parser) -> None:
    """`--by` and `--reason`."""
    command.add_argument("--by", metavar="WHO", required=True, help="who says so")
    command.add_argument("--reason", metavar="WHY", required=True, help="and why")


def who(chosen: argparse.Namespace) -> Who:
    """Both, as given. Raises UsageError for blanks."""
    from streams.pager.send import Who

    if not chosen.by.strip() or not chosen.reason.strip():
        raise UsageError("--by and --reason: say who and why")
    return Who(chosen.by, chosen.reason)


def now() -> int:
    """Wall time, ms."""
    return time.time_ns() // 1_000_000
