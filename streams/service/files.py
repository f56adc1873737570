"""Read files of events as numbered lines, plain or gzip, with a progress bar; write JSON Lines to stdout."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from streams.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


LONGEST = 1 << 20
SMALL = 64 << 20
MOST_TIMES = 200
"""How many times its size a gzip file may unpack to, beyond `SMALL` bytes; events unpack to 20 times."""
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line: its number from 1, its bytes, and how many bytes of the file were read so far.

    `data`: None when the line is longer than `LONGEST`.
    """

    number: int
    data: bytes | None
    offset: int


def lines(path: str) -> Iterator[Line]:
    """Yield the lines of a file that are not blank, without line ends and byte-order mark.

    A folder of Parquet partitioned by patient has a line a record. Raises UsageError when it cannot be
    opened or read to its end, naming the file and the remedy.
    """
    if os.path.isdir(path):
        from streams.service import tabular_files

        if tabular_files.is_partitioned(path):
            yield from tabular_files.partitioned_lines(path)
            return
    with opened(path) as file:
        try:
            yield from numbered(Rewound(file.read(len(GZIP)), file))
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from None
        except EOFError:
            raise UsageError(f"{path}: the gzip file is cut short; copy it again") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise UsageError(f"{path}: the gzip file is damaged ({error}); copy it again") from None


def size(path: str) -> int:
    """Return the bytes of a file, or of a folder's files; 0 for standard input and what is not there."""
    if os.path.isdir(path):
        return sum(file.stat().st_size for file in Path(path).rglob("*.parquet"))
    return 0 if path == "-" or not os.path.exists(path) else os.path.getsize(path)


def opened(path: str) -> AbstractContextManager[BinaryIO]:
    """Open a file. Raises UsageError if it does not exist, is a folder or may not be read."""
    if path == "-":
        return nullcontext(standard_input())
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file; give a file of events, or - for standard input") from None
    except IsADirectoryError:
        raise UsageError(f"{path}: is a folder; give a file of events inside it") from None
    except PermissionError:
        raise UsageError(f"{path}: may not be read; check its permissions") from None


def standard_input() -> BinaryIO:
    """Return standard input as bytes. Raises UsageError when the shell closed it."""
    if sys.stdin is None:
        raise UsageError("-: standard input is closed; give a file of events")
    return sys.stdin.buffer


class Rewound(io.RawIOBase):
    """A stream that returns its first bytes again, since a pipe cannot seek; it counts what it returned."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest, self.offset = head, rest, 0

    def readable(self) -> bool:
        return True

    # the stub names any buffer; io passes a memoryview
    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        data = self.head or self.rest.read(len(into))
        self.head = data[len(into) :]
        returned = data[: len(into)]
        into[: len(returned)] = returned
        self.offset += len(returned)
        return len(returned)


def numbered(source: Rewound) -> Iterator[Line]:
    """Yield the lines with their numbers; blank ones are counted and left out."""
    reader = unzipped(source)
    number = unpacked = 0
    while data := reader.readline(LONGEST + 1):
        number += 1
        unpacked += len(data)
        if unpacked > SMALL and unpacked > MOST_TIMES * source.offset:
            raise UsageError(
                f"it unpacks to more than {MOST_TIMES} times its size, which no file of events does; "
                "unpack it and look at it"
            )
        whole = len(data) <= LONGEST or data.endswith(b"\n")
        if not whole:
            skip_line(reader)
        content = (data.removeprefix(BOM) if number == 1 else data).strip()
        if content:
            yield Line(number, content if whole else None, source.offset)


def unzipped(source: Rewound) -> io.BufferedIOBase:
    """Return the stream's text; gzip is detected by its first bytes, never by its name."""
    if source.head == GZIP:
        return gzip.GzipFile(fileobj=source)
    return io.BufferedReader(source, 1 << 16)


def skip_line(reader: io.BufferedIOBase) -> None:
    """Skip the rest of a line that is too long to hold."""
    while (more := reader.readline(LONGEST)) and not more.endswith(b"\n"):
        pass


LARGE = 5 << 20
EVERY = 1000


def watched(lines: Iterable[Line], path: str) -> Iterable[Line]:
    """Return the same lines, with a progress bar if stderr is a terminal and the file is larger than 5 MB."""
    total = size(path) if sys.stderr.isatty() else 0
    return with_bar(lines, path, total) if total > LARGE else lines


def with_bar(lines: Iterable[Line], path: str, total: int) -> Iterator[Line]:
    """Yield the same lines, moving the bar on every thousandth."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        for line in lines:
            if line.number % EVERY == 0:
                bar.update(task, completed=line.offset)
            yield line


Watch = Callable[[str, int, int], None]


@contextmanager
def filling() -> Iterator[Watch]:
    """Yield a function that draws progress: what is done, how much of it, and of how much.

    One bar for each thing done; nothing is drawn unless stderr is a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield bar_mover(bar)


def bar_mover(bar: Progress) -> Watch:
    """Return a function that moves a bar, one line of it for each thing done."""
    tasks: dict[str, TaskID] = {}

    def watch(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    return watch


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name this file or folder in an OSError that names none, as that of a full disk does."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from None


def write(objects: Iterable[Any]) -> None:
    """Print each object as JSON on a line of its own."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    sys.stdout.flush()
    for item in objects:
        sys.stdout.buffer.write(encode(item) + b"\n")
    sys.stdout.buffer.flush()


def write_lines(lines: Iterable[bytes]) -> None:
    """Print lines that are JSON already, with their line ends."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(lines)
    sys.stdout.buffer.flush()
