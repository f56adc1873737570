"""Who reads the backlog how fast: the table, each line as soon as it is known.

`a processor s`: records by second of the contender's own processor time. The clock on the wall is what
counts, but a busy machine is in it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from streams.kafka.settings import Broker
from tests.bench.pipeline.contest import ROOT, Contender, Result, timed

SHARE = 10
FEWEST = 20_000
NO_QUIX = "not installed: .venv/bin/python -m pip install -e '.[bench]'"


class Entry(NamedTuple):
    """A contender; `aim`: how many times faster the worker is to be; `part`: it may stop after a part of the
    backlog.
    """

    name: str
    group: str
    make: Callable[[Broker, int, str], Contender]
    aim: float | None = None
    part: bool = False
    needs: str | None = None


def module(name: str) -> Callable[[Broker, int, str], Contender]:
    return lambda broker, records, _: Contender(
        f"tests.bench.pipeline.{name}", [broker.servers, str(records)]
    )


def worker(broker: Broker, clock: str, folder: str, root: Path = ROOT, group: str = "il2watch") -> Contender:
    """The worker as it is shipped, of a checkout."""
    given = [
        "worker",
        "--broker",
        broker.servers,
        "--clock",
        clock,
        "--metrics-port",
        "0",
        "--state-dir",
        folder,
        "--id",
        group,
    ]
    return Contender("streams", given, begins="at work on", root=root)


WORKER = Entry("il2watch worker", "il2watch", lambda broker, _, folder: worker(broker, "log", folder))
ENTRIES = (
    WORKER,
    Entry("plain Faust agent", "bench-plain", module("plain"), aim=5, part=True),
    Entry("Quix Streams", "bench-quix", module("quix"), aim=1.5, part=True, needs="quixstreams"),
    Entry("aiokafka, JSON only", "bench-raw", module("raw"), aim=0.4),
)


def compare(broker: Broker, records: int) -> None:
    """Runs one after the other on the backlog that is there."""
    print(
        f"  {'':<22}{'records/s':>10}{'worker is':>12}{'records':>10}{'seconds':>9}{'a processor s':>15}{'start-up':>10}  aim"
    )
    first: Result | None = None
    for entry in ENTRIES:
        if entry.needs and find_spec(entry.needs) is None:
            print(f"  {entry.name:<22}{NO_QUIX}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            made = entry.make(broker, records, folder)
            result = timed(
                broker,
                made,
                entry.group,
                min(records, max(FEWEST, records // SHARE)) if entry.part else records,
            )
        first = first or result
        print(row(entry, result, first), flush=True)


def row(entry: Entry, result: Result, worker: Result) -> str:
    times = worker.rate / result.rate
    used = f"{result.records / result.processor:,.0f}" if result.processor else "-"
    ended = f"at least {entry.aim:g} times: {'met' if times >= entry.aim else 'NOT met'}" if entry.aim else ""
    figures = (
        f"{result.rate:>10,.0f}{times:>10.2f} x{result.records:>10,}{result.seconds:>7.1f} "
        f"s{used:>15}{result.start:>8.1f} s"
    )
    return f"  {entry.name:<22}{figures}  {ended}".rstrip()
