"""Write events as JSON lines and records to a file: common fields first, no blanks; the same course gives the
same file, byte for byte (wire.md, Events).
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from rules.wire import instants

Record = tuple[int, bytes]
"""(`known` in ms since the Unix epoch, one JSON object without its line end).

A feed is records in order of `known`.
"""
Placed = tuple[int, int, int, bytes]
"""(`known`, turn, bed, line): a record with its place among those of a whole ward.

Of one instant those come first whose turn is lower (`simulators.charting.writer.turn_of`), then by bed in the
ward; those of one bed keep their order.
"""


def unplaced(records: list[Placed]) -> list[Record]:
    """Return records without their places."""
    return [(known, data) for known, _, _, data in records]


Fields = Mapping[str, Any]
_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def line(kind: str, identity: str, patient: str, at: int, fields: Fields, known: int | None = None) -> Record:
    """Return the record of an event of type `kind`; `at` and `known` in ms, `known` written only where it
    differs.
    """
    when = at if known is None else known
    frame: dict[str, Any] = {"type": kind, "id": identity, "patient": patient, "at": instants.text(at)}
    if when != at:
        frame["known"] = instants.text(when)
    return when, _ENCODE({**frame, **fields}).encode()


def reading(code: str, value: float | str, unit: str | None = None) -> Fields:
    """Return one reading of a set; a word has no unit."""
    return {"code": code, "value": value, "unit": unit} if unit else {"code": code, "value": value}


FASTEST = 1
BLOCK = 1 << 20


@contextmanager
def sink(path: str) -> Iterator[BinaryIO]:
    """Open a file for writing: `-` is standard output, `*.gz` is gzip.

    Raises OSError when it cannot be written; then an older file of that name is as it was.
    """
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with (
        beside(Path(path)) as file,
        zipped(file) if path.endswith(".gz") else nullcontext(file) as into,
    ):
        yield into


@contextmanager
def beside(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing under another name beside it, and rename it when all was written.

    What is no file, such as a pipe, is written directly. Raises OSError with the file's name.
    """
    if path.exists() and not path.is_file():
        with path.open("wb", buffering=BLOCK) as into:
            yield into
        return
    whole = Path(os.path.realpath(path))
    part = whole.with_name(f"part-{os.getpid()}-{whole.name}")
    try:
        with part.open("wb", buffering=BLOCK) as into:
            yield into
        part.replace(whole)
    except OSError as error:
        if error.filename not in (None, str(part)):
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def zipped(file: BinaryIO) -> Iterator[BinaryIO]:
    """Open gzip over the file, without a name and without a time, so that the same feed gives the
    same bytes.
    """
    with gzip.GzipFile(filename="", mode="wb", compresslevel=FASTEST, fileobj=file, mtime=0) as into:
        yield cast(BinaryIO, into)


def write(records: Iterable[Record], into: BinaryIO) -> int:
    """Write records as JSON Lines; return how many there were."""
    lines = [line for _, line in records]
    if lines:
        into.write(b"\n".join(lines) + b"\n")
    return len(lines)
