"""Show a replay: the alerts as they appear in `il2.alerts`, and its progress."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

from rules.wire.alerts import AlertRecord, NotAnAlert, decode
from rules.wire.instants import text
from rules.wire.topics import ALERTS
from streams.kafka.blocking_reader import Tail
from streams.kafka.settings import Broker
from streams.replay.publish import Counts
from streams.times import short

POLL_MS = 200
Show = Callable[[list[AlertRecord]], None]


class AlertPrinter:
    """Reads `il2.alerts` in a thread of its own and shows the alerts of the patients.

    It reads from the end that the topic had when this was made.
    """

    def __init__(self, broker: Broker, patients: Collection[str], show: Show) -> None:
        self.patients, self.show = patients, show
        self.tail = Tail(broker, [ALERTS])
        self.count_shown = 0
        self.fault: Exception | None = None
        self.stopped, self.seen = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.run, name="follow", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def run(self) -> None:
        """Show what comes until it is stopped; an exception ends it, and is raised by `wait`."""
        try:
            while not self.stopped.is_set():
                self.show_alerts(record.value for record in self.tail.poll(POLL_MS))
        except Exception as fault:
            self.fault = fault
        finally:
            self.tail.close()

    def show_alerts(self, values: Iterable[bytes | None]) -> None:
        """Show those alerts that are of the patients."""
        found = [
            alert for alert in map(alert_of, values) if alert is not None and alert.patient in self.patients
        ]
        if found:
            self.show(found)
            self.count_shown += len(found)
            self.seen.set()

    def wait(self, quiet: float) -> None:
        """Continue until no alert came for `quiet` seconds, then stop.

        Raises what ended the reading, if something did.
        """
        while self.thread.is_alive() and self.seen.wait(quiet):
            self.seen.clear()
        self.stop()
        if self.fault is not None:
            raise self.fault

    def stop(self) -> None:
        """Stop reading and wait for the thread."""
        self.stopped.set()
        if self.thread.is_alive():
            self.thread.join()


def alert_of(value: bytes | None) -> AlertRecord | None:
    """Return the alert in a record; None when it holds none."""
    try:
        return decode(value)
    except NotAnAlert:
        return None


Watch = Callable[[Counts], None]


@contextmanager
def bar(total: int, clock: Callable[[], float], every: float = 0.1) -> Iterator[Watch]:
    """Yield a function that shows the counts on a bar, redrawn each `every` seconds at most.

    It does nothing when stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda counts: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    column = TextColumn("{task.fields[status]}", markup=False)
    with Progress(
        BarColumn(), MofNCompleteColumn(), column, console=Console(stderr=True), transient=True
    ) as progress:
        task = progress.add_task("", total=total, status="")
        began = next_time = clock()

        def watch(counts: Counts) -> None:
            nonlocal next_time
            if (now := clock()) >= next_time:
                next_time = now + every
                progress.update(task, completed=counts.records, status=progress_line(counts, now - began))

        yield watch


def progress_line(counts: Counts, seconds: float) -> str:
    """Return `9,003/s  at 2026-03-02 10:00Z  2.5 s late`."""
    late = f"  {counts.lag:.1f} s late" if counts.lag >= 1 else ""
    return f"{rate(counts.records, seconds)}  at {short(text(counts.known - counts.known % 1000))}{late}"


def summary(counts: Counts, total: int, seconds: float) -> str:
    """Return `36,912 of 36,912 records acknowledged in 4.1 s (9,003/s), 361 ticks`."""
    return (
        f"{counts.records:,} of {total:,} records acknowledged in {seconds:.1f} s "
        f"({rate(counts.records, seconds)}), {counts.ticks:,} ticks"
    )


def rate(records: int, seconds: float) -> str:
    return f"{records / seconds:,.0f}/s" if seconds > 0 else "-/s"
