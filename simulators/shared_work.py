"""Share work out over processes: how far each of them is, and the sorted files that they leave, merged.

Who runs the processes is the caller's business (`Pool`); this is what the work itself needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from heapq import merge
from pathlib import Path
from threading import Event, Thread
from typing import Any

Watch = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""
Pool = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""Yields a function's results for every request, in order of the requests."""
Opened = Callable[[], AbstractContextManager[Pool]]
"""Opens a pool; its processes end with it."""
EVERY_S = 0.2
SHIFT = 1 << 52
"""Makes times before 1970 positive, so that keys of equal length sort as numbers do."""


def in_process() -> AbstractContextManager[Pool]:
    """Open a pool that works here, one request after another."""
    return nullcontext(map)


def done_file(folder: Path, name: str) -> Path:
    """Return the file that grows by a byte for each piece of work that the process `name` has done."""
    return folder / f"done-{name}"


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name this file or folder in an OSError that names none, as that of a full disk does."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from None


@contextmanager
def followed(folder: Path, what: str, total: int, watch: Watch) -> Iterator[None]:
    """Meanwhile watch how many pieces of work the processes have done, by the bytes of their files."""
    ended = Event()

    def follow() -> None:
        while not ended.wait(EVERY_S):
            watch(what, sum(path.stat().st_size for path in folder.glob(done_file(folder, "*").name)), total)

    thread = Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def merged(paths: Iterable[Path], held: Iterable[bytes] = ()) -> Iterator[bytes]:
    """Yield the lines of sorted files, and those that are held in memory, sorted, in order."""
    with ExitStack() as stack:
        yield from merge(*(stack.enter_context(path.open("rb")) for path in paths), held)
