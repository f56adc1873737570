"""A progress bar on stderr while a large file is read: only for people, only when there is something to wait for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from streams.files import Line, size

LARGE = 5 << 20
EVERY = 1000


def watched(lines: Iterable[Line], path: str) -> Iterable[Line]:
    """The same lines; with a bar when stderr is a terminal and the file is larger than 5 MB."""
    total = size(path) if sys.stderr.isatty() else 0
    return drawn(lines, path, total) if total > LARGE else lines


def drawn(lines: Iterable[Line], path: str, total: int) -> Iterator[Line]:
    """The same lines, with the bar moved on every thousandth."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        for line in lines:
            if line.number % EVERY == 0:
                bar.update(task, completed=line.offset)
            yield line
