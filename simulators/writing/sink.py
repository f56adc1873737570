"""Where a feed goes: a file, gzip by its name, or standard output. Nothing of when or where it was written gets into the bytes."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, cast

from simulators.writing.record import Record

FASTEST = 1
BLOCK = 1 << 20


@contextmanager
def sink(path: str) -> Iterator[BinaryIO]:
    """A file open for writing: `-` is standard output, `*.gz` is gzip. Raises OSError when it cannot be written."""
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with Path(path).open("wb", buffering=BLOCK) as file, zipped(file) if path.endswith(".gz") else nullcontext(file) as into:
        yield into


@contextmanager
def zipped(file: BinaryIO) -> Iterator[BinaryIO]:
    """The same file behind gzip, without a name and without a time, so that the same feed gives the same bytes."""
    with gzip.GzipFile(filename="", mode="wb", compresslevel=FASTEST, fileobj=file, mtime=0) as into:
        yield cast(BinaryIO, into)


def write(records: Iterable[Record], into: BinaryIO) -> int:
    """Writes records as JSON Lines; how many there were."""
    lines = [line for _, line in records]
    if lines:
        into.write(b"\n".join(lines) + b"\n")
    return len(lines)
