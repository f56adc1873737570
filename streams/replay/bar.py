"""How far a replay is, on stderr: a bar for people while it runs, and one exact line at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rules.wire.instants import text
from streams.replay.publish import Counts
from streams.times import short

Watch = Callable[[Counts], None]


@contextmanager
def bar(total: int, clock: Callable[[], float], every: float = 0.1) -> Iterator[Watch]:
    """A bar that is given the counts, redrawn each `every` seconds at most; nothing when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda counts: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    told = TextColumn("{task.fields[said]}", markup=False)
    with Progress(BarColumn(), MofNCompleteColumn(), told, console=Console(stderr=True), transient=True) as drawn:
        task = drawn.add_task("", total=total, said="")
        began = next_time = clock()

        def watch(counts: Counts) -> None:
            nonlocal next_time
            if (now := clock()) >= next_time:
                next_time = now + every
                drawn.update(task, completed=counts.records, said=said(counts, now - began))

        yield watch


def said(counts: Counts, seconds: float) -> str:
    """`9,003/s  at 2026-03-02 10:00Z  2.5 s late`."""
    late = f"  {counts.lag:.1f} s late" if counts.lag >= 1 else ""
    return f"{rate(counts.records, seconds)}  at {short(text(counts.known - counts.known % 1000))}{late}"


def summary(counts: Counts, total: int, seconds: float) -> str:
    """`36,912 of 36,912 records acknowledged in 4.1 s (9,003/s), 361 ticks`."""
    return f"{counts.records:,} of {total:,} records acknowledged in {seconds:.1f} s ({rate(counts.records, seconds)}), {counts.ticks:,} ticks"


def rate(records: int, seconds: float) -> str:
    return f"{records / seconds:,.0f}/s" if seconds > 0 else "-/s"
