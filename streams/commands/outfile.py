"""A file of events that a command writes: there when it is whole, and not before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.commands.options import Parser

SINK = "simulators.charting.records:sink"
"""Imported when called: no room but the command line knows the bedside. It writes gzip by the name, and the same bytes each time."""
STDOUT = "-"


def option(command: Parser) -> None:
    command.add_argument(
        "-o", dest="into", metavar="FILE", default=STDOUT, help="where the events go, JSON Lines; *.gz is compressed; default: standard output"
    )


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The file, open for writing under another name beside it, and renamed when all was written; `-` and devices are written as they are.

    Raises UsageError when it cannot be written, OSError when the disk is full.
    """
    if path == STDOUT or (os.path.exists(path) and not os.path.isfile(path)):
        with sink()(path) as into:
            yield into
        return
    part = Path(path).with_name(f"part-{os.getpid()}-{Path(path).name}")
    try:
        with sink()(str(part)) as into:
            yield into
        part.replace(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: no folder {Path(path).parent}; make it first") from None
    finally:
        part.unlink(missing_ok=True)


def sink() -> Any:
    """What opens a file for a feed, as `with sink()(path) as into`."""
    module, name = SINK.split(":")
    return getattr(import_module(module), name)
