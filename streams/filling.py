"""A bar on stderr for work whose end is known: what is done now, and how far. Nothing when stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Watch = Callable[[str, int, int], None]


@contextmanager
def filling() -> Iterator[Watch]:
    """A bar that is told what is done, how much of it, and of how much; one line for each thing done."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield drawn(bar)


def drawn(bar: Progress) -> Watch:
    """Moves a bar, a line of it for each thing done."""
    tasks: dict[str, TaskID] = {}

    def watch(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    return watch
